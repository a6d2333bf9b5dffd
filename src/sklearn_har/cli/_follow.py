"""``sklearn-har predict --follow``: recognise samples while they are written."""

import argparse
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import PROGRAM, UsageError, refuse
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import SMOOTHING
from sklearn_har.cli._reading import channels_of, read_options

# In s: the input is checked this often, which is unnoticeable and cheap.
_PAUSE = 0.1
# In bytes: the most to read at once, and the size from which on the input needs no waiting.
_PIECE, _PIECE_OF_MANY = 1 << 16, 1 << 12


def check(args: argparse.Namespace) -> None:
    """Raise an error for options of timelines, which look ahead."""
    if str(args.source) != "-" and args.source.suffix.lower() in (".parquet", ".pq"):
        raise UsageError("--follow reads lines of CSV; a Parquet file is written as a whole")
    reason = "a timeline looks ahead, and --follow does not wait; leave out one of them"
    refuse(args, ("timeline", "plot", *SMOOTHING), reason)
    refuse(args, ("pattern", "on_disorder", "on_missing"), "--follow drops such samples itself")
    reason = "--follow needs times and names of columns; `inspect` shows them for a file"
    refuse(args, ("format", "file_rate", "max_gap"), reason)


def run(args: argparse.Namespace, recognizer: Any) -> None:
    """Print a line for each completed window, until the input ends or Ctrl-C."""
    from sklearn_har.recordings import LineReader

    channels = channels_of(args, recognizer)
    options = read_options(args, channels, recognizer)
    if "format" in options and not channels:
        raise UsageError(
            f"{args.model} was trained with --format {options['format']}; with --follow, name the "
            "columns by --time, --acceleration and --gyroscope"
        )
    reader = LineReader(
        time=options.get("time", "time"),
        time_unit=options.get("time_unit"),
        channels=[channel.column for channel in channels] or None,
        units={c.column: c.unit for c in channels if c.unit is not None},
        read_options=options.get("read_options"),
        gravity=options.get("gravity"),
        platform=options.get("platform"),
    )
    stream = None
    print(f"{'start':>13} {'end':>13} {'probability':>12}  activity", flush=True)
    try:
        for piece in _pieces(args.source):
            with warnings_as_lines():
                lines = reader.finish() if piece is None else reader.push(piece)
            if lines is None:
                continue
            if stream is None:
                stream = recognizer.stream(
                    original_rate=reader.sampling_rate,
                    channel_names=[c.name for c in channels] or reader.channel_names,
                )
            at, samples = lines
            _print(stream.push(samples, at))
        if stream is not None:
            _print(stream.finish())
    except KeyboardInterrupt:
        # The usual end of an endless input. The newline follows the ^C that terminals show.
        print(file=sys.stderr)
    if stream is not None:
        _print_losses(stream, reader)


def _pieces(path: Path) -> Iterator[bytes | None]:
    """Yield bytes as they arrive, and None at the end; a growing file has no end."""
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
                raise ValueError(f"{path}: has become shorter while it was followed; start again")
            # One line takes as long to parse as a hundred, so lines of a sensor are collected.
            if len(piece) < _PIECE_OF_MANY:
                time.sleep(_PAUSE)


def _print(decisions: list[Any]) -> None:
    for decision in decisions:
        print(
            f"{decision.start:13.2f} {decision.end:13.2f} {decision.probability:12.3f}  "
            f"{decision.activity}",
            flush=True,
        )


def _print_losses(stream: Any, reader: Any) -> None:
    losses = {
        "samples late": stream.n_late,
        "samples with missing values": stream.n_missing,
        "lines that are not rows": reader.n_left_out,
    }
    for what, count in losses.items():
        if count:
            print(f"{PROGRAM}: warning: left out {count} {what}", file=sys.stderr)
