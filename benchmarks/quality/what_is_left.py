"""Windows that the recipes still confuse: of whom, and whether they are always the same.

Reads what `accuracy.py` kept of its trainings and trains nothing:

    python benchmarks/quality/what_is_left.py --archive "UCI HAR Dataset.zip" --save

The table lists who is taken for doing what, as a mean over the seeds; the picture, written with
`--plot`, has the confusion matrix, the subjects, and how many windows are wrong in how many of the
trainings: those that are wrong in all of them are no matter of luck.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import parser, report
from accuracy import KEPT

N_LISTED = 12


def runs_of(row: str) -> list[dict[str, Any]]:
    """Return the trainings of a row, without those of networks as members of a vote."""
    runs = KEPT.load().get(row, {}).get("official", {})
    return [run for label, run in runs.items() if label.isdigit()]


def wrong_of(runs: list[dict[str, Any]]) -> list[dict[str, int]]:
    """Return the wrong windows of each training; those of the first days did not keep them."""
    return [run["wrong"] for run in runs if "wrong" in run]


def table(row: str, trainings: list[dict[str, int]], test: Any) -> list[str]:
    """Return who is taken for doing what, most frequent first."""
    names, n = test.target_names, len(trainings)
    counts: Counter[tuple[int, int, int]] = Counter()
    times: Counter[str] = Counter()
    for wrong in trainings:
        for i, predicted in wrong.items():
            counts[int(test.subject[int(i)]), int(test.target[int(i)]), predicted] += 1
            times[i] += 1
    total = sum(counts.values()) / n
    always = sum(count == n for count in times.values())
    lines = [
        f"{row}, {n} trainings: {total:.1f} of {len(test.target)} test windows are wrong, "
        f"{always} of them always the same",
        "",
        f"{'subject':>7}  {'does':22} {'taken for':22} {'windows':>7} {'of':>4}",
    ]
    for (subject, true, predicted), count in counts.most_common(N_LISTED):
        of = int(np.sum((test.subject == subject) & (test.target == true)))
        lines.append(f"{subject:7}  {names[true]:22} {names[predicted]:22} {count / n:7.1f} {of:4}")
    rest = sum(count for _, count in counts.most_common()[N_LISTED:]) / n
    lines.append(f"{'':7}  {'all others':45} {rest:7.1f}")
    return lines


def draw(rows: dict[str, list[dict[str, Any]]], test: Any, path: str) -> None:
    """Draw the confusion matrix and the frequent errors of the first row, the subjects of all."""
    from matplotlib.figure import Figure
    from sklearn.metrics import ConfusionMatrixDisplay

    figure = Figure(figsize=(11, 6.2), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
    row, runs = next(iter(rows.items()))
    matrix = np.mean([run["confusion"] for run in runs], axis=0)
    axis = left.subplots()
    display = ConfusionMatrixDisplay(matrix, display_labels=test.target_names)
    display.plot(ax=axis, cmap="Blues", colorbar=False)
    for text, value in zip(display.text_.flat, matrix.flat, strict=True):
        # Most cells are empty, and decimals of hundreds say nothing.
        text.set_text(f"{value:.{0 if value >= 100 else 1}f}" if value else "")
    axis.set_xticks(axis.get_xticks(), test.target_names, rotation=35, ha="right")
    axis.set_title(f"{row}: windows, mean of {len(runs)} trainings")
    upper, lower = right.subplots(2, 1)
    subjects = np.unique(test.subject)
    # Side by side, where they would cover each other.
    aside = 0.12 * (np.arange(len(rows)) - (len(rows) - 1) / 2)
    for marker, dx, (name, of_row) in zip("osD^v", aside, rows.items(), strict=False):
        values = [[100 * run["by_subject"][str(s)] for s in subjects] for run in of_row]
        upper.errorbar(
            np.arange(len(subjects)) + dx,
            np.mean(values, axis=0),
            np.std(values, axis=0),
            fmt=marker,
            capsize=3,
            label=name,
        )
    upper.set_xticks(np.arange(len(subjects)), subjects)
    upper.set(xlabel="test subject", ylabel="accuracy (%)")
    upper.grid(axis="y", alpha=0.4)
    upper.legend()
    trainings = wrong_of(runs)
    times = Counter(i for wrong in trainings for i in wrong)
    in_how_many = Counter(times.values())
    x = np.arange(1, len(trainings) + 1)
    lower.bar(x, [in_how_many[int(k)] for k in x], color="0.5", edgecolor="black")
    lower.set_xticks(x)
    lower.set(xlabel=f"wrong in so many of {len(trainings)} trainings", ylabel="test windows")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print, save, draw."""
    from sklearn_har.datasets import fetch_uci_har

    options: argparse.ArgumentParser = parser(__doc__, runs=None)
    options.add_argument("--row", default="make_best")
    options.add_argument("--beside", nargs="*", default=["MiniRocket"], help="rows of the picture")
    options.add_argument("--plot", metavar="FILE", help="draw the picture")
    args = options.parse_args()
    test = fetch_uci_har(subset="test", archive=args.archive)
    rows = {row: runs_of(row) for row in (args.row, *args.beside)}
    trainings = wrong_of(rows[args.row])
    if not trainings:
        options.error(f"accuracy.json has no training of {args.row} with its wrong windows")
    report("what_is_left", table(args.row, trainings, test), save=args.save)
    if args.plot:
        draw({row: runs for row, runs in rows.items() if runs}, test, args.plot)


if __name__ == "__main__":
    main()
