"""``sklearn-har predict``: recognise the activities in a recording."""

import argparse
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sklearn_har.cli import _follow
from sklearn_har.cli._common import (
    FILE,
    NAMES,
    SECONDS,
    UsageError,
    check_outputs,
    quiet_start,
    real,
    save_plot,
    write_file,
)
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import add_preparation_arguments, load_model, recognizer_of
from sklearn_har.cli._reading import add_reading_arguments, read_pieces
from sklearn_har.utils._text import fact, shorten

# The other columns of the printed table take at most 40 letters.
_LONGEST_NAME = 40
# In s: larger times count from 1970, because they would be dates of 1973 or later.
_SINCE_1970 = 1e8

HELP = "recognise the activities in a recording"
DESCRIPTION = """\
Recognise the activities in a recording, and print their starts and ends. The
model contains the preparation of recordings.
"""
EPILOG = """\
The model is a file that `train` or `export` wrote. A classifier of windows that
was saved by skops.io.dump works as well, with --preset, --rate, --window and
--names. A file with types of other packages is refused, because loading it
could run their code.

Without --model the file is read by --format auto, and the model is the one that
comes with the package: jogging, sitting, standing, walking and stairs of people
with a phone in the trouser pocket. If a warning says that a recording is unlike
the training recordings, do not trust the result.

examples:
  sklearn-har predict recording.csv
      with the model that comes with the package
  sklearn-har predict recording.csv --model model.skops
      a column "time" in s, and the channels of the training recordings
  sklearn-har predict log.csv --model har.onnx --time ms --time-unit ms \\
          --acceleration ax ay az --acceleration-unit m/s2 \\
          --gyroscope gx gy gz --gyroscope-unit deg/s \\
          --timeline timeline.csv --plot timeline.png
      a file with other columns and units; the timeline as a table and a plot
  sklearn-har predict wrist.csv --model windows.skops --preset resample \\
          --rate 25 --min-duration 3
      a classifier that was trained on windows of unfiltered samples at 25 Hz
  sensor | sklearn-har predict - --follow --model model.skops
      live: a line for each window; a file that grows is followed likewise
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        **FILE,
        help='CSV or Parquet file, one row a sample; a folder with --pattern "{sensor}.csv"; with '
        "--follow, - is the standard input",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="MODEL",
        help="the saved model (.skops, .onnx, .tflite; default: the one that comes with the "
        "package, for a phone in the front pocket of the trousers)",
    )
    parser.add_argument(
        "--timeline",
        **FILE,
        help="write the timeline as CSV: activity, start and end in s, probability; - for the "
        "output",
    )
    parser.add_argument("--plot", **FILE, help="draw the timeline (.png, .pdf, .svg)")
    parser.add_argument(
        "--follow",
        action="store_true",
        help="print a line for each window as soon as its samples have been written, until the "
        "input ends or Ctrl-C; no timeline",
    )
    _add_smoothing(parser)
    add_reading_arguments(parser)
    add_preparation_arguments(parser, " (only for a classifier of windows)")
    parser.add_argument(
        "--names",
        **NAMES,
        help="names of the activities, in the order of the classes of such a classifier",
    )


def _add_smoothing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("smoothing (default: that of the model)")
    group.add_argument(
        "--smoothing",
        choices=["viterbi", "posterior", "none"],
        help="how predictions are smoothed over time",
    )
    group.add_argument(
        "--expected-duration",
        **SECONDS,
        help="mean duration of an activity, in s",
    )
    group.add_argument(
        "--min-duration",
        type=real(minimum=0.0),
        metavar="S",
        help="shorter intervals are merged into a neighbour, in s",
    )
    group.add_argument(
        "--min-probability",
        type=real(minimum=0.0, below=1.0),
        metavar="P",
        help="windows less certain than this are left without an activity",
    )
    group.add_argument(
        "--posture-weight",
        type=real(minimum=0.0, below=10.0),
        metavar="X",
        help="how much it counts how the person of this recording sits, stands and lies; 0.3 is a "
        "good value for one person who does several activities",
    )


def run(args: argparse.Namespace) -> None:
    if args.smoothing == "none" and args.expected_duration is not None:
        raise UsageError("--expected-duration is for smoothing; leave out --smoothing none")
    if args.follow:
        _follow.check(args)
    elif str(args.source) == "-":
        raise UsageError("- is the standard input, which is read with --follow")
    check_outputs(args.timeline, plot=args.plot)
    with warnings_as_lines(later=True), quiet_start():
        model = _load_pretrained(args) if args.model is None else load_model(args.model)
        recognizer = recognizer_of(args, model)
    if args.follow:
        _follow.run(args, recognizer)
        return
    seen = _Seen()
    with warnings_as_lines():
        timeline = recognizer.timelines([seen.watch(read_pieces(args, recognizer))])[0]
    preparation = recognizer.preparation_
    length = preparation.window_length
    if not len(timeline) and not recognizer.min_probability:
        raise ValueError(f"{args.source}: no window of {length:g} s fits between the interruptions")
    try:
        # Written first, because the reader of the table may close the pipe.
        if args.timeline:
            write_file(args.timeline, timeline.to_csv(index=False, float_format="%.6f").encode())
        # 12.35 s since a date is easier to read than 1761431148.91.
        for column in ("start", "end"):
            timeline[column] -= seen.zero
        if args.plot and len(timeline):
            from sklearn_har.inspection import PredictionTimelineDisplay

            save_plot(args.plot, PredictionTimelineDisplay(timeline).plot())
    finally:
        model_name = str(args.model)
        if not isinstance(args.model, Path):
            model_name += ", trained on MotionSense, a phone in the front pocket of the trousers"
        print(fact("recording", f"{args.source}, {seen}"))
        print(fact("windows", f"{length:g} s, {preparation.n_timesteps} time steps"))
        print(fact("model", model_name))
        print(f"\n{_table(timeline) if len(timeline) else 'no window is certain enough'}")


def _load_pretrained(args: argparse.Namespace) -> Any:
    """Load the model that comes with the package, and name it in messages."""
    from sklearn_har.recognition import load_pretrained

    args.model = "the model that comes with the package"
    if args.acceleration is None and not args.follow:
        args.format = args.format or "auto"
    return load_pretrained()


class _Seen:
    """Counts about the pieces of a recording, which are not kept."""

    def __init__(self) -> None:
        self._n_samples = 0
        self._first: Any = None
        self._end = 0.0

    def watch(self, pieces: Iterator[Any]) -> Iterator[Any]:
        for piece in pieces:
            self._first = self._first or piece
            self._n_samples += len(piece)
            self._end = float(piece.time[-1])
            yield piece

    @property
    def zero(self) -> float:
        """Return the time of the first sample in s if the clock counts from 1970, otherwise 0."""
        begin = float(self._first.time[0])
        return begin if self._first.start is not None and begin > _SINCE_1970 else 0.0

    def __str__(self) -> str:
        first, since = self._first, ""
        if first.start is not None:
            date = first.start + datetime.timedelta(seconds=self.zero)
            since = f", time in s since {date:%Y-%m-%d %H:%M:%S}"
        return (
            f"{self._n_samples} samples, {first.samples.shape[1]} channels, "
            f"{first.sampling_rate:g} Hz, {self._end - float(first.time[0]):.2f} s{since}"
        )


def _table(timeline: Any) -> str:
    """Write a timeline in 80 columns; --timeline writes names in full."""
    # As text, because pandas would write times since 1970 with equal exponents.
    shown = timeline.round({"probability": 3, "distance": 2})
    for column in ("start", "end"):
        shown[column] = [f"{time:.2f}" for time in timeline[column]]
    shown["activity"] = [shorten(name, _LONGEST_NAME) for name in shown["activity"]]
    table: str = shown.to_string(index=False)
    return table
