"""``sklearn-har predict``: from a file of samples to a timeline of activities."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sklearn_har.cli import _follow
from sklearn_har.cli._common import (
    UsageError,
    check_picture,
    check_writable,
    fact,
    quiet_start,
    real,
    save_picture,
    shortened,
    write_file,
)
from sklearn_har.cli._reading import add_reading_arguments, prepare, read
from sklearn_har.utils._errors import one_line

# Letters of an activity in the printed table; the other columns take 36 at most.
_LONGEST_NAME = 40

_DESCRIPTION = """\
Read a recording of a phone or a watch, cut it into windows, let a saved
classifier speak of each, and merge what it says into intervals of one activity.
"""
_EPILOG = """\
The model is a classifier or a pipeline of scikit-learn and this package, fitted
on windows and saved by skops.io.dump. A file with types of other packages is
refused, as loading it could run their code.

examples:
  sklearn-har predict recording.csv --model model.skops
      a column "time" in s; then three of acceleration in g and three of angular
      velocity in rad/s; the timeline is printed
  sklearn-har predict log.csv --model model.skops --time ms --time-unit ms \\
          --acceleration ax ay az --acceleration-unit m/s2 \\
          --gyroscope gx gy gz --gyroscope-unit deg/s \\
          --timeline timeline.csv --plot timeline.png
      a log as phones write them; the timeline as a table and as a picture
  sklearn-har predict wrist.csv --model wrist.skops --preparation resample \\
          --acceleration x y z --gyroscope --rate 25 --min-duration 3
      a model of accelerations alone, trained on samples as measured, at 25 Hz
  sensor | sklearn-har predict - --follow --model model.skops
      live: a line for each window; a file that grows is followed likewise
"""


def add_parser(commands: Any) -> None:
    """Describe the subcommand."""
    parser = commands.add_parser(
        "predict",
        help="say what happened from when to when in a recording",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument(
        "recording",
        type=Path,
        help="CSV or Parquet file, one row a sample; with --follow, - is the standard input",
    )
    parser.add_argument(
        "--model", type=Path, required=True, metavar="FILE", help="the classifier (.skops)"
    )
    parser.add_argument(
        "--timeline",
        type=Path,
        metavar="FILE",
        help="write the timeline as CSV: activity, start and end in s, probability",
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the timeline (.png, .pdf, .svg)"
    )
    parser.add_argument(
        "--follow",
        action="store_true",
        help="print a line for each window as soon as its samples have been written, until the "
        "input ends or Ctrl-C; no timeline",
    )
    add_reading_arguments(parser)
    _add_merging(parser)
    parser.set_defaults(run=run)


def _add_merging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--overlap",
        type=real(minimum=0.0, below=1.0),
        default=0.5,
        metavar="X",
        help="part of a window that the next one shares (default: 0.5)",
    )
    parser.add_argument(
        "--smoothing",
        default="viterbi",
        choices=["viterbi", "posterior", "none"],
        help="how windows look at each other (default: viterbi)",
    )
    parser.add_argument(
        "--expected-duration",
        type=real(minimum=0.0, exclude_minimum=True),
        metavar="S",
        help="how long an activity lasts on average, in s, for smoothing (default: 10)",
    )
    parser.add_argument(
        "--min-duration",
        type=real(minimum=0.0),
        default=0.0,
        metavar="S",
        help="shorter intervals go to a neighbour, in s (default: 0)",
    )
    parser.add_argument(
        "--min-probability",
        type=real(minimum=0.0, below=1.0),
        default=0.0,
        metavar="P",
        help="windows less certain than this are left out (default: 0)",
    )


def run(args: argparse.Namespace) -> None:
    """Read, predict, merge, write."""
    if args.smoothing == "none" and args.expected_duration is not None:
        raise UsageError("--expected-duration is for smoothing; leave out --smoothing none")
    if args.follow:
        _follow.check(args)
    elif str(args.recording) == "-":
        raise UsageError("- is the standard input, which is read with --follow")
    for path in (args.timeline, args.plot):
        if path:
            check_writable(path)
    if args.plot:
        check_picture(args.plot)
    with quiet_start():
        model = load_model(args.model)
    n_timesteps, n_channels = _expected_shape(model)
    length = args.window or n_timesteps
    if length is None:
        raise UsageError(f"{args.model} does not say how long its windows are; give --window")
    if args.follow:
        _follow.run(args, model, length, n_channels)
        return
    recording = read(args)
    prepared = prepare(args, recording, n_channels)

    from sklearn_har.segmentation import segment_recording
    from sklearn_har.timeline import make_timeline

    windows: Any = segment_recording(prepared, window=length, overlap=args.overlap)
    if not len(windows.data):
        raise ValueError(
            f"{args.recording}: no window of {length} time steps fits between the interruptions"
        )
    timeline = make_timeline(
        model.predict_proba(windows.data),
        windows.start_time,
        length / prepared.sampling_rate,
        model.classes_ if args.names is None else args.names,
        smoothing=None if args.smoothing == "none" else args.smoothing,
        expected_duration=args.expected_duration,
        min_duration=args.min_duration,
        min_probability=args.min_probability,
    )
    try:
        # Before the table is printed, whose reader may have gone away.
        if args.timeline:
            write_file(args.timeline, timeline.to_csv(index=False, float_format="%.6f").encode())
        if args.plot:
            save_picture(args.plot, _picture(timeline))
    finally:
        print(
            fact("recording", f"{args.recording}, {recording!r}"),
            fact("windows", f"{len(windows.data)} of {length} x {windows.data.shape[2]}"),
            sep="\n",
        )
        print(f"\n{_table(timeline) if len(timeline) else 'nothing is certain enough'}")


def load_model(path: Path) -> Any:
    """Return the classifier in a file that holds types of scikit-learn and this package only."""
    from sklearn_har.utils._optional import import_optional
    from sklearn_har.utils.discovery import all_estimators

    skops_io = import_optional("skops.io", extra="export", needed_by="--model")
    content = path.read_bytes()
    try:
        unknown = skops_io.get_untrusted_types(data=content)
    except Exception as error:  # whatever zipfile, json and skops say to a file that is no model
        raise ValueError(f"{path}: not a model saved by skops ({one_line(error)})") from error
    # Estimators, not the whole package: a file may also name functions to be called, and not all of
    # ours are harmless.
    ours = {f"{item.__module__}.{item.__qualname__}" for _, item in all_estimators()}
    foreign = sorted(set(unknown) - ours)
    if foreign:
        raise ValueError(
            f"{path}: holds types that are neither of scikit-learn nor estimators of this package, "
            f"{', '.join(foreign)}. If you trust them, load it by skops.io.load in Python"
        )
    try:
        model = skops_io.loads(content, trusted=unknown)
    except Exception as error:  # whatever constructors say to what was altered
        raise ValueError(
            f"{path}: cannot be loaded ({type(error).__name__}: {one_line(error)}): it was "
            "altered, is incomplete, or was saved with other versions of the libraries"
        ) from error
    if not hasattr(model, "predict_proba") or not hasattr(model, "classes_"):
        raise ValueError(
            f"{path}: must be a fitted classifier with predict_proba, got {type(model).__name__}"
        )
    return model


def _expected_shape(model: Any) -> tuple[int | None, int | None]:
    """Time steps and channels of a window as the model was fitted; None where it does not say."""
    for part in (model, *(step for _, step in getattr(model, "steps", []))):
        if hasattr(part, "n_timesteps_in_"):
            return int(part.n_timesteps_in_), int(part.n_channels_in_)
    return None, None


def _table(timeline: Any) -> str:
    """Write a timeline in 80 columns; --timeline has names of any length in full."""
    shown = timeline.round({"start": 2, "end": 2, "probability": 3})
    shown["activity"] = [shortened(str(name), _LONGEST_NAME) for name in shown["activity"]]
    table: str = shown.to_string(index=False)
    return table


def _picture(timeline: Any) -> Any:
    from matplotlib.figure import Figure

    from sklearn_har.inspection import PredictionTimelineDisplay
    from sklearn_har.inspection._prediction_timeline import figure_size

    # Not by pyplot, which would look for a screen.
    figure = Figure(
        figsize=figure_size(timeline["activity"].unique().tolist()), layout="constrained"
    )
    PredictionTimelineDisplay(timeline).plot(figure.subplots())
    return figure
