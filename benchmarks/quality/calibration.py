"""Calibration of a network on people it has not seen, before and after correction.

Run from the root of the repository, with the data set in the cache or as a local copy::

    python benchmarks/quality/calibration.py --model cnn-lstm --scaling standard --seeds 5 --save

The 21 training subjects of UCI HAR train the network and, by grouped cross-validation among them,
find the temperature; the 9 test subjects only measure. Before and after are the same network, which
was trained on all training windows, so each seed is one training more than there are folds.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import auc, brier_score_loss, log_loss
from sklearn.model_selection import GroupKFold

from sklearn_har.cli._models import NETWORKS
from sklearn_har.cli._networks import load_classifier
from sklearn_har.datasets import fetch_uci_har
from sklearn_har.evaluation import expected_calibration_error, risk_coverage_curve

# What the benchmarks share lies one folder up.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from _measure import parser, report

COVERAGES = (0.9, 0.95)
N_RELIABILITY_BINS = 10


def figures(y: Any, proba: Any, labels: Any) -> dict[str, float]:
    """Return what is reported of one network, in the order of the table."""
    # In double precision, in which scikit-learn wants sums of 1.
    proba = np.asarray(proba, dtype=np.float64)
    proba /= proba.sum(axis=1, keepdims=True)
    coverage, risk, _ = risk_coverage_curve(y, proba, labels=labels)
    found = {
        "accuracy": float(np.mean(labels[proba.argmax(axis=1)] == y)),
        "mean confidence": float(proba.max(axis=1).mean()),
        "calibration error, 15 equal widths": expected_calibration_error(y, proba, labels=labels),
        "calibration error, 15 equal counts": expected_calibration_error(
            y, proba, labels=labels, strategy="quantile"
        ),
        "log loss": float(log_loss(y, proba, labels=labels)),
        "Brier score": float(brier_score_loss(y, proba, labels=labels, scale_by_half=False)),
        "area under risk and coverage": float(auc(coverage, risk)),
    }
    for share in COVERAGES:
        kept = min(int(np.searchsorted(coverage, share)), len(risk) - 1)
        found[f"errors among the surest {share:.0%}"] = float(risk[kept])
    return found


def reliability(y: Any, proba: Any, labels: Any) -> list[str]:
    """Return the table behind a reliability diagram."""
    confidence = proba.max(axis=1)
    right = labels[proba.argmax(axis=1)] == y
    bins = np.minimum((confidence * N_RELIABILITY_BINS).astype(int), N_RELIABILITY_BINS - 1)
    lines = [f"{'confidence':>12} {'windows':>9} {'mean':>7} {'right':>7}"]
    for i in range(N_RELIABILITY_BINS):
        mine = bins == i
        if mine.any():
            span = f"{i / N_RELIABILITY_BINS:.1f}-{(i + 1) / N_RELIABILITY_BINS:.1f}"
            means = f"{confidence[mine].mean():7.3f} {right[mine].mean():7.3f}"
            lines.append(f"{span:>12} {mine.sum():9} {means}")
    return lines


def measure(args: argparse.Namespace) -> list[str]:
    """Train with each seed and return the lines of the table."""
    train, test = (
        fetch_uci_har(subset=subset, archive=args.archive, data_home=args.data_home)
        for subset in ("train", "test")
    )
    X, y, subject = (a[:: args.every] for a in (train.data, train.target, train.subject))
    splits = list(GroupKFold(args.folds).split(X, y, subject))
    options = {} if args.epochs is None else {"epochs": args.epochs}
    if not args.recipe:
        options["scaling"] = None if args.scaling == "none" else args.scaling
    before, after, temperatures, seconds, tables = [], [], [], [], []
    for seed in range(args.seeds):
        network = load_classifier(args.model, recipe=args.recipe)(random_state=seed, **options)
        start = time.perf_counter()
        calibrated = CalibratedClassifierCV(
            network, method="temperature", cv=splits, ensemble=False
        ).fit(X, y)
        seconds.append(time.perf_counter() - start)
        (pair,) = calibrated.calibrated_classifiers_
        probabilities = (
            pair.estimator.predict_proba(test.data),
            calibrated.predict_proba(test.data),
        )
        for found, proba in zip((before, after), probabilities, strict=True):
            found.append(figures(test.target, proba, calibrated.classes_))
        # Dividing the logarithms by T changes their differences by that factor.
        spread = [np.log(np.maximum(p, 1e-30)) for p in probabilities]
        spread = [np.ptp(logs, axis=1) for logs in spread]
        temperatures.append(float(np.median(spread[0] / spread[1])))
        tables.append([reliability(test.target, p, calibrated.classes_) for p in probabilities])
        print(f"seed {seed}: {seconds[-1]:.0f} s, temperature {temperatures[-1]:.2f}", flush=True)

    def spread_of(values: list[float]) -> str:
        return f"{np.mean(values):.4f} ({np.std(values):.4f})"

    lines = [
        f"{args.model}, {'recipe' if args.recipe else f'scaling {args.scaling}'}, epochs "
        f"{args.epochs or 'as they are'}; UCI HAR, "
        f"{len(X)} training windows,",
        f"{args.folds} folds of {len(np.unique(subject))} subjects; {len(test.data)} test windows "
        f"of {len(np.unique(test.subject))} subjects.",
        f"Mean (standard deviation) over {args.seeds} seeds.",
        "",
        f"{'':36}{'network alone':>18}{'with temperature':>20}",
    ]
    for name in before[0]:
        cells = [spread_of([found[name] for found in side]) for side in (before, after)]
        lines.append(f"{name:36}{cells[0]:>18}{cells[1]:>20}")
    lines += [
        "",
        f"temperature {spread_of(temperatures)}; {np.mean(seconds):.0f} s a seed for "
        f"{args.folds + 1} trainings",
    ]
    for title, table in zip(("network alone", "with temperature"), tables[0], strict=True):
        lines += ["", f"reliability of seed 0, {title}", *table]
    return lines


def main() -> None:
    """Measure, print and save."""
    options = parser(__doc__)
    options.add_argument("--data-home", help="folder of the cache")
    options.add_argument("--model", default="cnn-lstm", choices=NETWORKS)
    options.add_argument(
        "--scaling", default="standard", choices=("none", "standard", "companding", "both")
    )
    options.add_argument("--recipe", action="store_true", help="the network of the recipes")
    options.add_argument("--epochs", type=int, help="by default as published")
    options.add_argument("--folds", type=int, default=5, help="of the training subjects")
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--every", type=int, default=1, help="train on each so many-th window")
    args = options.parse_args()
    recipe = "_recipe" if args.recipe else ""
    report(f"calibration_{args.model}{recipe}", measure(args), save=args.save)


if __name__ == "__main__":
    main()
