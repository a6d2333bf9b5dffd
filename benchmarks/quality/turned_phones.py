"""Accuracy when the phone is worn another way round, or elsewhere.

turned
    Trained on the training recordings of UCI HAR, tested on the official test recordings: as they
    were worn, and with each phone turned about the vertical by a random angle, upside down, on the
    other side of the body, and turned by a random rotation.
pairs
    Trained on the training subjects of one data set and tested on another, with the activities that
    both have: UCI HAR and HAPT (the same people, waist; tested on the test subjects) and
    MotionSense (others, trousers' pocket; tested on all).
pocket
    MotionSense in four folds of whole subjects. The phone was put into the pocket anew for each
    trial, and each trial is one activity: as worn, and each trial turned by a random rotation.

Each classifier is trained on windows in the axes of the phone, on those in the frame of the body,
and on windows turned at random, the usual remedy (networks by `DeviceRotation(180)`, the others on
turned copies). From these come the rows:

phone
    The axes of the phone.
turned
    The usual remedy.
frame
    The frame of the body where it is known, else the axes of the phone.
frame, turned
    The frame of the body where it is known, else the usual remedy.
both
    One classifier for windows with and without a known frame, told which by one more channel, as
    `ActivityRecognizer` has it. MiniRocket does not see a channel without movement.

The frame comes from unlabelled movement of the person tested. If the training windows whose frame
is known lack an activity, there is no classifier for them, and "frame" is "phone". In MotionSense
they do, because nobody walks in a trial of sitting: there a known frame says in itself that the
person walks, from which "both" profits and which no longer recording would tell. One line a row:
mean and deviation over the seeds. Run it as

    python benchmarks/quality/turned_phones.py --archive "UCI HAR Dataset.zip" \
        --hapt-archive "HAPT Data Set.zip" --motion-sense-archive MotionSense.zip

with `pip install aeon` for MiniRocket. What is in `turned_phones.json` is not trained again;
`--table` prints it, and `--workers` trains side by side, each on one core.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, report, run_jobs
from accuracy import channels_first

# {part: {model: {job: {seed: {case: {row: figures}}}}}}
KEPT = Kept(__file__)
ACTIVITIES = (
    "walking",
    "walking_upstairs",
    "walking_downstairs",
    "sitting",
    "standing",
    "laying",
    "jogging",
)
DATASETS = ("uci-har", "hapt", "motion-sense")
JOBS = {
    "turned": ("official",),
    "pairs": tuple(f"{a} > {b}" for a in DATASETS for b in DATASETS if a != b),
    "pocket": tuple(f"fold {i}" for i in range(4)),
}
ROWS = ("phone", "turned", "frame", "frame, turned", "both")
# Copies of the training windows are turned until there are about so many.
_N_TURNED = 15_000
# What aeon's cross-validation chooses on UCI HAR; choosing takes many times as long as fitting.
_ALPHA = 1000.0


class Windows(NamedTuple):
    """Windows in the axes of the phone and in those of the body, where they are known."""

    phone: Any
    body: Any
    known: Any
    target: Any
    subject: Any

    def take(self, chosen: Any) -> Windows:
        """Return some of the windows."""
        return Windows(*(values[chosen] for values in self))


def any_way(rng: Any) -> Any:
    """Draw from all rotations, each as likely as the others."""
    return Rotation.random(random_state=rng).as_matrix()


def about_vertical(rng: Any) -> Any:
    """Turn by a random angle about x, the vertical axis of UCI HAR."""
    return Rotation.from_rotvec([rng.uniform(0, 2 * np.pi), 0, 0]).as_matrix()


def upside_down(rng: Any) -> Any:
    """Turn by half a turn about z: the screen stays outside."""
    return np.diag([-1.0, -1.0, 1.0])


def other_side(rng: Any) -> Any:
    """Mirror the person, the phone on the other side with the same end up and the screen outside.

    Then y points the other way along the body.
    """
    return np.diag([1.0, -1.0, 1.0])


CASES: dict[str, Callable[[Any], Any] | None] = {
    "as worn": None,
    "about vertical": about_vertical,
    "upside down": upside_down,
    "other side": other_side,
    "any way": any_way,
}


def turn_triads(signals: Any, matrix: Any) -> Any:
    """Turn the triads of the last axis: accelerations, and angular velocities as the last triad."""
    triads = (signals.reshape(*signals.shape[:-1], -1, 3) @ matrix.T).astype(signals.dtype)
    # What a mirror does to a rotation: its axis has the opposite sign.
    triads[..., -1, :] *= np.sign(np.linalg.det(matrix))
    return triads.reshape(signals.shape)


def windows_of_uci_har(har: Any, turn: Callable[[Any], Any] | None, seed: int) -> Windows:
    """Turn the phone of each recording, and look for the frame of the body in what comes of it."""
    from sklearn_har.preparation import align_windows

    phone = har.data.copy()
    for number in np.unique(har.recording) if turn else ():
        mine = har.recording == number
        phone[mine] = turn_triads(phone[mine], turn(np.random.RandomState([seed, number])))
    aligned = align_windows(phone, har.recording)
    names = np.array(har.target_names)[har.target]
    return Windows(phone, aligned[..., :9], aligned[:, 0, 9] == 1, names, har.subject)


def windows_of_recordings(recordings: Any, turn: Callable[[Any], Any] | None, seed: int) -> Windows:
    """Turn the phone of each recording, and prepare it in both frames."""
    from dataclasses import replace

    from sklearn_har.preparation import Preparation

    if turn:
        recordings = [
            replace(r, samples=turn_triads(r.samples, turn(np.random.RandomState([seed, i]))))
            for i, r in enumerate(recordings)
        ]
    phone, body = (Preparation(frame=frame).windows(recordings) for frame in ("device", "body"))
    np.testing.assert_array_equal(phone.target, body.target)
    found = Windows(
        phone.data,
        body.data[..., :9],
        # The frame may be found, or lost, within a window.
        body.data[..., 9].all(axis=1),
        phone.target.astype(str),
        phone.subject,
    )
    return found.take(np.isin(found.target, ACTIVITIES))


@cache
def load(name: str, part: str, case: str, seed: int, archive: str | None) -> Windows:
    """Return windows of the "train" or "test" subjects of a data set, or of "all"."""
    from sklearn_har import datasets

    fetch = getattr(datasets, f"fetch_{name.replace('-', '_')}")
    bunch = fetch(subset=part, archive=archive)
    turn = CASES[case]
    with warnings.catch_warnings():
        # In most trials of MotionSense nobody walks.
        warnings.filterwarnings("ignore", "the frame of the body is not known")
        warnings.filterwarnings("ignore", ".*shorter than a window")
        if name == "uci-har":
            return windows_of_uci_har(bunch, turn, seed)
        return windows_of_recordings(bunch.recordings, turn, seed)


def split(
    part: str, job: str, seed: int, archives: dict[str, str | None]
) -> tuple[Windows, dict[str, Windows]]:
    """Return the windows to train on, and those to test on by the name of their case."""

    def get(name: str, subset: str, case: str = "as worn") -> Windows:
        # The orientation of a phone that is as it was worn depends on no seed.
        return load(name, subset, case, seed if CASES[case] else 0, archives[name])

    if part == "turned":
        return get("uci-har", "train"), {case: get("uci-har", "test", case) for case in CASES}
    if part == "pairs":
        first, second = job.split(" > ")
        train = get(first, "train")
        # The people of UCI HAR and of HAPT are the same.
        test = get(second, "all" if "motion-sense" in (first, second) else "test")
        common = np.intersect1d(train.target, test.target)
        train, test = (w.take(np.isin(w.target, common)) for w in (train, test))
        return train, {job: test}
    fold = int(job.split()[1])
    everybody = {case: get("motion-sense", "all", case) for case in ("as worn", "any way")}
    tested = everybody["as worn"].subject % len(JOBS["pocket"]) == fold
    return everybody["as worn"].take(~tested), {
        case: windows.take(tested) for case, windows in everybody.items()
    }


def features(windows: Any) -> Any:
    """Return simple features of each window: posture, strength, shape and rhythm."""
    n = len(windows)
    spectrum = np.abs(np.fft.rfft(windows - windows.mean(axis=1, keepdims=True), axis=1))[:, 1:25]
    bands = np.log1p(spectrum.reshape(n, 8, 3, -1).mean(axis=2)).reshape(n, -1)
    quantiles = np.percentile(windows, [5, 25, 50, 75, 95], axis=1)
    deviation = windows.std(axis=1)
    steps = np.abs(np.diff(windows, axis=1)).mean(axis=1)
    return np.concatenate(
        [windows.mean(axis=1), deviation, np.log(deviation + 1e-4), *quantiles, steps, bands],
        axis=1,
    ).astype(np.float32)


def extra_trees(seed: int) -> Any:
    """Make trees on simple features."""
    from sklearn.ensemble import ExtraTreesClassifier

    return make_pipeline(
        FunctionTransformer(features),
        ExtraTreesClassifier(200, max_features=0.2, random_state=seed),
    )


def mini_rocket(seed: int) -> Any:
    """Make aeon's transform with a ridge."""
    from aeon.transformations.collection.convolution_based import MiniRocket
    from sklearn.linear_model import RidgeClassifier

    return make_pipeline(
        FunctionTransformer(channels_first),
        MiniRocket(random_state=seed),
        StandardScaler(with_mean=False),
        RidgeClassifier(alpha=_ALPHA, solver="cholesky"),
    )


MODELS: dict[str, Callable[[int], Any] | None] = {
    "Extra Trees": extra_trees,
    "MiniRocket": mini_rocket,
    # Its parameters differ by what it is trained on.
    "make_cnn_lstm": None,
}


def turned_copies(X: Any, y: Any, seed: int) -> tuple[Any, Any]:
    """Return windows, each turned at random, in as many copies as there is room for."""
    n_copies = max(1, round(_N_TURNED / len(X)))
    X, y = np.tile(X, (n_copies, 1, 1)), np.tile(y, n_copies)
    rotations = Rotation.random(len(X), random_state=seed).as_matrix().astype(X.dtype)
    triads = X.reshape(len(X), -1, 3)
    return (triads @ rotations.transpose(0, 2, 1)).reshape(X.shape), y


def told(X: Any, known: Any) -> Any:
    """Append the channel that tells a network whether the frame is known."""
    flag = np.broadcast_to(np.asarray(known, X.dtype).reshape(-1, 1, 1), (*X.shape[:2], 1))
    return np.concatenate([X, flag], axis=2)


def fit_all(model: str, seed: int, train: Windows) -> dict[str, Any]:
    """Train on what each row needs, and return the classifiers."""
    make = MODELS[model]
    known = train.take(train.known)
    jobs = {"phone": (train.phone, train.target), "body": (known.body, known.target)}
    if set(known.target) != set(train.target):
        del jobs["body"]
    if model != "MiniRocket":
        jobs["both"] = (
            np.concatenate(
                [told(known.body, known.known), told(train.phone, np.zeros_like(train.known))]
            ),
            np.concatenate([known.target, train.target]),
        )
    if make is not None:
        jobs["turned"] = turned_copies(train.phone, train.target, seed)
        return {name: make(seed).fit(X, y) for name, (X, y) in jobs.items()}
    from sklearn_har.augmentation import DeviceRotation
    from sklearn_har.recipes import make_cnn_lstm

    jobs["turned"] = jobs["phone"]
    changed = {"turned": {"augmentation": DeviceRotation(180.0)}}
    return {
        name: make_cnn_lstm(random_state=seed, **changed.get(name, {})).fit(X, y)
        for name, (X, y) in jobs.items()
    }


def predict_rows(fitted: dict[str, Any], test: Windows) -> Iterator[tuple[str, Any]]:
    """Give each row with the activities that it recognises."""
    phone, turned = (fitted[name].predict(test.phone) for name in ("phone", "turned"))
    yield from {"phone": phone, "turned": turned}.items()
    use = test.known & ("body" in fitted)
    body = np.full_like(phone, "")
    if use.any():
        body[use] = fitted["body"].predict(test.body[use])
    yield "frame", np.where(use, body, phone)
    yield "frame, turned", np.where(use, body, turned)
    if "both" in fitted:
        shown = np.where(test.known[:, None, None], test.body, test.phone)
        yield "both", fitted["both"].predict(told(shown, test.known))


def figures(predicted: Any, test: Windows) -> dict[str, Any]:
    """Return how many windows are right, and of how many: by subject and by activity."""

    def count(hits: Any, groups: Any) -> dict[str, list[int]]:
        chosen = {str(group): hits[groups == group] for group in np.unique(groups)}
        return {group: [int(of.sum()), len(of)] for group, of in chosen.items()}

    right = predicted == test.target
    return {
        "by_subject": count(right, test.subject),
        "by_activity": count(right, test.target),
        # Not how many are right, but of how many the frame is known.
        "known": count(test.known, test.target),
    }


def run(part: str, model: str, job: str, seed: int, archives: dict[str, str | None]) -> str:
    """Do one job, keep its figures and return a line about it."""
    start = time.perf_counter()
    train, tests = split(part, job, seed, archives)
    fitted = fit_all(model, seed, train)
    entry = {
        case: {row: figures(found, test) for row, found in predict_rows(fitted, test)}
        for case, test in tests.items()
    }
    KEPT.keep(entry, part, model, job, str(seed))
    shown = ", ".join(
        f"{case}: {row} {100 * share(found['by_subject']):.1f}"
        for case, rows in entry.items()
        for row, found in rows.items()
    )
    return f"{part}, {model}, {job} #{seed} ({time.perf_counter() - start:.0f} s): {shown}"


def share(counts: dict[str, list[int]]) -> float:
    """Return the share of windows that are right, of all groups."""
    right, n = np.sum(list(counts.values()), axis=0)
    return float(right / n)


def collect(kept: dict[str, Any], part: str, model: str) -> dict[str, dict[str, list[Any]]]:
    """Return by case and row the figures of each seed, the folds put together."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    jobs = kept.get(part, {}).get(model, {})
    for by_seed in jobs.values():
        for seed, cases in by_seed.items():
            if part == "pocket" and not all(seed in jobs.get(job, {}) for job in JOBS[part]):
                continue  # Some folds are not done yet.
            for case, rows in cases.items():
                for row, figures in rows.items():
                    seeds = found.setdefault(case, {}).setdefault(row, {})
                    whole = seeds.setdefault(seed, {})
                    for kind, counts in figures.items():
                        into = whole.setdefault(kind, {})
                        for group, pair in counts.items():
                            into[group] = np.add(into.get(group, (0, 0)), pair).tolist()
    return {
        case: {row: list(s.values()) for row, s in rows.items()} for case, rows in found.items()
    }


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the tables."""
    lines: list[str] = []
    columns = {
        "turned": list(CASES),
        "pairs": list(JOBS["pairs"]),
        "pocket": ["as worn", "any way"],
    }
    for part, cases in columns.items():
        width = max(15, *(len(case) + 2 for case in cases))
        lines += [f"{part:30}" + "".join(f"{case:>{width}}" for case in cases) + "   n"]
        for model in MODELS:
            found = collect(kept, part, model)
            for row in ROWS:
                runs = [found.get(case, {}).get(row) for case in cases]
                if not any(runs):
                    continue
                cells = [
                    mean_and_deviation(share(f["by_subject"]) for f in r) if r else "" for r in runs
                ]
                n = max(len(r) for r in runs if r)
                lines.append(
                    f"{model:15}{row:15}" + "".join(f"{cell:>{width}}" for cell in cells) + f"{n:4}"
                )
        lines.append("")
    return [*lines, *by_activity(kept)]


def by_activity(kept: dict[str, Any]) -> list[str]:
    """Return the recall of each activity between the placements, and where the frame is known."""
    lines = [f"{'recall':54}" + "".join(f"{n.removeprefix('walking_'):>12}" for n in ACTIVITIES)]
    for part, case in (
        ("turned", "as worn"),
        ("pairs", "uci-har > motion-sense"),
        ("pairs", "motion-sense > uci-har"),
        ("pocket", "as worn"),
    ):
        for model in MODELS:
            rows = collect(kept, part, model).get(case, {})
            label = f"{case if part == 'pairs' else f'{part}, {case}':24}{model:15}"
            for row in (row for row in ROWS if row in rows):
                lines.append(f"{label}{row:15}" + percentages(rows[row], "by_activity"))
            if rows:
                known = percentages(next(iter(rows.values())), "known")
                lines.append(f"{label}{'known frame':15}" + known)
    return lines


def percentages(runs: list[Any], kind: str) -> str:
    """Return the mean share of each activity over the seeds, in per cent."""
    shares = [
        [100 * share({"": figures[kind][name]}) for figures in runs]
        if name in runs[0][kind]
        else []
        for name in ACTIVITIES
    ]
    return "".join(f"{np.mean(values):12.1f}" if values else f"{'':12}" for values in shares)


def main() -> None:
    """Train what was asked for and is not there yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(JOBS)} (default: all)")
    parser.add_argument("--models", nargs="*", help=f"of {', '.join(MODELS)} (default: all)")
    names = [job for part in JOBS.values() for job in part]
    parser.add_argument("--jobs", nargs="*", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each (default: 3)")
    parser.add_argument("--workers", type=int, default=1, help="jobs at a time (default: 1)")
    for option in ("archive", "hapt-archive", "motion-sense-archive"):
        parser.add_argument(f"--{option}", help="local copy; by default it is downloaded")
    parser.add_argument("--table", action="store_true", help="print what is there and stop")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    for kind, known in (("parts", JOBS), ("models", MODELS), ("jobs", names)):
        if unknown := set(getattr(args, kind) or ()) - set(known):
            parser.error(f"unknown {kind} {sorted(unknown)}; there are {', '.join(known)}")
    archives = dict(
        zip(DATASETS, (args.archive, args.hapt_archive, args.motion_sense_archive), strict=True)
    )
    jobs = [
        (part, model, job, seed)
        for seed in range(0 if args.table else args.seeds)
        for part in args.parts or JOBS
        for model in args.models or MODELS
        for job in JOBS[part]
        if job in (args.jobs or names)
        and str(seed) not in KEPT.load().get(part, {}).get(model, {}).get(job, {})
    ]
    run_jobs(run, [(*job, archives) for job in jobs], args.workers)
    report(
        "turned_phones",
        table(KEPT.load()),
        save=args.save,
        packages=("keras", "tensorflow", "scikit-learn", "aeon", "numpy"),
    )


if __name__ == "__main__":
    main()
