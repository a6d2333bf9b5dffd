"""``sklearn-har predict --follow``: decisions about samples while they are being written."""

from __future__ import annotations

import argparse
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import PROGRAM, UsageError
from sklearn_har.cli._reading import columns_and_units, filters, warnings_as_lines

# In s: how often the input is looked at. People do not notice it, and it costs next to nothing.
_PAUSE = 0.1
# In bytes: what is read at most, and from where on there is so much that nobody waits for more.
_PIECE, _PIECE_OF_MANY = 1 << 16, 1 << 12


def check(args: argparse.Namespace) -> None:
    """Refuse what does not go together with decisions that nothing is known after."""
    if str(args.recording) != "-" and args.recording.suffix.lower() in (".parquet", ".pq"):
        raise UsageError("--follow reads lines of CSV; a Parquet file is written as a whole")
    unused = {
        "--timeline": args.timeline is not None,
        "--plot": args.plot is not None,
        "--smoothing": args.smoothing != "viterbi",
        "--expected-duration": args.expected_duration is not None,
        "--min-duration": args.min_duration > 0.0,
        "--min-probability": args.min_probability > 0.0,
    }
    given = [option for option, is_given in unused.items() if is_given]
    if given:
        raise UsageError(
            f"{', '.join(given)}: a timeline looks ahead, and --follow says what it knows so far; "
            "leave out one or the other"
        )


def run(args: argparse.Namespace, model: Any, length: int, n_channels: int | None) -> None:
    """Print a line for each window that becomes complete, until the input ends or Ctrl-C."""
    from sklearn_har.recordings._lines import LineReader

    classes = model.classes_.tolist()
    names = classes if args.names is None else args.names
    if len(names) != len(classes):
        raise ValueError(
            f"--names must name each of the {len(classes)} classes of the model, in their order "
            f"({', '.join(map(str, classes))}), got {len(names)}"
        )
    shown = dict(zip(classes, names, strict=True))
    columns, units = columns_and_units(args)
    reader = LineReader(time=args.time, time_unit=args.time_unit, channels=columns, units=units)
    recognizer = None
    print(f"{'start':>12} {'end':>12} {'probability':>12}  activity", flush=True)
    try:
        for piece in _pieces(args.recording):
            with warnings_as_lines():
                lines = reader.finish() if piece is None else reader.push(piece)
            if lines is None:
                continue
            if recognizer is None:
                recognizer = _recognizer(args, model, length, n_channels, reader)
            at, samples = lines
            _print(recognizer.push(samples, at), shown)
        if recognizer is not None:
            _print(recognizer.finish(), shown)
    except KeyboardInterrupt:
        # The usual end of what has no other one. A second line for the ^C that terminals show.
        print(file=sys.stderr)
    if recognizer is not None:
        _print_losses(recognizer)


def _pieces(path: Path) -> Iterator[bytes | None]:
    """Yield bytes as they come, and None at the end, which a file that grows does not have."""
    standard = str(path) == "-"
    with nullcontext(sys.stdin.buffer) if standard else path.open("rb") as file:
        grows = not standard and stat.S_ISREG(path.stat().st_mode)
        while True:
            piece = file.read1(_PIECE)  # type: ignore[union-attr]
            if piece:
                yield piece
            elif not grows:
                yield None
                return
            elif path.stat().st_size < file.tell():
                raise ValueError(f"{path}: has become shorter while it was followed; start anew")
            # A line alone takes as long to parse as a hundred: those of a sensor are gathered.
            if len(piece) < _PIECE_OF_MANY:
                time.sleep(_PAUSE)


def _recognizer(
    args: argparse.Namespace, model: Any, length: int, n_channels: int | None, reader: Any
) -> Any:
    from sklearn_har.recognition import StreamingRecognizer

    options, filtered = filters(args, len(reader.channel_names), n_channels)
    if not filtered:
        options["drift_cutoff"] = None
    return StreamingRecognizer(
        model,
        window=length,
        overlap=args.overlap,
        sampling_rate=args.rate,
        original_rate=reader.sampling_rate,
        channel_names=reader.channel_names,
        **options,
    )


def _print(decisions: list[Any], shown: dict[Any, Any]) -> None:
    for decision in decisions:
        print(
            f"{decision.start:12.2f} {decision.end:12.2f} {decision.probability:12.3f}  "
            f"{shown[decision.activity]}",
            flush=True,
        )


def _print_losses(recognizer: Any) -> None:
    losses = {
        "late": recognizer.n_late,
        "with missing values": recognizer.n_missing,
    }
    for what, count in losses.items():
        if count:
            print(f"{PROGRAM}: warning: left out {count} samples {what}", file=sys.stderr)
