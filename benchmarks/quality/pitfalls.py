"""Accuracy that common pitfalls seem to add.

Each pitfall is measured on the real windows of UCI HAR, or the recordings of HAPT, beside its
remedy, several times with different seeds. What is measured is the evaluation, so a fast classifier
serves where the mistake does not need a network: extremely randomised trees, or the nearest
neighbour, on seven statistics of each channel. The test subjects, who choose nothing anywhere else,
are what the estimates are compared with. Run it from the root of the repository as

    python benchmarks/quality/pitfalls.py --archive "UCI HAR Dataset.zip" --hapt "HAPT Data Set.zip"

or with names of pitfalls, to measure these alone. What is in `pitfalls.json` is not measured again;
`--table` prints it and stops.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import json
import statistics
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_har.datasets import fetch_hapt, fetch_uci_har
from sklearn_har.preprocessing import ChannelwiseTransformer
from sklearn_har.segmentation import segment_recording

# What the benchmarks share lies one folder up.
sys.path.append(str(Path(__file__).parents[1]))

from _measure import parser, report

KEPT = Path(__file__).with_suffix(".json")
SEEDS = range(5)
EPOCHS, PATIENCE = 15, 3


class Windows(NamedTuple):
    """Windows of UCI HAR that do not overlap, with their labels and subjects."""

    X: Any
    y: Any
    subject: Any

    def __getitem__(self, rows: Any) -> Windows:  # type: ignore[override]
        return Windows(self.X[rows], self.y[rows], self.subject[rows])


def channel_statistics(windows: Any) -> Any:
    """Return mean, deviation and quantiles of each channel: (n_windows, 7 * n_channels)."""
    quantiles = np.quantile(windows, [0, 0.25, 0.5, 0.75, 1], axis=1)
    return np.concatenate([windows.mean(axis=1), windows.std(axis=1), *quantiles], axis=1)


def without_overlap(bunch: Any) -> Windows:
    """Return every second window of each stretch of one activity of one subject."""
    y, subject = bunch.target, bunch.subject
    starts = np.flatnonzero((np.diff(y) != 0) | (np.diff(subject) != 0)) + 1
    stretches = np.split(np.arange(len(y)), starts)
    rows = np.concatenate([stretch[::2] for stretch in stretches])
    return Windows(bunch.data[rows], y[rows], subject[rows])


def trees(seed: int) -> Any:
    """Return the fast classifier on the statistics of channels."""
    return ExtraTreesClassifier(100, random_state=seed)


def neighbour() -> Any:
    """Return the nearest neighbour among the standardised statistics of channels."""
    return make_pipeline(StandardScaler(), KNeighborsClassifier(1))


def folds(windows: Windows, seed: int) -> list[tuple[Any, Any]]:
    """Return five folds of whole subjects."""
    splitter = GroupKFold(5, shuffle=True, random_state=seed)
    return list(splitter.split(windows.X, windows.y, windows.subject))


def subjects(seed: int, train: Windows, test: Windows) -> dict[str, float]:
    """Windows of one person in the training and in the test: no window overlaps another here."""
    X = channel_statistics(train.X)
    random = StratifiedKFold(5, shuffle=True, random_state=seed)
    return {
        "random folds": cross_val_score(trees(seed), X, train.y, cv=random).mean(),
        "folds of whole subjects": cross_val_score(
            trees(seed), X, train.y, cv=folds(train, seed)
        ).mean(),
        "the 9 test subjects": trees(seed)
        .fit(X, train.y)
        .score(channel_statistics(test.X), test.y),
    }


def stretches_of_postures(labels: Any, shortest: int) -> Iterator[tuple[int, int]]:
    """Give begin and end of each stretch of one of the six activities."""
    ends = np.r_[0, np.flatnonzero(np.diff(labels)) + 1, len(labels)]
    for begin, end in pairwise(ends):
        if 0 <= labels[begin] < 6 and end - begin >= shortest:
            yield begin, end


def overlap(seed: int, hapt: Any, share: float) -> dict[str, float]:
    """Each person of HAPT alone: 70 % of the windows train, 30 % test, at random or by time."""
    scores: dict[str, list[float]] = {"windows at random": [], "each activity cut in time": []}
    for person in np.unique(hapt.subject):
        parts: list[list[Any]] = [[], []]
        for i in np.flatnonzero(hapt.subject == person):
            recording, labels = hapt.recordings[i].samples, hapt.labels[i]
            for begin, end in stretches_of_postures(labels, shortest=440):
                cut = begin + int(0.7 * (end - begin))
                for part, (a, b) in enumerate(((begin, cut), (cut, end))):
                    windows = segment_recording(
                        recording[a:b], labels[a:b], window=128, overlap=share
                    )
                    parts[part].append((channel_statistics(windows.data), windows.target))
        X, y, late = (
            np.concatenate(columns)
            for columns in zip(
                *((X, y, np.full(len(y), part)) for part in (0, 1) for X, y in parts[part]),
                strict=True,
            )
        )
        # As many windows test either way.
        at_random = np.random.RandomState(seed).permutation(late)
        for name, test in zip(scores, (at_random, late), strict=True):
            model = neighbour().fit(X[test == 0], y[test == 0])
            scores[name].append(model.score(X[test == 1], y[test == 1]))
    return {name: statistics.mean(values) for name, values in scores.items()}


def scaling(seed: int, train: Windows) -> dict[str, float]:
    """Channels standardised before or within the split, and the same with a supervised step."""
    groups = folds(train, seed)
    y = train.y

    def score(model: Any, X: Any) -> float:
        return float(cross_val_score(model, X, y, cv=groups).mean())

    # The sizes of the channels matter to a distance.
    flat = FunctionTransformer(flatten)
    standard = ChannelwiseTransformer(StandardScaler())
    nearest = make_pipeline(flat, KNeighborsClassifier(1))
    discriminant = LinearDiscriminantAnalysis(solver="eigen", shrinkage=1e-3)
    table = flatten(standard.fit_transform(train.X))
    return {
        "scaled before": score(nearest, standard.fit_transform(train.X)),
        "scaled within": score(make_pipeline(standard, nearest), train.X),
        "projected before": score(KNeighborsClassifier(1), discriminant.fit_transform(table, y)),
        "projected within": score(make_pipeline(discriminant, KNeighborsClassifier(1)), table),
    }


def flatten(windows: Any) -> Any:
    """Return (n_windows, n_timesteps * n_channels)."""
    return windows.reshape(len(windows), -1)


def small_network(seed: int) -> Any:
    """Return a small CNN-LSTM, for standardised channels."""
    from sklearn_har import CNNLSTMClassifier

    return CNNLSTMClassifier(filters=16, units=32, dense_units=32, random_state=seed)


def published_lstm(seed: int) -> Any:
    """Return the LSTM as published, for windows as they are."""
    from sklearn_har import LSTMClassifier

    return LSTMClassifier(random_state=seed)


def curves(
    network: Any, fit: Windows, held_out: Windows, test: Windows, *, patience: int | None
) -> tuple[list[float], list[float]]:
    """Return the accuracies after each epoch, on both sets of windows.

    With `patience`, the training stops when that many epochs brought nothing on `held_out`.
    """
    on_held_out: list[float] = []
    on_test: list[float] = []
    while len(on_test) < EPOCHS:
        network.partial_fit(fit.X, fit.y, classes=np.arange(6))
        on_held_out.append(network.score(held_out.X, held_out.y))
        on_test.append(network.score(test.X, test.y))
        if patience is not None and len(on_test) - 1 - np.argmax(on_held_out) >= patience:
            break
    return on_held_out, on_test


def validation(seed: int, train: Windows, test: Windows) -> dict[str, float]:
    """Accuracy on the windows that stop the training, and on new people."""
    by_activity = np.argsort(train.y, kind="stable")
    rows = np.arange(len(train.y))
    last = int(0.9 * len(rows))
    whole = GroupShuffleSplit(1, test_size=0.1, random_state=seed)
    splits = {
        "the last tenth, stored by subject": (rows[:last], rows[last:]),
        "the last tenth, stored by activity": (by_activity[:last], by_activity[last:]),
        "a random tenth": train_test_split(rows, test_size=0.1, random_state=seed),
        "whole subjects": next(whole.split(rows, groups=train.subject)),
    }
    found = {}
    for name, (fit, held_out) in splits.items():
        scale = ChannelwiseTransformer(StandardScaler()).fit(train.X[fit])
        parts = (
            part._replace(X=scale.transform(part.X)) for part in (train[fit], train[held_out], test)
        )
        on_held_out, on_test = curves(small_network(seed), *parts, patience=PATIENCE)
        best = int(np.argmax(on_held_out))
        found[f"{name}: held out"] = on_held_out[best]
        found[f"{name}: test"] = on_test[best]
        found[f"{name}: epochs"] = best + 1.0
    return found


def best_epoch(seed: int, train: Windows, test: Windows) -> dict[str, float]:
    """The highest point of the curve on the test set, and the end that was fixed beforehand."""
    network = published_lstm(seed)
    _, on_test = curves(network, train, train[:64], test, patience=None)
    return {"best epoch": max(on_test), "last epoch": on_test[-1]}


def load() -> dict[str, Any]:
    """Return what was measured, `{pitfall: {seed: {name: value}}}`."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}


def keep(pitfall: str, seed: int, found: dict[str, float]) -> None:
    """Add to what was measured."""
    kept = load()
    rounded = {name: round(float(value), 5) for name, value in found.items()}
    kept.setdefault(pitfall, {})[str(seed)] = rounded
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


HEADINGS = {
    "subjects": "Subjects on both sides (trees, windows without overlap)",
    "overlap 0.5": "Overlapping windows in a random split (nearest neighbour, each person alone)",
    "overlap 0.9": "The same with an overlap of 0.9",
    "scaling": "Fitting before splitting (nearest neighbour, folds of whole subjects)",
    "validation": "Windows that stop a training (small CNN-LSTM)",
    "best epoch": "The best epoch on the test set (LSTM as published)",
}


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table: mean and standard deviation over the seeds, in per cent."""
    head = f"  {'accuracy in per cent':46} {'mean':>6}  {'std':>5}  {'from':>6}  {'to':>6}  n"
    lines: list[str] = []
    for pitfall, heading in HEADINGS.items():
        runs = list(kept.get(pitfall, {}).values())
        if not runs:
            continue
        lines += ["", heading, head]
        for name in runs[0]:
            factor = 1 if name.endswith("epochs") else 100
            values = [factor * run[name] for run in runs]
            lines.append(
                f"  {name:46} {statistics.mean(values):6.2f}  {statistics.pstdev(values):5.2f}  "
                f"{min(values):6.2f}  {max(values):6.2f}  {len(values)}"
            )
        if pitfall == "best epoch":
            values = [100 * run["best epoch"] for run in runs]
            lines.append(f"  {'best epoch of the best training':46} {max(values):6.2f}")
    return lines[1:]


def main() -> None:
    """Measure what was asked for and is not there yet."""
    made = parser(__doc__, runs=None)
    made.add_argument("pitfalls", nargs="*", help=f"of {', '.join(HEADINGS)} (default: all)")
    made.add_argument("--hapt", help="local copy of HAPT; by default it is downloaded")
    made.add_argument("--table", action="store_true", help="print what is there and stop")
    args = made.parse_args()
    unknown = set(args.pitfalls) - set(HEADINGS)
    if unknown:
        made.error(f"unknown pitfalls {sorted(unknown)}; there are {', '.join(HEADINGS)}")
    if not args.table:
        train, test = (
            without_overlap(fetch_uci_har(subset=subset, archive=args.archive))
            for subset in ("train", "test")
        )
        hapt = fetch_hapt(archive=args.hapt)
        measures: dict[str, Callable[[int], dict[str, float]]] = {
            "subjects": lambda seed: subjects(seed, train, test),
            "overlap 0.5": lambda seed: overlap(seed, hapt, 0.5),
            "overlap 0.9": lambda seed: overlap(seed, hapt, 0.9),
            "scaling": lambda seed: scaling(seed, train),
            "validation": lambda seed: validation(seed, train, test),
            "best epoch": lambda seed: best_epoch(seed, train, test),
        }
        for pitfall in args.pitfalls or HEADINGS:
            for seed in SEEDS:
                if str(seed) not in load().get(pitfall, {}):
                    keep(pitfall, seed, measures[pitfall](seed))
                    print(f"{pitfall} #{seed}", file=sys.stderr, flush=True)
    report("pitfalls", table(load()), save=args.save)


if __name__ == "__main__":
    main()
