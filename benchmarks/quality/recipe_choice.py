"""Which settings do the recipes have, and what else was tried?

Each candidate is trained on two thirds of the 21 training subjects of UCI HAR and tested on the
rest, three times, so that every training subject is tested once by a network that did not see it.
The 9 test subjects take no part. The seconds are those of all three trainings, often several at a
time on a busy machine. What is in `recipe_choice.json`, the accuracy of each subject by candidate
and seed, is not trained again. Run it as

    python benchmarks/quality/recipe_choice.py --archive "UCI HAR Dataset.zip"

or with names of candidates, to train these alone; `--seeds` trains each more than once, because the
seed alone changes up to a point; `--table` prints what is there. MiniRocket is a rival, not a
candidate: it shows how difficult these folds are, and needs `pip install aeon`.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import argparse
import importlib.util
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, report, worst_subject
from accuracy import accuracy_by_subject, of_aeon

KEPT = Kept(__file__)


def candidates(seed: int) -> dict[str, Any]:
    """Return the estimators to compare, by name."""
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    from sklearn_har import recipes
    from sklearn_har.augmentation import (
        AmplitudeScaling,
        CadenceScaling,
        DeviceRotation,
        GravityRotation,
        SensorNoise,
    )
    from sklearn_har.recipes._recipes import TRAINING

    bodies = {
        "cnn-lstm": recipes.make_cnn_lstm(random_state=seed),
        "lstm": recipes.make_lstm(random_state=seed),
        "conv-lstm": recipes.make_conv_lstm(random_state=seed),
    }
    rotation = GravityRotation
    changes: dict[str, dict[str, Any]] = {
        "": {},
        "scaling=standard": {"scaling": "standard"},
        "scaling=companding": {"scaling": "companding"},
        "no-augmentation": {"augmentation": None},
        "gravity-8": {"augmentation": rotation(8)},
        "gravity-25": {"augmentation": rotation(25)},
        "gravity-40": {"augmentation": rotation(40)},
        "device-10": {"augmentation": [rotation(15), DeviceRotation(10)]},
        "cadence": {"augmentation": [rotation(15), CadenceScaling(0.1)]},
        "amplitude": {"augmentation": [rotation(15), AmplitudeScaling(0.2)]},
        "noise": {"augmentation": [rotation(15), SensorNoise()]},
        "motion": {"augmentation": [rotation(15), CadenceScaling(0.1), AmplitudeScaling(0.2)]},
        "gravity-25,motion": {
            "augmentation": [rotation(25), CadenceScaling(0.1), AmplitudeScaling(0.2)]
        },
        "rate=1e-3": {"optimizer__learning_rate": 1e-3},
        "rate=4e-3": {"optimizer__learning_rate": 4e-3},
        "smoothing=0": {"loss__label_smoothing": 0.0},
        "averaged-weights": {"optimizer__use_ema": True, "optimizer__ema_momentum": 0.995},
        "epochs=10": {"epochs": 10},
        "epochs=30": {"epochs": 30},
        "batch=128": {"batch_size": 128},
        "batch=32": {"batch_size": 32},
        "schedule=constant": {"schedule": "constant"},
        "dropout=0.25": {"dropout": 0.25},
        "pooling=last": {"pooling": "last"},
    }
    recurrent: dict[str, dict[str, Any]] = {
        "units=32": {"units": 32},
        "units=128": {"units": 128},
        "one-direction": {"bidirectional": False},
    }
    convolutions: dict[str, dict[str, Any]] = {
        "conv-dropout=0": {"conv_dropout": 0.0},
        "conv-dropout=0.4": {"conv_dropout": 0.4},
        "no-normalization": {"batch_normalization": False},
    }
    of_body: dict[str, dict[str, dict[str, Any]]] = {
        "lstm": {
            **recurrent,
            "layers=1": {"n_layers": 1},
            "steps=8": {"n_steps": 8},
            "steps=32": {"n_steps": 32},
        },
        "cnn-lstm": {
            **convolutions,
            **recurrent,
            "filters=32,32,64": {"filters": (32, 32, 64)},
            "filters=128,128,256": {"filters": (128, 128, 256)},
            "kernels=3,3,3": {"kernel_size": (3, 3, 3)},
            "kernels=9,7,5": {"kernel_size": (9, 7, 5)},
            "convolutions=2": {"n_conv_layers": 2, "filters": (64, 128), "kernel_size": (5, 3)},
        },
        "conv-lstm": {
            **convolutions,
            "filters=32": {"filters": 32},
            "filters=128": {"filters": 128},
            "conv-filters=32": {"conv_filters": 32},
            "conv-filters=128": {"conv_filters": 128},
            "conv-kernel=3": {"conv_kernel_size": 3},
            "conv-kernel=9": {"conv_kernel_size": 9},
            "convolutions=1": {"n_conv_layers": 1},
            "steps=2": {"n_steps": 2},
            "steps=8": {"n_steps": 8},
        },
    }
    made = {
        " ".join(filter(None, (body, change))): clone(estimator).set_params(**params)
        for body, estimator in bodies.items()
        for change, params in {**changes, **of_body[body]}.items()
    }
    for body, estimator in bodies.items():
        made[f"{body} as published"] = type(estimator)(random_state=seed)
        # What the training alone gains, without another body.
        made[f"{body} published body"] = type(estimator)(random_state=seed, **TRAINING).set_params(
            pooling="last", dense_units=100
        )
    layout = ("total_acc", "body_acc", "body_gyro", "other", "other")
    for body, estimator in bodies.items():
        more_channels = clone(estimator).set_params(augmentation=rotation(15, layout))
        made[f"{body} vertical"] = make_pipeline(
            FunctionTransformer(with_vertical_parts), more_channels
        )
    if importlib.util.find_spec("aeon"):
        made["MiniRocket"] = of_aeon("MiniRocketClassifier")(seed)
    return made


def with_vertical_parts(windows: Any) -> Any:
    """Add six channels that do not depend on how the phone is held.

    Of the body acceleration and of the angular velocity: the part along gravity, the size of the
    part across it, and the size of the whole.
    """
    total, body, gyro = np.split(windows, 3, axis=2)
    gravity = total - body
    up = gravity / np.linalg.norm(gravity, axis=-1, keepdims=True)
    parts = [windows]
    for vectors in (body, gyro):
        along = (vectors * up).sum(axis=-1, keepdims=True)
        across = np.linalg.norm(vectors - along * up, axis=-1, keepdims=True)
        parts += [along, across, np.linalg.norm(vectors, axis=-1, keepdims=True)]
    return np.concatenate(parts, axis=-1).astype(windows.dtype)


def cross_validated(estimator: Any, har: Any) -> dict[str, Any]:
    """Return the accuracy on subjects that were not trained on, and the time of all trainings."""
    from sklearn.model_selection import GroupKFold, cross_val_predict

    start = time.perf_counter()
    predicted = cross_val_predict(
        estimator, har.data, har.target, groups=har.subject, cv=GroupKFold(3)
    )
    right = predicted == har.target
    by_subject = accuracy_by_subject(right, har.subject)
    return {
        "accuracy": round(float(right.mean()), 4),
        "by_subject": {s: round(accuracy, 4) for s, accuracy in by_subject.items()},
        "seconds": round(time.perf_counter() - start, 1),
    }


def table(results: dict[str, Any]) -> list[str]:
    """Return one line a candidate, best first within each body."""
    lines = [f"{'':34} {'accuracy':>14}  n  worst subject  seconds"]
    rows = []
    for name, by_seed in results.items():
        runs = list(by_seed.values())
        accuracies = [run["accuracy"] for run in runs]
        line = (
            f"{name:34} {mean_and_deviation(accuracies)} {len(runs):2} "
            f"{worst_subject([run['by_subject'] for run in runs])} "
            f"{statistics.median(run['seconds'] for run in runs):8.0f}"
        )
        rows.append((name.split()[0], -statistics.mean(accuracies), line))
    return lines + [line for _, _, line in sorted(rows)]


def main() -> None:
    """Train what was asked for and is not there yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="candidates (default: all)")
    parser.add_argument("--archive", help="local copy of UCI HAR; by default it is downloaded")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each (default: 1)")
    parser.add_argument("--table", action="store_true", help="print what is there and stop")
    parser.add_argument("--save", action="store_true", help="write the table to results/")
    args = parser.parse_args()
    if not args.table:
        from sklearn_har.datasets import fetch_uci_har

        known = list(candidates(0))
        unknown = set(args.names) - set(known)
        if unknown:
            parser.error(f"unknown candidates {sorted(unknown)}; there are {', '.join(known)}")
        har = fetch_uci_har(archive=args.archive)
        for seed in range(args.seeds):
            estimators = candidates(seed)
            for name in args.names or known:
                if str(seed) in KEPT.load().get(name, {}):
                    continue
                entry = cross_validated(estimators[name], har)
                KEPT.keep(entry, name, str(seed))
                print(name, seed, entry["accuracy"], entry["seconds"], flush=True)
    report("recipe_choice", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
