"""Timelines of people whom the network has not seen: 20 subjects of HAPT train, 10 are recognised.

Run from the root of the repository, with the data set in the cache or as a local copy::

    python benchmarks/quality/hapt_timeline.py --archive "HAPT Data Set.zip"
    python benchmarks/quality/hapt_timeline.py --archive "HAPT Data Set.zip" --choose

The first command trains with the settings in ``hapt_timeline.json``, evaluates and prints the
table, which ``--save`` writes to ``benchmarks/results/hapt_timeline.txt``; with ``--plot FILE`` it
draws one unseen recording. The second chooses the settings anew, looking at the 20 training
subjects only.

The 20 subjects are drawn by a seeded ``GroupShuffleSplit``, since the official split has 21. Class
weights and epochs are compared by ``GroupKFold`` among them, where the second block of epochs goes
on with the network of the first; smoothing is compared on what these networks say of subjects held
out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import CNNLSTMClassifier
from sklearn_har.datasets import fetch_hapt
from sklearn_har.preparation import Preparation
from sklearn_har.preprocessing import ChannelwiseTransformer
from sklearn_har.segmentation import segment_recording, segment_recordings
from sklearn_har.timeline import (
    estimate_transitions,
    labels_to_timeline,
    make_timeline,
    timeline_scores,
    timeline_to_labels,
)

# What the benchmarks share lies one folder up.
sys.path.append(str(Path(__file__).parents[1]))

from _measure import parser, report

SETTINGS = Path(__file__).with_suffix(".json")
WINDOW, RATE = 128, 50.0
SECONDS = WINDOW / RATE
# To recognise, a window begins each 0.64 s, for boundaries finer than the step of the training.
TRAIN_OVERLAP, OVERLAP = 0.5, 0.75
NULL = "UNLABELLED"
# Trainings are looked at after each block of so many epochs.
BLOCK, N_BLOCKS, N_FOLDS = 8, 2, 3
SEEDS = (0, 1, 2)
HEADING = (
    "Mean (standard deviation) over the seeds. Trained on 20 subjects of HAPT, evaluated once on",
    "10 others; windows of 2.56 s, accelerometer and gyroscope, CNNLSTMClassifier with",
    "standardised channels. With a null class, unlabelled samples are a class of their own, in the",
    "macro-F1 too.",
    "",
)


class Data(NamedTuple):
    """Prepared recordings, whose labels are names, and who was recorded."""

    recordings: list[Any]
    subject: Any
    names: list[str]

    def of(self, subjects: Any) -> Data:
        """Return the recordings of some subjects."""
        chosen = np.isin(self.subject, subjects)
        kept = [r for r, mine in zip(self.recordings, chosen, strict=True) if mine]
        return Data(kept, self.subject[chosen], self.names)


class Recognised(NamedTuple):
    """A recording and what a network says of its windows, each 0.64 s."""

    recording: Any
    probabilities: Any
    start_time: Any
    target: Any
    classes: Any


def load(args: argparse.Namespace) -> tuple[Data, Data]:
    """Return the recordings that train and those that nothing is chosen by."""
    hapt = fetch_hapt(archive=args.archive, data_home=args.data_home)
    names = np.array([*hapt.target_names, NULL])
    # Unlabelled samples get a name too, so that they can be a class.
    labelled = [
        recording.with_labels(names[labels])
        for recording, labels in zip(hapt.recordings, hapt.labels, strict=True)
    ]
    recordings = Preparation().transform(labelled)
    data = Data(recordings, hapt.subject, list(hapt.target_names))
    everybody = np.unique(hapt.subject)
    split = GroupShuffleSplit(n_splits=1, train_size=20, test_size=10, random_state=0)
    train, unseen = next(split.split(everybody, groups=everybody))
    return data.of(everybody[train]), data.of(everybody[unseen])


def cut(data: Data, overlap: float, null_class: bool) -> Any:
    """Return windows; those without a label as windows of a class of their own, or not at all."""
    return segment_recordings(
        data.recordings,
        subjects=data.subject,
        window=WINDOW,
        overlap=overlap,
        unlabelled="" if null_class else NULL,
    )


def network(class_weight: str | None, epochs: int, seed: int, **options: Any) -> Any:
    """Return the pipeline that is trained."""
    classifier = CNNLSTMClassifier(
        class_weight=class_weight, epochs=epochs, random_state=seed, **options
    )
    return make_pipeline(ChannelwiseTransformer(StandardScaler()), classifier)


def recognise(model: Any, data: Data) -> list[Recognised]:
    """Ask a network about each recording."""
    results = []
    for recording in data.recordings:
        windows = segment_recording(
            recording, window=WINDOW, overlap=OVERLAP, unlabelled=NULL, on_unlabelled="keep"
        )
        probabilities = model.predict_proba(windows.data)
        results.append(
            Recognised(recording, probabilities, windows.start_time, windows.target, model.classes_)
        )
    return results


def smoothing_grid() -> Iterator[dict[str, Any]]:
    """Yield the settings of smoothing that are compared."""
    for chain, prior, weight, shortest in product(
        ("estimated", 5.0, 10.0), ("training", None), (None, 0.5, 1.0), (0.0, 1.0, 2.0)
    ):
        yield {
            "transitions": chain,
            "class_prior": prior,
            "evidence_weight": weight,
            "min_duration": shortest,
        }


def teach(train: Data, classes: Any) -> dict[str, Any]:
    """Return what the training recordings teach of how activities follow each other."""
    unlabelled = "" if NULL in classes else NULL
    targets = [
        segment_recording(
            recording,
            window=WINDOW,
            overlap=OVERLAP,
            unlabelled=unlabelled,
            on_unlabelled="keep",
        ).target
        for recording in train.recordings
    ]
    groups = np.repeat(np.arange(len(targets)), list(map(len, targets)))
    target = np.concatenate(targets)
    return {
        "transition": estimate_transitions(target, classes, groups=groups, unlabelled=unlabelled),
        "class_prior": [np.sum(target == name) for name in classes],
    }


def timeline_options(settings: dict[str, Any] | None, taught: dict[str, Any]) -> dict[str, Any]:
    """Translate settings into arguments of `make_timeline`."""
    if settings is None:
        return {"smoothing": None}
    options = {name: settings[name] for name in ("evidence_weight", "min_duration")}
    if settings["transitions"] == "estimated":
        options["transition"] = taught["transition"]
    else:
        options["expected_duration"] = settings["transitions"]
    if settings["class_prior"] == "training":
        options["class_prior"] = taught["class_prior"]
    return options


def timelines(results: list[Recognised], options: dict[str, Any]) -> list[pd.DataFrame]:
    """Merge what was said of the windows of each recording."""
    return [
        make_timeline(r.probabilities, r.start_time, SECONDS, r.classes, **options) for r in results
    ]


def true_timeline(recording: Any) -> pd.DataFrame:
    """Return the labelled intervals."""
    return labels_to_timeline(recording.labels, recording.time, unlabelled=NULL)


def f1_of(true: Any, predicted: Any, names: list[str], null_class: bool) -> Any:
    """Return the F1 score of each class; what nobody labelled is no error without a null class."""
    classes = np.array([*names, NULL])
    order = np.argsort(classes)
    known = np.full(len(true), True) if null_class else true != NULL
    true, predicted = (
        order[np.searchsorted(classes, labels[known], sorter=order)] for labels in (true, predicted)
    )
    scored = np.arange(len(names) + null_class)
    return f1_score(true, predicted, labels=scored, average=None, zero_division=0.0)


def by_sample(results: list[Recognised], predicted: list[pd.DataFrame], names: list[str]) -> Any:
    """Return the F1 score of each class over all samples."""
    found = [
        timeline_to_labels(timeline, r.recording.time, unlabelled=NULL)
        for r, timeline in zip(results, predicted, strict=True)
    ]
    true = np.concatenate([r.recording.labels for r in results])
    return f1_of(true, np.concatenate(found), names, NULL in results[0].classes)


def score(
    results: list[Recognised], predicted: list[pd.DataFrame], names: list[str]
) -> dict[str, float]:
    """Compare with the labels by sample, by window (each 1.28 s), by event and at boundaries."""
    null_class = NULL in results[0].classes
    samples = by_sample(results, predicted, names)
    # Every other window: those at an overlap of one half.
    said = [
        timeline_to_labels(timeline, r.start_time[::2] + SECONDS / 2, unlabelled=NULL)
        for r, timeline in zip(results, predicted, strict=True)
    ]
    target = np.concatenate([r.target[::2] for r in results])
    windows = f1_of(target, np.concatenate(said), names, null_class)
    events = timeline_scores(
        [true_timeline(r.recording) for r in results],
        [timeline[timeline["activity"] != NULL] for timeline in predicted],
        unlabelled="wrong" if null_class else "ignore",
    )
    scores = {
        "macro-F1 by sample": samples.mean(),
        "  the 6 activities": samples[:6].mean(),
        "  the 6 transitions": samples[6:12].mean(),
        "macro-F1 by window": windows.mean(),
        "event F1 (IoU 0.5)": events.event_f1,
        "event macro-F1": events.events["macro_f1"].iloc[0],
        "boundary error, mean, s": events.boundary_error,
        "boundary error, median, s": np.median(np.abs(events.boundary_errors)),
    }
    classes = [*names, NULL] if null_class else names
    scores |= {f"F1 {name}": value for name, value in zip(classes, samples, strict=True)}
    return {name: float(value) for name, value in scores.items()}


def trained(
    data: Data, null_class: bool, class_weight: str | None, n_blocks: int
) -> Iterator[tuple[int, Data, list[Recognised]]]:
    """Yield epochs, the training part and what is said of the part held out, by subject."""
    for i, (inside, outside) in enumerate(
        GroupKFold(N_FOLDS).split(data.subject, groups=data.subject)
    ):
        part = data.of(np.unique(data.subject[inside]))
        held_out = data.of(np.unique(data.subject[outside]))
        windows = cut(part, TRAIN_OVERLAP, null_class)
        model = network(class_weight, BLOCK, i, warm_start=True)
        for block in range(1, n_blocks + 1):
            start = time.perf_counter()
            model.fit(windows.data, windows.target)
            print(
                f"fold {i}, {BLOCK * block} epochs: {time.perf_counter() - start:.0f} s", flush=True
            )
            yield BLOCK * block, part, recognise(model, held_out)


def choose_smoothing(folds: list[tuple[Data, list[Recognised]]]) -> dict[str, Any]:
    """Return the settings with the best macro-F1 by sample, out of fold."""
    results = [r for _, held_out in folds for r in held_out]
    taught = [teach(part, held_out[0].classes) for part, held_out in folds]
    best: dict[str, Any] = {"score": -1.0}
    for settings in smoothing_grid():
        predicted = []
        for (_, held_out), lesson in zip(folds, taught, strict=True):
            predicted += timelines(held_out, timeline_options(settings, lesson))
        value = by_sample(results, predicted, folds[0][0].names).mean()
        if value > best["score"]:
            best = {"score": value, "settings": settings}
    return best


def choose(train: Data) -> dict[str, Any]:
    """Choose class weights, epochs and smoothing on the training subjects; tell all scores."""
    # Weights and epochs by single windows, before any smoothing, and without the null class.
    candidates: dict[tuple[str | None, int], list[tuple[Data, list[Recognised]]]] = {}
    for class_weight in (None, "balanced"):
        for epochs, part, held_out in trained(train, False, class_weight, N_BLOCKS):
            candidates.setdefault((class_weight, epochs), []).append((part, held_out))
    table = []
    for (class_weight, epochs), folds in candidates.items():
        results = [r for _, held_out in folds for r in held_out]
        plain = by_sample(results, timelines(results, {"smoothing": None}), train.names)
        row = {"class_weight": class_weight, "epochs": epochs}
        table.append({**row, "macro_f1": round(float(plain.mean()), 4)})
        print(table[-1])
    best = max(table, key=lambda row: row["macro_f1"])
    chosen = (best["class_weight"], best["epochs"])
    with_null: list[tuple[Data, list[Recognised]]] = [
        (part, held_out)
        for epochs, part, held_out in trained(train, True, chosen[0], chosen[1] // BLOCK)
        if epochs == chosen[1]
    ]
    smoothing = {}
    for name, folds in (("without null class", candidates[chosen]), ("with null class", with_null)):
        found = choose_smoothing(folds)
        smoothing[name] = {**found["settings"], "macro_f1": round(float(found["score"]), 4)}
        print(name, smoothing[name])
    return {
        "subjects": np.unique(train.subject).tolist(),
        "compared": table,
        "class_weight": chosen[0],
        "epochs": chosen[1],
        "smoothing": smoothing,
    }


def evaluate(
    train: Data, unseen: Data, settings: dict[str, Any]
) -> dict[str, list[tuple[list[Recognised], list[pd.DataFrame], dict[str, float]]]]:
    """Train with each seed and recognise the unseen subjects, before and after smoothing."""
    outcome: dict[str, list[Any]] = {}
    for null_class, name in ((False, "without null class"), (True, "with null class")):
        windows = cut(train, TRAIN_OVERLAP, null_class)
        for seed in SEEDS:
            start = time.perf_counter()
            model = network(settings["class_weight"], settings["epochs"], seed)
            model.fit(windows.data, windows.target)
            results = recognise(model, unseen)
            print(
                f"{name}, seed {seed}: {len(windows.data)} windows, "
                f"{time.perf_counter() - start:.0f} s",
                flush=True,
            )
            for key, chosen in (("windows alone", None), ("smoothed", settings["smoothing"][name])):
                options = timeline_options(chosen, teach(train, model.classes_))
                predicted = timelines(results, options)
                entry = (results, predicted, score(results, predicted, unseen.names))
                outcome.setdefault(f"{name}, {key}", []).append(entry)
    return outcome


def table(outcome: dict[str, list[Any]]) -> list[str]:
    """Return the lines of the tables: mean and standard deviation over the seeds."""
    lines = []
    for name in ("without null class", "with null class"):
        columns = {key: entries for key, entries in outcome.items() if key.startswith(name)}
        lines.append(f"{name:34}{'windows alone':>20}{'smoothed':>20}")
        for row in next(iter(columns.values()))[0][2]:
            cells = []
            for entries in columns.values():
                values = [scores[row] for _, _, scores in entries]
                cells.append(f"{np.mean(values):.3f} ({np.std(values, ddof=1):.3f})")
            lines.append(f"{row:34}" + "".join(f"{cell:>20}" for cell in cells))
        lines.append("")
    return lines[:-1]


def plot(outcome: dict[str, list[Any]], path: Path, names: list[str]) -> None:
    """Draw one unseen recording: that whose accuracy is the median, of the first seed."""
    from matplotlib.figure import Figure

    from sklearn_har.inspection import PredictionTimelineDisplay

    results, predicted, _ = outcome["without null class, smoothed"][0]
    true = [true_timeline(r.recording) for r in results]
    scores = [timeline_scores(*pair).accuracy for pair in zip(true, predicted, strict=True)]
    i = int(np.argsort(scores)[len(scores) // 2])
    figure = Figure(figsize=(10.0, 5.6), layout="constrained")
    axes = figure.subplots()
    PredictionTimelineDisplay(predicted[i], true=true[i], activities=names).plot(axes)
    figure.savefig(path, dpi=80)
    print(f"{path}: recording {i} of the unseen ones, accuracy {scores[i]:.3f}")


def main() -> None:
    """Choose, or train and print the table."""
    options = parser(__doc__, runs=None, dataset="HAPT")
    options.add_argument("--data-home", help="folder of the cache")
    options.add_argument("--choose", action="store_true", help="choose the settings anew")
    options.add_argument("--plot", type=Path, help="draw one unseen recording")
    args = options.parse_args()
    train, unseen = load(args)
    if args.choose:
        SETTINGS.write_text(json.dumps(choose(train), indent=2) + "\n")
        return
    settings = json.loads(SETTINGS.read_text())
    if settings["subjects"] != np.unique(train.subject).tolist():
        raise SystemExit(f"{SETTINGS} was chosen on other subjects; run with --choose")
    outcome = evaluate(train, unseen, settings)
    report(
        "hapt_timeline",
        [
            *HEADING,
            f"unseen subjects: {', '.join(map(str, np.unique(unseen.subject)))}",
            f"class_weight {settings['class_weight']}, {settings['epochs']} epochs, "
            f"{len(SEEDS)} seeds",
            "",
            *table(outcome),
        ],
        save=args.save,
    )
    if args.plot:
        plot(outcome, args.plot, unseen.names)


if __name__ == "__main__":
    main()
