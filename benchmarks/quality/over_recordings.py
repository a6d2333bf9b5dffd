"""Accuracy on UCI HAR of single windows, and of windows in the light of their recording.

Each row is a classifier of windows, or the mean of the probabilities of several. "frame" rows read
windows in the frame of the body, the others windows in the axes of the phone. "light" is
`make_light_cnn_lstm`, "movement" the same network on windows without their mean, trained in the
frame only, and "fast" is `make_fast`; "two views" are light and movement. `make_best_in_frame` is
light and fast, with a cheaper training of light. "light averaged" has a constant learning rate, and
the mean of its weights after each epoch of the second half. Ridge gives MiniRocket no
probabilities: the softmax of its decision function, sharpened, stands for them.

Each is scored four times: by its windows "alone"; after `revise_by_posture` ("posture"); by the
most probable sequence, which knows how long activities last and nothing of their order
("sequence"); and by both. All but the windows alone use the unlabelled movement of the person
tested, and so does the frame. Windows of a recording are taken for consecutive: UCI HAR leaves out
those between activities.

By cross-validation over the training subjects (`cv`, three folds), which chooses; on the official
split (`official`) or with each of the 30 subjects left out in turn (`left-out`), which choose
nothing. Run it as

    python benchmarks/quality/over_recordings.py cv official --archive "UCI HAR Dataset.zip"

Each training leaves its probabilities in a folder and is not done again; rows of which all
trainings are there are scored, and their figures go to `over_recordings.json`. `--table` prints
these. `--workers` trains so many at a time, each on one core. MiniRocket needs `pip install aeon`,
MultiRocket-Hydra `pip install torch` as well.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import functools
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, parser, report, run_jobs, worst_subject
from accuracy import channels_first, rounded_figures
from body_frame import views

# {part: {row: {seed: {decision: figures}}}}
KEPT = Kept(__file__)
#: Seeds of each part.
PARTS = {"cv": 3, "official": 5, "left-out": 1}
DECISIONS = ("alone", "posture", "sequence", "both")
#: What each training makes, and of which windows.
TRAININGS = {
    "light": ("make_light_cnn_lstm", ("device",)),
    "fast": ("make_fast", ("device",)),
    "MiniRocket": ("MiniRocket", ("device",)),
    # As `ActivityRecognizer` trains: on windows in the frame, and as if it were not known.
    "light, frame": ("make_light_cnn_lstm", ("body", "unknown")),
    "light, 10 epochs, frame": ("make_light_cnn_lstm", ("body", "unknown")),
    "light, batches of 128, frame": ("make_light_cnn_lstm", ("body", "unknown")),
    "light, averaged, constant, frame": ("make_light_cnn_lstm", ("body", "unknown")),
    "light of the best, frame": ("make_light_cnn_lstm", ("body", "unknown")),
    "light, movement": ("make_light_cnn_lstm", ("movement",)),
    "fast, frame": ("make_fast", ("body", "unknown")),
    "MiniRocket, frame": ("MiniRocket", ("body",)),
    # As published.
    "LSTM, frame": ("LSTMClassifier", ("body",)),
    "CNN-LSTM, frame": ("CNNLSTMClassifier", ("body",)),
    "ConvLSTM, frame": ("ConvLSTMClassifier", ("body",)),
    "MultiRocket-Hydra, frame": ("MultiRocket-Hydra", ("body",)),
}


def average_of_last_epochs() -> Any:
    """Make a callback that averages the weights after each epoch of the second half."""
    import keras

    class Average(keras.callbacks.Callback):
        weights: Any = ()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            n = 1 + epoch - self.params["epochs"] // 2
            if n > 0:
                new = self.model.get_weights()
                old = self.weights or new
                self.weights = [a + (b - a) / n for a, b in zip(old, new, strict=True)]

        def on_train_end(self, logs: Any = None) -> None:
            self.model.set_weights(self.weights)

    return Average()


def settings_of_the_best() -> dict[str, Any]:
    """Return how long `make_best_in_frame` trains its network."""
    from sklearn_har.recipes import make_best_in_frame

    params = make_best_in_frame().get_params()
    return {name: params[f"light__{name}"] for name in ("epochs", "batch_size")}


#: What a training changes of its recipe.
CHANGES: dict[str, Callable[[], dict[str, Any]]] = {
    "light, 10 epochs, frame": lambda: {"epochs": 10},
    "light, batches of 128, frame": lambda: {"batch_size": 128},
    "light, averaged, constant, frame": lambda: {
        "schedule": "constant",
        "callbacks": [average_of_last_epochs()],
    },
    "light of the best, frame": settings_of_the_best,
    "light, movement": lambda: {"augmentation": None},
}
#: Whose probabilities each row takes the mean of.
ROWS = {
    "make_light_cnn_lstm": ("light",),
    "make_fast": ("fast",),
    "MiniRocket": ("MiniRocket",),
    "frame, make_light_cnn_lstm": ("light, frame",),
    "frame, two views": ("light, frame", "light, movement"),
    "frame, MiniRocket": ("MiniRocket, frame",),
    "frame, LSTM, published": ("LSTM, frame",),
    "frame, CNN-LSTM, published": ("CNN-LSTM, frame",),
    "frame, ConvLSTM, published": ("ConvLSTM, frame",),
    "frame, MultiRocket-Hydra": ("MultiRocket-Hydra, frame",),
    "frame, make_fast": ("fast, frame",),
    "frame, light and fast": ("light, frame", "fast, frame"),
    "frame, light of 10 epochs": ("light, 10 epochs, frame",),
    "frame, light of 10 epochs and fast": ("light, 10 epochs, frame", "fast, frame"),
    "frame, make_best_in_frame": ("light of the best, frame", "fast, frame"),
    "frame, light averaged": ("light, averaged, constant, frame",),
    "frame, light averaged and fast": ("light, averaged, constant, frame", "fast, frame"),
    "frame, light of batches of 128": ("light, batches of 128, frame",),
    "frame, light of batches of 128 and fast": ("light, batches of 128, frame", "fast, frame"),
    "frame, light and MiniRocket": ("light, frame", "MiniRocket, frame"),
    "frame, light, movement and MiniRocket": (
        "light, frame",
        "light, movement",
        "MiniRocket, frame",
    ),
}
#: The decision function of the ridge is multiplied by this before the softmax. Of 1, 2, 4, 8, 16
#: and 32 it gives the lowest log loss in cross-validation.
SHARPNESS = 4.0
STEP, LENGTH = 1.28, 2.56


def minirocket(seed: int) -> Any:
    """Make aeon's `MiniRocketClassifier` of its parts, for the decision function of the ridge."""
    from aeon.transformations.collection.convolution_based import MiniRocket
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    return make_pipeline(
        FunctionTransformer(channels_first),
        MiniRocket(random_state=seed),
        StandardScaler(with_mean=False),
        RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)),
    )


class MultiRocketHydra:
    """aeon's `MultiRocketHydraClassifier`, with the decision function of its ridge."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def fit(self, X: Any, y: Any) -> MultiRocketHydra:
        """Train as aeon does."""
        from aeon.classification.convolution_based import MultiRocketHydraClassifier

        self.model = MultiRocketHydraClassifier(random_state=self.seed).fit(channels_first(X), y)
        return self

    def decision_function(self, X: Any) -> Any:
        """Return what the ridge says of each class."""
        model, channels = self.model, channels_first(X)
        hydra = model._scale_hydra.transform(model._transform_hydra.transform(channels))
        rocket = model._scale_multirocket.transform(
            model._transform_multirocket.transform(channels)
        )
        return model.classifier.decision_function(np.concatenate([hydra, rocket], axis=1))


#: The classifiers that are neither networks nor recipes.
RIVALS = {"MiniRocket": minirocket, "MultiRocket-Hydra": MultiRocketHydra}


@functools.cache
def windows_of(part: str, archive: str | None) -> tuple[Any, dict[str, Any], list[Any]]:
    """Return the data of a part, its windows by axes, and training and test rows of each fold."""
    from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

    from sklearn_har.datasets import fetch_uci_har
    from sklearn_har.preprocessing import WindowCentering

    har = fetch_uci_har(subset="train" if part == "cv" else "all", archive=archive)
    shown = views(har.data, har.recording)
    shown["movement"] = WindowCentering().fit_transform(shown["body"])
    if part == "official":
        splits = [tuple(np.flatnonzero(har.split == name) for name in ("train", "test"))]
    else:
        folds = GroupKFold(3) if part == "cv" else LeaveOneGroupOut()
        splits = list(folds.split(har.data, har.target, har.subject))
    return har, shown, splits


def train(part: str, training: str, seed: int, fold: int, folder: str, archive: str | None) -> str:
    """Train once, leave the probabilities of the test windows in the folder; return a line."""
    import sklearn_har
    from sklearn_har import recipes

    har, shown, splits = windows_of(part, archive)
    fitted, tested = splits[fold]
    maker, axes = TRAININGS[training]
    X, y = np.concatenate([shown[name][fitted] for name in axes]), har.target[fitted]
    start = time.perf_counter()
    if maker in RIVALS:
        model = RIVALS[maker](seed).fit(X, y)
        found = {"decision": model.decision_function(shown[axes[0]][tested])}
    else:
        # Other seeds than those of the network whose errors this one is to mend.
        params = {"random_state": 100 + seed if axes == ("movement",) else seed}
        params |= CHANGES.get(training, dict)()
        make = getattr(recipes, maker, None) or getattr(sklearn_har, maker)
        model = make(**params).fit(X, np.tile(y, len(axes)))
        found = {"probabilities": model.predict_proba(shown[axes[0]][tested])}
    seconds = time.perf_counter() - start
    path = file_of(folder, part, training, seed, fold)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path.with_suffix(".tmp.npz"), **found)
    path.with_suffix(".tmp.npz").replace(path)
    answers = next(iter(found.values())).argmax(axis=1)
    right = 100 * float(np.mean(answers == har.target[tested]))
    return f"{part}, {training}, #{seed}, fold {fold}: {right:.2f} ({seconds:.0f} s)"


def file_of(folder: str, part: str, training: str, seed: int, fold: int) -> Path:
    """Return where the probabilities of a training are."""
    return Path(folder, f"{part}, {training}, {seed}, {fold}.npz")


def probabilities(path: Path) -> Any:
    """Return the probabilities that a training left."""
    from scipy.special import softmax

    with np.load(path) as found:
        if "decision" in found:
            return softmax(SHARPNESS * found["decision"], axis=1)
        values = found["probabilities"].astype(np.float64)
    return values / values.sum(axis=1, keepdims=True)


def decided(shares: Any, posture: Any, recording: Any) -> dict[str, Any]:
    """Return the classes that each decision gives."""
    from sklearn_har.timeline import decode_activities, revise_by_posture

    revised = revise_by_posture(shares, posture, recording)
    found = {"alone": shares.argmax(axis=1), "posture": revised.argmax(axis=1)}
    for name, values in (("sequence", shares), ("both", revised)):
        found[name] = np.zeros(len(values), dtype=int)
        for number in np.unique(recording):
            mine = np.flatnonzero(recording == number)
            found[name][mine] = decode_activities(values[mine], STEP * np.arange(len(mine)), LENGTH)
    return found


def score(part: str, row: str, seed: int, folder: str, archive: str | None) -> None:
    """Keep the figures of a row if all its trainings are there."""
    har, shown, splits = windows_of(part, archive)
    files = [
        [file_of(folder, part, training, seed, fold) for fold in range(len(splits))]
        for training in ROWS[row]
    ]
    if not all(path.exists() for paths in files for path in paths):
        return
    by_training = [np.concatenate([probabilities(path) for path in paths]) for paths in files]
    tested = np.concatenate([rows for _, rows in splits])
    shares = np.zeros((len(har.target), by_training[0].shape[1]))
    shares[tested] = np.mean(by_training, axis=0)
    # In the order of the data, so that windows of a recording stand together.
    tested = np.sort(tested)
    windows = shown["body" if row.startswith("frame") else "device"][tested]
    posture, recording = windows[..., :3].mean(axis=1), har.recording[tested]
    KEPT.keep(
        {
            name: rounded_figures(classes == har.target[tested], har.subject[tested])
            for name, classes in decided(shares[tested], posture, recording).items()
        },
        part,
        row,
        str(seed),
    )


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'':10}{'':43}{'':10}{'accuracy':>14}  n  worst subject"]
    for part in PARTS:
        for row, by_seed in kept.get(part, {}).items():
            for decision in DECISIONS:
                runs = [entry[decision] for entry in by_seed.values()]
                lines.append(
                    f"{part:10}{row:43}{decision:10}"
                    f"{mean_and_deviation(run['accuracy'] for run in runs)} {len(runs):2} "
                    f"{worst_subject([run['by_subject'] for run in runs])}"
                )
    return lines


def missing(
    parts: list[str], trainings: list[str], folder: str, archive: str | None
) -> Iterator[tuple[Any, ...]]:
    """Yield the trainings whose probabilities are not in the folder."""
    for part in parts:
        n_folds = len(windows_of(part, archive)[2])
        for training in trainings:
            for seed in range(PARTS[part]):
                for fold in range(n_folds):
                    if not file_of(folder, part, training, seed, fold).exists():
                        yield part, training, seed, fold, folder, archive


def main() -> None:
    """Train what was asked for and is not there yet, and score what is complete."""
    options = parser(__doc__, runs=None)
    options.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    options.add_argument("--trainings", nargs="*", choices=list(TRAININGS), default=list(TRAININGS))
    options.add_argument(
        "--folder",
        default=str(Path(__file__).with_suffix("")),
        help="where probabilities are kept (default: beside this script)",
    )
    options.add_argument("--workers", type=int, default=1, help="trainings at a time (default: 1)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if set(args.parts) - set(PARTS):
        options.error(f"PART must be one of {', '.join(PARTS)}")
    if not args.table:
        parts = args.parts or ["cv", "official"]
        run_jobs(train, missing(parts, args.trainings, args.folder, args.archive), args.workers)
        for part in parts:
            for row in ROWS:
                for seed in range(PARTS[part]):
                    score(part, row, seed, args.folder, args.archive)
    report("over_recordings", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
