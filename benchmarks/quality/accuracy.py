"""Accuracy of all classifiers on the official split of UCI HAR.

One line a classifier: mean and standard deviation of the accuracy over trainings with different
seeds, at the last epoch, macro-averaged F1, the worst of the 9 test subjects, time to train and to
predict the 2947 test windows, number of weights. No epoch and no training is chosen by the test
subjects: the settings come from publications, are defaults, or were compared by
`recipe_choice.py`. In "plain" rows the networks are written in Keras as tutorials do; "one order"
is what `keras.utils.set_random_seed` brings about. Run it as

    python benchmarks/quality/accuracy.py --archive "UCI HAR Dataset.zip"

or with names of rows, to train these alone; what is in `accuracy.json` is not trained again.
`--table` prints what is there. `--loso` leaves out one of the 30 subjects at a time instead, with
one training for each; `--subjects` shares these among several processes. The rivals of aeon need
`pip install aeon`.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, report, worst_subject
from _rivals import PlainKeras

TEST_SUBJECTS = ("2", "4", "9", "10", "12", "13", "18", "20", "24")

# {row: {"official": {seed: figures}, "loso": {subject: accuracy}}}
KEPT = Kept(__file__)


def published(name: str, **params: Any) -> Callable[[int], Any]:
    """Return a maker of a classifier with its published defaults, but for `params`."""

    def make(seed: int) -> Any:
        import sklearn_har

        return getattr(sklearn_har, name)(random_state=seed, **params)

    return make


def scaled(scaler: str) -> Callable[[int], Any]:
    """Return a maker of the published CNN-LSTM behind a scaler of scikit-learn."""

    def make(seed: int) -> Any:
        from sklearn import preprocessing
        from sklearn.pipeline import make_pipeline

        from sklearn_har import CNNLSTMClassifier
        from sklearn_har.preprocessing import ChannelwiseTransformer

        transformer = getattr(preprocessing, scaler)()
        return make_pipeline(
            ChannelwiseTransformer(transformer), CNNLSTMClassifier(random_state=seed)
        )

    return make


def recipe(name: str) -> Callable[[int], Any]:
    """Return a maker of a recipe."""

    def make(seed: int) -> Any:
        from sklearn_har import recipes

        return getattr(recipes, name)(random_state=seed)

    return make


def statistics_of_channels(windows: Any) -> Any:
    """Return mean, deviation and quantiles of each channel: (n_windows, 7 * n_channels)."""
    quantiles = np.quantile(windows, [0, 0.25, 0.5, 0.75, 1], axis=1)
    return np.concatenate([windows.mean(axis=1), windows.std(axis=1), *quantiles], axis=1)


def logistic(seed: int) -> Any:
    """Make a logistic regression on simple statistics."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    return make_pipeline(
        FunctionTransformer(statistics_of_channels),
        StandardScaler(),
        LogisticRegression(max_iter=2000),
    )


def of_aeon(name: str) -> Callable[[int], Any]:
    """Return a maker of a classifier of aeon with its ridge, on all processors it may use."""

    def make(seed: int) -> Any:
        from aeon.classification import convolution_based
        from joblib import cpu_count
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer

        # aeon puts the channels before the time steps.
        return make_pipeline(
            FunctionTransformer(channels_first),
            getattr(convolution_based, name)(random_state=seed, n_jobs=cpu_count()),
        )

    return make


def channels_first(windows: Any) -> Any:
    """Return (n_windows, n_channels, n_timesteps)."""
    return np.ascontiguousarray(windows.transpose(0, 2, 1))


ROWS: dict[str, Callable[[int], Any]] = {
    "LSTM, published": published("LSTMClassifier"),
    "CNN-LSTM, published": published("CNNLSTMClassifier"),
    "ConvLSTM, published": published("ConvLSTMClassifier"),
    "LSTM, plain Keras": partial(PlainKeras, "lstm"),
    "CNN-LSTM, plain Keras": partial(PlainKeras, "cnn-lstm"),
    "ConvLSTM, plain Keras": partial(PlainKeras, "conv-lstm"),
    "LSTM, plain, one order": partial(PlainKeras, "lstm", one_order=True),
    "CNN-LSTM, plain, one order": partial(PlainKeras, "cnn-lstm", one_order=True),
    "ConvLSTM, plain, one order": partial(PlainKeras, "conv-lstm", one_order=True),
    "CNN-LSTM, standardised": scaled("StandardScaler"),
    "CNN-LSTM, min-max": scaled("MinMaxScaler"),
    "CNN-LSTM, power transform": scaled("PowerTransformer"),
    "LSTM, stacked": published("LSTMClassifier", n_layers=2),
    "LSTM, bidirectional": published("LSTMClassifier", bidirectional=True),
    "make_lstm": recipe("make_lstm"),
    "make_cnn_lstm": recipe("make_cnn_lstm"),
    "make_conv_lstm": recipe("make_conv_lstm"),
    "make_best": recipe("make_best"),
    "make_fast": recipe("make_fast"),
    "MiniRocket": of_aeon("MiniRocketClassifier"),
    "MultiRocket-Hydra": of_aeon("MultiRocketHydraClassifier"),
    "logistic regression": logistic,
}


def n_weights(model: Any) -> int | None:
    """Return how many weights the networks in `model` have, or None."""
    if hasattr(model, "estimators_"):
        return sum(n_weights(member) or 0 for member in model.estimators_) or None
    if hasattr(model, "steps"):
        return n_weights(model[-1])
    return model.model_.count_params() if hasattr(model, "model_") else None


def measure(row: str, seed: int, train: Any, test: Any) -> dict[str, dict[str, Any]]:
    """Train once and return what is worth keeping, of a vote for each of its networks as well."""
    model = ROWS[row](seed)
    start = time.perf_counter()
    model.fit(train.data, train.target)
    fitted = time.perf_counter()
    entries = {name: figures(part, test) for name, part in with_members(row, model).items()}
    entries[row]["fit_seconds"] = fitted - start
    return entries


def with_members(row: str, model: Any) -> dict[str, Any]:
    """Return a trained classifier and, of a vote, the members that have a row, by its name."""
    # The labels of the networks are the codes of the vote, which are those of the data set.
    members = getattr(model, "named_estimators_", {}).items()
    named = {f"make_{name}": member for name, member in members}
    return {row: model, **{name: member for name, member in named.items() if name in ROWS}}


def figures(model: Any, test: Any) -> dict[str, Any]:
    """Return what a trained classifier says of the test windows."""
    from sklearn.metrics import confusion_matrix, f1_score

    start = time.perf_counter()
    predicted = model.predict(test.data)
    done = time.perf_counter()
    right = predicted == test.target
    return {
        "accuracy": float(right.mean()),
        "f1": float(f1_score(test.target, predicted, average="macro")),
        "by_subject": accuracy_by_subject(right, test.subject),
        "confusion": confusion_matrix(test.target, predicted).tolist(),
        # The label that each window got which is not recognised, for `what_is_left.py`.
        "wrong": {str(i): int(predicted[i]) for i in np.flatnonzero(~right)},
        "predict_seconds": done - start,
        "n_weights": n_weights(model),
    }


def rounded_figures(right: Any, subject: Any) -> dict[str, Any]:
    """Return the share of the windows that are right, of all and by subject."""
    by_subject = accuracy_by_subject(right, subject)
    return {
        "accuracy": round(float(right.mean()), 5),
        "by_subject": {s: round(share, 4) for s, share in by_subject.items()},
    }


def accuracy_by_subject(right: Any, subject: Any) -> dict[str, float]:
    """Return the share of the windows of each subject that are right."""
    return {str(s): float(right[subject == s].mean()) for s in np.unique(subject)}


def loso(row: str, train: Any, test: Any, subjects: list[int] | None) -> None:
    """Leave out one of the 30 subjects at a time, and keep each accuracy as soon as it is known."""
    X, y, subject = (
        np.concatenate([getattr(train, name), getattr(test, name)])
        for name in ("data", "target", "subject")
    )
    for s in subjects or np.unique(subject):
        if str(s) in KEPT.load().get(row, {}).get("loso", {}):
            continue
        out = subject == s
        model = ROWS[row](int(s)).fit(X[~out], y[~out])
        for name, part in with_members(row, model).items():
            score = float(part.score(X[out], y[out]))
            KEPT.keep(score, name, "loso", str(s))
            print(f"{name} without subject {s}: {100 * score:.2f}", flush=True)


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the tables."""
    lines = [
        f"{'':26} {'accuracy':>14} {'n':>2} {'F1':>6} {'worst subject':>14} {'train':>7} "
        f"{'predict':>8} {'weights':>9}"
    ]
    for row in ROWS:
        runs = list(kept.get(row, {}).get("official", {}).values())
        if not runs:
            continue

        def seconds(name: str, decimals: int, runs: list[Any] = runs) -> str:
            # The networks of a vote are not timed one by one, trainings beside others not at all.
            values = [run[name] for run in runs if name in run]
            return f"{statistics.mean(values):.{decimals}f} s" if values else ""

        weights = runs[0]["n_weights"]
        shown = "" if weights is None else f"{weights:,}"
        lines.append(
            f"{row:26} {mean_and_deviation(run['accuracy'] for run in runs)}"
            f" {len(runs):2} {100 * statistics.mean(run['f1'] for run in runs):6.2f}"
            f" {worst_subject([run['by_subject'] for run in runs])}"
            f" {seconds('fit_seconds', 0):>7} {seconds('predict_seconds', 2):>8}"
            f" {shown:>9}"
        )
    left_out = {row: kept[row]["loso"] for row in ROWS if "loso" in kept.get(row, {})}
    if left_out:
        lines += [
            "",
            "One of the 30 subjects left out at a time, one training each; mean and deviation over "
            "the subjects:",
            f"{'':26} {'all subjects':>14} {'n':>2} {'median':>7} {'worst subject':>14}  "
            "test subjects  n",
        ]
    for row, scores in left_out.items():
        # The settings were compared among the other 21.
        of_test = [scores[s] for s in TEST_SUBJECTS if s in scores]
        shown = f"{mean_and_deviation(of_test)} {len(of_test):2}" if of_test else ""
        lines.append(
            f"{row:26} {mean_and_deviation(scores.values())} {len(scores):2} "
            f"{100 * statistics.median(scores.values()):7.2f} "
            f"{worst_subject([scores])} {shown}".rstrip()
        )
    return lines


def main() -> None:
    """Train what was asked for and is not there yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", nargs="*", help=f"of {', '.join(ROWS)} (default: all)")
    parser.add_argument("--archive", help="local copy of UCI HAR; by default it is downloaded")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each (default: 5)")
    parser.add_argument(
        "--busy", action="store_true", help="keep no times, because other work runs beside this"
    )
    parser.add_argument("--loso", action="store_true", help="leave one subject out at a time")
    parser.add_argument(
        "--subjects",
        type=int,
        nargs="+",
        choices=range(1, 31),
        metavar="S",
        help="to leave out (default: all 30)",
    )
    parser.add_argument("--table", action="store_true", help="print what is there and stop")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    unknown = set(args.rows) - set(ROWS)
    if unknown:
        parser.error(f"unknown rows {sorted(unknown)}; there are {', '.join(ROWS)}")
    if not args.table:
        from sklearn_har.datasets import fetch_uci_har

        train, test = (fetch_uci_har(subset=s, archive=args.archive) for s in ("train", "test"))
        # Seed by seed, so that the rows meet the same drift of the machine's speed.
        for seed in range(1 if args.loso else args.seeds):
            for row in args.rows or ROWS:
                if args.loso:
                    loso(row, train, test, args.subjects)
                elif str(seed) not in KEPT.load().get(row, {}).get("official", {}):
                    for name, entry in measure(row, seed, train, test).items():
                        if args.busy:
                            entry = {k: v for k, v in entry.items() if not k.endswith("_seconds")}
                        # A network of a vote has a seed of its own, drawn from that of the vote.
                        label = str(seed) if name == row else f"{row} {seed}"
                        KEPT.keep(entry, name, "official", label)
                        print(f"{name} #{label}: {100 * entry['accuracy']:.2f}", flush=True)
    report("accuracy", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
