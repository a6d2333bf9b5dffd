"""Are the recipes tuned to one data set?

The same recipes, with no setting changed, on problems that took no part in choosing them:

basic-motions
    Four motions, a watch at 10 Hz, 6 channels, windows of 100 time steps; 40 windows train and 40
    test. It comes with aeon.
hapt
    The recordings of HAPT, prepared and cut into windows of 2.56 s: the six activities of UCI HAR
    and the six transitions between postures, which are rare. 21 subjects train and 9 test.
few-windows
    40 windows of UCI HAR, of 10 training subjects drawn by the seed, who train; the other 11
    training subjects test.

Where windows are few, the rows without `min_updates` say what that setting changes.

Beside them stands MiniRocket. One line a row: mean and standard deviation over the seeds at the
last epoch. Run it as

    python benchmarks/quality/other_problems.py --archive "UCI HAR Dataset.zip" \
        --hapt-archive "HAPT Data Set.zip"

with `pip install aeon`; what is in `other_problems.json` is not trained again, `--table` prints it.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, report
from accuracy import ROWS, recipe, with_members

# {problem: {row: {seed: figures}}}
KEPT = Kept(__file__)
RECIPES = ("make_lstm", "make_cnn_lstm", "make_conv_lstm")


class Split(NamedTuple):
    """Windows, and the name of the activity of each."""

    X_train: Any
    y_train: Any
    X_test: Any
    y_test: Any


def basic_motions(seed: int, args: argparse.Namespace) -> Split:
    """Return the split that the data set comes with."""
    from aeon.datasets import load_basic_motions

    parts = []
    for split in ("train", "test"):
        X, y = load_basic_motions(split=split)
        # aeon puts the channels before the time steps.
        parts += [X.transpose(0, 2, 1).astype(np.float32), y]
    return Split(*parts)


def hapt(seed: int, args: argparse.Namespace) -> Split:
    """Return the windows with a label, split by subject as in the data set."""
    from sklearn_har.datasets import fetch_hapt
    from sklearn_har.preparation import Preparation

    parts = []
    for subset in ("train", "test"):
        bunch = fetch_hapt(subset=subset, archive=args.hapt_archive)
        windows = Preparation().windows(bunch.recordings)
        parts += [windows.data, windows.target]
    return Split(*parts)


def few_windows(seed: int, args: argparse.Namespace) -> Split:
    """Return 40 windows of some training subjects of UCI HAR, and all of the others."""
    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(archive=args.archive)
    rng = np.random.default_rng(seed)
    known = np.isin(har.subject, rng.choice(np.unique(har.subject), 10, replace=False))
    names = np.array(har.target_names)[har.target]
    chosen = [
        rng.choice(np.flatnonzero(known & (har.target == i)), 40 // 6 + (i < 40 % 6), replace=False)
        for i in range(6)
    ]
    few = np.concatenate(chosen)
    return Split(har.data[few], names[few], har.data[~known], names[~known])


def without_min_updates(name: str) -> Callable[[int], Any]:
    """Return a maker of a recipe that trains for its epochs and no more."""
    return lambda seed: recipe(name)(seed).set_params(min_updates=0)


PROBLEMS: dict[str, Callable[[int, argparse.Namespace], Split]] = {
    "basic-motions": basic_motions,
    "hapt": hapt,
    "few-windows": few_windows,
}
MAKERS = {
    # The vote first: its three networks are the rows behind it.
    **{name: ROWS[name] for name in ("make_best", *RECIPES, "MiniRocket")},
    **{f"{name}, min_updates=0": without_min_updates(name) for name in RECIPES},
}


def measure(row: str, seed: int, split: Split) -> dict[str, dict[str, Any]]:
    """Train once and return what is worth keeping, of a vote for each of its networks as well."""
    model = MAKERS[row](seed)
    start = time.perf_counter()
    model.fit(split.X_train, split.y_train)
    seconds = time.perf_counter() - start
    entries = {}
    for name, part in with_members(row, model).items():
        predicted = part.predict(split.X_test)
        # The labels of the networks of a vote are its codes of the classes.
        entries[name] = figures(predicted if part is model else model.classes_[predicted], split)
    entries[row]["fit_seconds"] = round(seconds, 1)
    return entries


def figures(predicted: Any, split: Split) -> dict[str, Any]:
    """Return how well the test windows were recognised."""
    from sklearn.metrics import accuracy_score, f1_score, recall_score

    names = np.unique(split.y_train)
    recalls = recall_score(split.y_test, predicted, labels=names, average=None)
    return {
        "accuracy": float(accuracy_score(split.y_test, predicted)),
        "f1": float(f1_score(split.y_test, predicted, average="macro")),
        "recall": dict(zip(names.tolist(), recalls.round(4).tolist(), strict=True)),
    }


def table(kept: dict[str, Any]) -> list[str]:
    """Return one line a row, problem by problem."""
    lines = []
    for problem in PROBLEMS:
        lines += [f"{problem:30} {'accuracy':>14} {'n':>3} {'macro-F1':>15} {'train':>7}"]
        for row in MAKERS:
            runs = list(kept.get(problem, {}).get(row, {}).values())
            if not runs:
                continue
            accuracy, f1 = (
                mean_and_deviation([run[name] for run in runs]) for name in ("accuracy", "f1")
            )
            # The networks of a vote are not timed one by one.
            times = [run["fit_seconds"] for run in runs if "fit_seconds" in run]
            seconds = f"{statistics.median(times):5.0f} s" if times else ""
            lines.append(f"{row:30} {accuracy:>14} {len(runs):3} {f1:>15} {seconds:>7}")
        lines.append("")
    return lines[:-1]


def main() -> None:
    """Train what was asked for and is not there yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("problems", nargs="*", help=f"of {', '.join(PROBLEMS)} (default: all)")
    parser.add_argument("--rows", nargs="*", help=f"of {', '.join(MAKERS)} (default: all)")
    parser.add_argument("--archive", help="local copy of UCI HAR; by default it is downloaded")
    parser.add_argument("--hapt-archive", help="local copy of HAPT; by default it is downloaded")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (default: 5)")
    parser.add_argument("--table", action="store_true", help="print what is there and stop")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    for kind, given, known in (("problems", args.problems, PROBLEMS), ("rows", args.rows, MAKERS)):
        if unknown := set(given or ()) - set(known):
            parser.error(f"unknown {kind} {sorted(unknown)}; there are {', '.join(known)}")
    for problem in () if args.table else args.problems or PROBLEMS:
        for seed in range(args.seeds):
            for row in args.rows or MAKERS:
                if row.endswith("min_updates=0") and problem == "hapt":
                    continue
                if str(seed) in KEPT.load().get(problem, {}).get(row, {}):
                    continue
                entries = measure(row, seed, PROBLEMS[problem](seed, args))
                for name, entry in entries.items():
                    KEPT.keep(entry, problem, name, str(seed))
                    print(f"{problem}, {name} #{seed}: {100 * entry['accuracy']:.2f}", flush=True)
    report("other_problems", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
