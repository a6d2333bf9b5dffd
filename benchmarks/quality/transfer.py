"""Does training on UCI HAR help to recognise the people of MotionSense, of whom few are known?

Three subjects of MotionSense are drawn by the seed and labelled; the other 21 test, on the five
activities that both data sets have. UCI HAR was recorded at the waist and MotionSense in a trouser
pocket. Windows are in the frame of the body where the trial shows it, and told so; in training each
stands twice, once as if its frame were not known. Rows, all of `make_light_cnn_lstm` but the last:

- "UCI HAR": trained on its 30 subjects, as they are
- "three subjects": trained on these alone
- "UCI HAR, then three": the first goes on with the windows of the three, by `partial_fit`
- "three subjects, make_fast": no network

Run it as

    python benchmarks/quality/transfer.py --archive "UCI HAR Dataset.zip" \
        --motion-sense-archive MotionSense.zip

What is in `transfer.json` is not trained again; `--table` prints what is there.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import copy
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from _measure import Kept, mean_and_deviation, parser, report
from accuracy import rounded_figures
from body_frame import views

# {row: {seed: figures}}
KEPT = Kept(__file__)
ROWS = (
    "UCI HAR",
    "three subjects",
    "UCI HAR, then three",
    "three subjects, make_fast",
)
ACTIVITIES = ("walking", "walking_upstairs", "walking_downstairs", "sitting", "standing")
EPOCHS, LEARNING_RATE = 20, 5e-4


def uci_har(archive: str | None) -> tuple[Any, Any]:
    """Return the windows of the common activities, with and without their frame, and names."""
    from sklearn_har.datasets import fetch_uci_har

    har = fetch_uci_har(subset="all", archive=archive)
    names = np.char.lower(np.array(har.target_names))[har.target]
    shown = views(har.data, har.recording)
    kept = np.isin(names, ACTIVITIES)
    X = np.concatenate([shown["body"][kept], shown["unknown"][kept]])
    return X, np.tile(names[kept], 2)


def motion_sense(archive: str | None) -> list[Any]:
    """Return the windows of the common activities to train on, and those to test with."""
    from sklearn_har.datasets import fetch_motion_sense
    from sklearn_har.preparation import Preparation

    bunch = fetch_motion_sense(archive=archive)
    names = np.array([*bunch.target_names, ""])
    recordings = [
        recording.with_labels(names[labels])
        for recording, labels in zip(bunch.recordings, bunch.labels, strict=True)
        if names[labels[0]] in ACTIVITIES
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nobody walks while sitting
        return [
            Preparation(frame="body").windows(recordings, with_unknown_frame=twice)
            for twice in (True, False)
        ]


def gone_on(model: Any, X: Any, y: Any) -> Any:
    """Return a copy of a fitted network that went on with other windows."""
    model = copy.deepcopy(model).set_params(optimizer__learning_rate=LEARNING_RATE)
    for _ in range(EPOCHS):
        model.partial_fit(X, y)
    return model


def run(seed: int, windows: list[Any], pretrained: Any) -> None:
    """Train the rows of a draw of subjects, and keep what is right of the others."""
    from sklearn_har.recipes import make_fast, make_light_cnn_lstm

    train, test = windows
    subjects = np.random.default_rng(seed).choice(np.unique(test.subject), 3, replace=False)
    own, others = np.isin(train.subject, subjects), ~np.isin(test.subject, subjects)
    X, y = train.data[own], train.target[own]
    models = {
        "UCI HAR": lambda: pretrained,
        "three subjects": lambda: make_light_cnn_lstm(random_state=seed).fit(X, y),
        "UCI HAR, then three": lambda: gone_on(pretrained, X, y),
        "three subjects, make_fast": lambda: make_fast(random_state=seed).fit(X, y),
    }
    for row, model in models.items():
        if str(seed) in KEPT.load().get(row, {}):
            continue
        right = model().predict(test.data[others]) == test.target[others]
        KEPT.keep(rounded_figures(right, test.subject[others]), row, str(seed))
        print(f"{row} #{seed}: {100 * right.mean():.2f}", flush=True)


def table(kept: dict[str, Any]) -> list[str]:
    """Return the lines of the table."""
    lines = [f"{'':28}{'accuracy':>14}  n  lowest of a subject"]
    for row in ROWS:
        if runs := list(kept.get(row, {}).values()):
            # The subjects tested differ from draw to draw.
            lowest = min(min(run["by_subject"].values()) for run in runs)
            lines.append(
                f"{row:28}{mean_and_deviation(run['accuracy'] for run in runs)} {len(runs):2} "
                f"{100 * lowest:6.1f}"
            )
    return lines


def main() -> None:
    """Train what is not there yet."""
    from sklearn_har.recipes import make_light_cnn_lstm

    options = parser(__doc__, runs=None)
    options.add_argument("--motion-sense-archive", help="local copy; by default it is downloaded")
    options.add_argument("--seeds", type=int, default=5, help="draws of subjects (default: 5)")
    options.add_argument("--table", action="store_true", help="print what is there and stop")
    args = options.parse_args()
    if not args.table:
        windows = motion_sense(args.motion_sense_archive)
        pretrained = make_light_cnn_lstm(random_state=0).fit(*uci_har(args.archive))
        for seed in range(args.seeds):
            run(seed, windows, pretrained)
    report("transfer", table(KEPT.load()), save=args.save)


if __name__ == "__main__":
    main()
