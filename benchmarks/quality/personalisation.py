"""Accuracy for a new subject with three seconds of each activity.

A recipe is trained on people, and a new subject performs each activity once, for one window
(2.56 s). The network goes on for a few rounds of `partial_fit` with these windows and, so that it
forgets nothing, with others of the training. All other windows of the subject, but for those that
share samples with the first ones, are recognised before and after. Run it as

    python benchmarks/quality/personalisation.py --archive "UCI HAR Dataset.zip" --choose
    python benchmarks/quality/personalisation.py --archive "UCI HAR Dataset.zip" --save

The first command compares the settings on the 21 training subjects (three folds of whole subjects,
one seed), and keeps what it saw in `personalisation.json`. The second trains on all of them with
each seed, and measures the best of these settings on the 9 test subjects, who take no part in the
choice. `--frame` measures the same setting on windows in the frame of the body, with
`make_light_cnn_lstm`. The frame uses the unlabelled movement of the subject.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import copy
import statistics
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, parser, report
from accuracy import recipe
from body_frame import views

# {"choice": {setting: [before, after]}, "test" and "frame": {seed: {subject: [before, after]}}}
KEPT = Kept(__file__)
FRAME_RECIPE = "make_light_cnn_lstm"


class Setting(NamedTuple):
    """The way in which a network goes on."""

    rounds: int
    learning_rate: float
    # Windows of other people in each round, for each of the subject.
    replayed: int

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds, learning rate {self.learning_rate}, {self.replayed} times as "
            "many windows of others"
        )


SETTINGS = (
    Setting(10, 1e-4, 0),
    Setting(10, 5e-4, 0),
    Setting(10, 5e-4, 20),
    Setting(20, 5e-4, 20),
    Setting(20, 2e-3, 20),
)


def first_windows(y: Any) -> tuple[Any, Any]:
    """Return the first window of each activity, and the windows that share no sample with them."""
    first = np.array([np.flatnonzero(y == activity)[0] for activity in np.unique(y)])
    # Neighbours overlap by half.
    touched = np.unique(np.clip(first[:, np.newaxis] + [-1, 0, 1], 0, len(y) - 1))
    return first, np.setdiff1d(np.arange(len(y)), touched)


def personalised(model: Any, own: Any, others: Any, setting: Setting, seed: int) -> Any:
    """Return a copy of a fitted classifier that went on with the windows of a subject."""
    (X_own, y_own), (X, y) = own, others
    rng = np.random.default_rng(seed)
    model = copy.deepcopy(model).set_params(optimizer__learning_rate=setting.learning_rate)
    n_replayed = setting.replayed * len(X_own)
    # The subject and the others count the same.
    weight = np.r_[np.full(len(X_own), 1 / len(X_own)), np.full(n_replayed, 1 / max(n_replayed, 1))]
    for _ in range(setting.rounds):
        replayed = rng.choice(len(X), n_replayed, replace=False)
        model.partial_fit(
            np.concatenate([X_own, X[replayed]]),
            np.concatenate([y_own, y[replayed]]),
            sample_weight=weight,
        )
    return model


def before_and_after(
    model: Any, new: tuple[Any, Any], known: tuple[Any, Any], settings: Any, seed: int
) -> tuple[float, list[float]]:
    """Return the accuracy on a new subject, and that with each of the settings."""
    X, y = new
    first, rest = first_windows(y)
    after = [
        personalised(model, (X[first], y[first]), known, setting, seed).score(X[rest], y[rest])
        for setting in settings
    ]
    return model.score(X[rest], y[rest]), after


def choose(har: Any, name: str) -> None:
    """Compare the settings among the training subjects."""
    from sklearn.model_selection import GroupKFold

    rows = []
    for train, held_out in GroupKFold(3).split(har.data, har.target, har.subject):
        known = har.data[train], har.target[train]
        model = recipe(name)(0).fit(*known)
        for subject in np.unique(har.subject[held_out]):
            mine = har.subject == subject
            before, after = before_and_after(
                model, (har.data[mine], har.target[mine]), known, SETTINGS, 0
            )
            rows.append([before, *after])
            print(f"subject {subject}:", *(f"{100 * value:.1f}" for value in rows[-1]), flush=True)
    before, *after = np.mean(rows, axis=0).round(4).tolist()
    for setting, value in zip(SETTINGS, after, strict=True):
        KEPT.keep([before, value], "choice", str(setting))


def measure(data: tuple[Any, Any], name: str, setting: Setting, seed: int, part: str) -> None:
    """Train once, and go on for each of the test subjects."""
    X_train, X_test = (
        views(har.data, har.recording)["body"] if part == "frame" else har.data for har in data
    )
    train, test = data
    known = X_train, train.target
    model = recipe(name)(seed).fit(*known)
    for subject in np.unique(test.subject):
        mine = test.subject == subject
        before, (after,) = before_and_after(
            model, (X_test[mine], test.target[mine]), known, [setting], seed
        )
        KEPT.keep([before, after], part, str(seed), str(subject))
        print(f"seed {seed}, subject {subject}: {100 * before:.1f} {100 * after:.1f}", flush=True)


def chosen() -> Setting:
    """Return the setting that did best among the training subjects."""
    choice = KEPT.load().get("choice")
    if not choice:
        raise SystemExit("personalisation.json has no choice yet: run this with --choose first.")
    return max(SETTINGS, key=lambda setting: choice[str(setting)][1])


def table(name: str) -> list[str]:
    """Return what was chosen and how, and what it does for the test subjects."""
    kept = KEPT.load()
    lines = [
        f"{name}, one window of 2.56 s of each activity, mean of the accuracy of the subjects",
        "",
        "The 21 training subjects, 3 folds, one seed; others: windows of other people in each",
        "round, for each of the subject",
        "",
        f"{'rounds':>12} {'rate':>7} {'others':>7} {'before':>7} {'after':>7}",
    ]
    for setting in SETTINGS:
        before, after = kept["choice"][str(setting)]
        lines.append(
            f"{setting.rounds:12} {setting.learning_rate:7} {setting.replayed:7} "
            f"{100 * before:7.2f} {100 * after:7.2f}"
        )
    for part, title in (
        ("test", f"The 9 test subjects, {name}"),
        ("frame", f"The 9 test subjects, {FRAME_RECIPE} in the frame of the body"),
    ):
        runs = list(kept.get(part, {}).values())
        if not runs:
            continue
        lines += ["", f"{title}, {len(runs)} seeds, the best of these settings", ""]
        lines.append(f"{'subject':>12} {'before':>7} {'after':>7} {'gain':>7} (sd over the seeds)")
        for subject in sorted(runs[0], key=int):
            lines.append(_line(subject, 100 * np.array([run[subject] for run in runs])))
        means = 100 * np.array([np.mean(list(run.values()), axis=0) for run in runs])
        lines.append(_line("mean", means))
    return lines


def _line(label: str, pairs: Any) -> str:
    gains = (pairs[:, 1] - pairs[:, 0]).tolist()
    before, after = pairs.mean(axis=0)
    spread = statistics.pstdev(gains)
    return f"{label:>12} {before:7.2f} {after:7.2f} {statistics.mean(gains):+7.2f} ({spread:.2f})"


def main() -> None:
    """Choose or measure, and print."""
    from sklearn_har.datasets import fetch_uci_har

    options: argparse.ArgumentParser = parser(__doc__, runs=None)
    options.add_argument("--recipe", default="make_cnn_lstm")
    options.add_argument("--choose", action="store_true", help="compare the settings")
    options.add_argument("--frame", action="store_true", help="measure in the frame of the body")
    options.add_argument("--seeds", type=int, default=5, help="trainings (default: 5)")
    args = options.parse_args()
    train = fetch_uci_har(archive=args.archive)
    part, name = ("frame", FRAME_RECIPE) if args.frame else ("test", args.recipe)
    if args.choose:
        choose(train, args.recipe)
    else:
        test = fetch_uci_har(subset="test", archive=args.archive)
        for seed in range(args.seeds):
            if len(KEPT.load().get(part, {}).get(str(seed), {})) < len(np.unique(test.subject)):
                measure((train, test), name, chosen(), seed, part)
    report("personalisation", table(args.recipe), save=args.save)


if __name__ == "__main__":
    main()
