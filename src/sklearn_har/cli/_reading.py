"""How the command line reads recordings: the arguments, and what they mean to the package."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn_har.cli._common import PROGRAM, UsageError, positive_integer, real

# In Hz, as in UCI HAR.
_NOISE_CUTOFF, _GRAVITY_CUTOFF = 20.0, 0.3


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what the columns are and what the model was trained on."""
    parser.add_argument(
        "--time", default="time", metavar="COLUMN", help="the times (default: time)"
    )
    parser.add_argument(
        "--time-unit",
        choices=["s", "ms", "us", "ns", "datetime"],
        help="what the times count (default: s where they are numbers, else dates)",
    )
    parser.add_argument(
        "--acceleration",
        nargs="*",
        metavar="COLUMN",
        help="accelerations, gravity included (default: the first three columns of numbers)",
    )
    parser.add_argument(
        "--gyroscope",
        nargs="*",
        metavar="COLUMN",
        help="angular velocities; without a name none (default: the columns after them)",
    )
    parser.add_argument(
        "--acceleration-unit", default="g", choices=["g", "mg", "m/s2"], help="(default: g)"
    )
    parser.add_argument(
        "--gyroscope-unit", default="rad/s", choices=["rad/s", "deg/s"], help="(default: rad/s)"
    )
    parser.add_argument(
        "--preparation",
        default="uci-har",
        choices=["uci-har", "resample"],
        help="what was done to the samples that the model was trained on: uci-har, noise filter "
        "and gravity apart, as in that data set; resample, nothing but a common rate "
        "(default: uci-har)",
    )
    parser.add_argument(
        "--rate",
        type=real(minimum=0.0, exclude_minimum=True),
        default=50.0,
        metavar="HZ",
        help="sampling rate of the windows that the model was trained on (default: 50)",
    )
    parser.add_argument(
        "--window",
        type=positive_integer,
        metavar="N",
        help="time steps of a window, for a model that does not know (default: the model's)",
    )
    parser.add_argument(
        "--names",
        nargs="+",
        metavar="NAME",
        help="names of the activities, in the order of the classes of the model",
    )


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Say what looks wrong in a recording in one line each, on the standard error stream."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        print(f"{PROGRAM}: warning: {' '.join(str(warning.message).split())}", file=sys.stderr)


def columns_and_units(args: argparse.Namespace) -> tuple[list[str] | None, dict[str, str] | None]:
    """Return the columns that are channels and their units; None where the file decides."""
    if args.acceleration is not None:
        gyroscope = args.gyroscope or []
        units = dict.fromkeys(args.acceleration, args.acceleration_unit)
        units |= dict.fromkeys(gyroscope, args.gyroscope_unit)
        return [*args.acceleration, *gyroscope], units
    if args.gyroscope is not None:
        raise UsageError("--gyroscope needs --acceleration: name both, or none")
    if args.acceleration_unit != "g" or args.gyroscope_unit != "rad/s":
        raise UsageError("units need to know the columns: give --acceleration and --gyroscope")
    return None, None


def read(args: argparse.Namespace) -> Any:
    """Return the recording."""
    from sklearn_har.recordings import read_recording

    columns, units = columns_and_units(args)
    with warnings_as_lines():
        return read_recording(
            args.recording, time=args.time, time_unit=args.time_unit, channels=columns, units=units
        )


def filters(
    args: argparse.Namespace, n_columns: int, n_channels: int | None
) -> tuple[dict[str, Any], bool]:
    """Return the arguments of `prepare_recording`, and whether it is to filter at all.

    `n_columns` is what the recording has, `n_channels` what the model was fitted with, if it says.
    """
    n_acceleration = min(3, n_columns) if args.acceleration is None else len(args.acceleration)
    filtered = args.preparation == "uci-har"
    counts = {n_columns, n_columns + n_acceleration} if filtered else {n_columns}
    if n_channels is not None and n_channels not in counts:
        raise ValueError(
            f"{args.model}: was fitted with {n_channels} channels, and {args.recording} gives "
            f"{' or '.join(map(str, sorted(counts)))}: {n_acceleration} of acceleration, "
            f"{n_columns - n_acceleration} of angular velocity. Name them by --acceleration and "
            "--gyroscope"
        )
    options: dict[str, Any] = {
        "acceleration": range(n_acceleration),
        "angular_velocity": range(n_acceleration, n_columns),
        # A model may have been trained without the body accelerations.
        "gravity_cutoff": _GRAVITY_CUTOFF if filtered and n_channels != n_columns else None,
        # At a rate of 40 Hz or less resampling has left nothing above to be filtered out.
        "noise_cutoff": _NOISE_CUTOFF if filtered and args.rate > 2 * _NOISE_CUTOFF else None,
    }
    return options, filtered


def prepare(args: argparse.Namespace, recording: Any, n_channels: int | None) -> Any:
    """Return the signals that the model knows."""
    from sklearn_har.preparation import prepare_recording, resample_recording

    options, filtered = filters(args, recording.samples.shape[1], n_channels)
    if not filtered:
        return resample_recording(recording, args.rate)
    return prepare_recording(recording, sampling_rate=args.rate, **options)
