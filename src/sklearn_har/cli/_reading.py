"""Read recordings by options, columns and files of the command line."""

import argparse
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sklearn_har.cli import _data
from sklearn_har.cli._common import HERTZ, NAMES, SECONDS, UsageError, nearest, refuse
from sklearn_har.utils._text import fact

# Rows in memory at once: twenty minutes at 50 Hz.
_CHUNK = 1 << 16
# In bytes: smaller files are read whole, because only then can a clock be repaired.
_WHOLE = 1 << 26


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the columns of a file."""
    group = parser.add_argument_group("columns of the files")
    add = group.add_argument
    add("--time", metavar="COLUMN", help="the times (default: that of the model, or time)")
    add(
        "--time-unit",
        choices=["s", "ms", "us", "ns", "datetime"],
        help="unit of the times (default: that of the model, or s for numbers and dates otherwise)",
    )
    add(
        "--acceleration",
        nargs="*",
        metavar="COLUMN",
        help="accelerations, including gravity (default: those of the model, or the first three "
        "columns of numbers)",
    )
    add(
        "--gyroscope",
        nargs="*",
        metavar="COLUMN",
        help="angular velocities; without a name none (default: those of the model, or the next "
        "three columns)",
    )
    acceleration_units = ["g", "mg", "ug", "m/s2", "cm/s2", "mm/s2"]
    gyroscope_units = ["rad/s", "mrad/s", "deg/s", "mdeg/s", "rpm"]
    default = "(default: that of the model, or {})"
    add("--acceleration-unit", choices=acceleration_units, help=default.format("g"))
    add("--gyroscope-unit", choices=gyroscope_units, help=default.format("rad/s"))
    add(
        "--gravity",
        nargs="+",
        metavar="COLUMN",
        help="gravity, to add to columns of --acceleration without it",
    )
    add(
        "--platform",
        choices=["android", "ios"],
        help="sign convention of --gravity: on iOS the sum is inverted",
    )
    add(
        "--on-disorder",
        choices=["raise", "sort", "drop"],
        help="samples out of order in time: stop, sort or drop them (default: raise)",
    )
    add(
        "--on-missing",
        choices=["raise", "drop"],
        help="samples with missing values: stop or drop them (default: raise)",
    )
    add(
        "--pattern",
        metavar="PATTERN",
        help="names of the files in a folder, such as "
        "'{subject}/{activity}/{trial}/{sensor}.csv'; with {sensor}, columns are named "
        "SENSOR:COLUMN",
    )
    add(
        "--day-first",
        action=argparse.BooleanOptionalAction,
        help="whether dates such as 07/05/2014 begin with the day (default: inferred)",
    )
    group = parser.add_argument_group("text of the files (see sklearn-har inspect FILE)")
    add = group.add_argument
    add(
        "--format",
        metavar="NAME",
        help="the logger, such as phyphox; auto recognises what no other option gives",
    )
    add("--separator", metavar="SEP", help="between columns: a sign, tab or space (default: ,)")
    add("--decimal", choices=[".", ","], help="the decimal mark (default: .)")
    add(
        "--skip-rows",
        type=_rows,
        metavar="N",
        help="lines above the names of the columns; 0,2 skips single lines, counted from 0",
    )
    add("--encoding", metavar="NAME", help="of the text, such as cp1252 (default: utf-8)")
    add("--columns", **NAMES, help="names of the columns of files without names")
    add("--file-rate", **HERTZ, help="for files without times: the rate of their samples")
    add(
        "--max-gap",
        **SECONDS,
        help="a longer step between samples is an interruption (default: five samples)",
    )


def _rows(text: str) -> int | list[int]:
    if not re.fullmatch(r"\d+(,\d+)*", text):
        raise argparse.ArgumentTypeError(f"must be a number, or numbers with commas, got {text!r}")
    numbers = [int(number) for number in text.split(",")]
    return numbers if "," in text else numbers[0]


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    add_reading_arguments(parser)
    group = parser.add_argument_group("labels and subjects")
    add = group.add_argument
    add("--labels", metavar="COLUMN", help="the activity of each sample, if not in --pattern")
    add("--subject", metavar="COLUMN", help="the subject, if not in --pattern")
    add("--session", metavar="COLUMN", help="separates the recordings of one subject")


class Channel(NamedTuple):
    """A column of a file, with the name and unit of its channel."""

    column: str
    name: str
    unit: str | None


def channels_of(args: argparse.Namespace, recognizer: Any = None) -> list[Channel]:
    """Return the channels to read; an empty list for all columns of numbers.

    They come from the options, from the columns in the model, or from the names of its training
    channels.
    """
    known, n_accelerations = _channels_of_model(recognizer)
    by_sensor = "{sensor}" in (args.pattern or "")
    if args.acceleration is not None:
        columns = [*args.acceleration, *(args.gyroscope or [])]
        n_accelerations = len(args.acceleration)
        if known and len(known) != len(columns):
            raise UsageError(
                f"{args.model} was trained on {len(known)} channels ({', '.join(known)}), got "
                f"{len(columns)} columns: name them by --acceleration and --gyroscope"
            )
        names = known or [column.replace(":", "_", 1) for column in columns]
        channels = [Channel(*each, None) for each in zip(columns, names, strict=True)]
    elif args.gyroscope is not None:
        raise UsageError("--gyroscope needs --acceleration: name both, or none")
    else:
        channels = _remembered_channels(recognizer, by_sensor)
        if not channels and not by_sensor and not _format_of(args, recognizer):
            channels = [Channel(name, name, None) for name in known]
    given = args.acceleration_unit, args.gyroscope_unit
    if not channels or n_accelerations is None:
        if any(given):
            raise UsageError("units need the columns: give --acceleration and --gyroscope")
        return channels
    # A format determines the units of its files.
    moving, turning = zip(given, (None, None) if args.format else ("g", "rad/s"), strict=True)
    units = [moving] * n_accelerations + [turning] * (len(channels) - n_accelerations)
    return [
        channel._replace(unit=unit or channel.unit or default)
        for channel, (unit, default) in zip(channels, units, strict=True)
    ]


def _format_of(args: argparse.Namespace, recognizer: Any) -> Any:
    return args.format or ((recognizer and recognizer.read_options) or {}).get("format")


def _remembered_channels(recognizer: Any, by_sensor: bool) -> list[Channel]:
    """Return the columns that a model was trained on, in the order of its channels."""
    options = (recognizer and recognizer.read_options) or {}
    if not options.get("channels") or by_sensor != ("sensors" in options):
        return []
    if not by_sensor:
        units = options.get("units", {})
        return [Channel(c, name, units.get(c)) for c, name in options["channels"].items()]
    return [
        Channel(f"{sensor}:{column}", name, options["units"].get(sensor, {}).get(column))
        for sensor, columns in options["channels"].items()
        for column, name in columns.items()
    ]


def _channels_of_model(recognizer: Any) -> tuple[list[str], int | None]:
    """Return the channels of a model, accelerations first, and the number of accelerations.

    The number is None if the model does not distinguish accelerations.
    """
    if recognizer is None or not recognizer.channel_names_in_:
        return [], None
    names = list(recognizer.channel_names_in_)
    preparation = recognizer.preparation_

    def named(channels: Any) -> list[str]:
        return [c if isinstance(c, str) else names[c] for c in channels]

    acceleration, gyroscope = map(named, (preparation.acceleration, preparation.angular_velocity))
    kinds = [*acceleration, *gyroscope]
    known = [*kinds, *(name for name in names if name not in kinds)]
    return known, len(acceleration) if len(kinds) == len(names) else None


# The stored properties of training files, besides channels and units.
_REMEMBERED = (
    *("time", "time_unit", "on_disorder", "on_missing", "format", "max_gap", "sampling_rate"),
    *("day_first", "read_options", "gravity", "platform"),
)
_OF_TEXT = {"separator": "sep", "decimal": "decimal", "encoding": "encoding"}
_SPELLED = {"tab": "\t", "\\t": "\t", "space": r"\s+", " ": r"\s+"}


def read_options(
    args: argparse.Namespace, channels: list[Channel], recognizer: Any = None
) -> dict[str, Any]:
    """Return the arguments of `read_recording` and `read_recordings` for the options."""
    known = (recognizer and recognizer.read_options) or {}
    options: dict[str, Any] = {name: known[name] for name in _REMEMBERED if name in known}
    for name in (*_REMEMBERED, "labels", "subject", "session"):
        if getattr(args, name, None) is not None:
            options[name] = getattr(args, name)
    if args.gravity is not None:
        options["gravity"] = _gravity_of(args)
    if args.file_rate is not None:
        options["sampling_rate"] = args.file_rate
        options["time"] = args.time
    if text := _text_options(args):
        options["read_options"] = text
    if not channels:
        return options
    if "{sensor}" not in (args.pattern or ""):
        options["channels"] = {channel.column: channel.name for channel in channels}
        options["units"] = {c.column: c.unit for c in channels if c.unit is not None}
        return options
    sensors: dict[str, dict[str, str]] = {}
    units: dict[str, dict[str, str]] = {}
    for channel in channels:
        sensor, colon, column = channel.column.partition(":")
        if not colon:
            raise UsageError(
                "a column of a --pattern with {sensor} is SENSOR:COLUMN, such as Accelerometer:x, "
                f"got {channel.column!r}"
            )
        sensors.setdefault(sensor, {})[column] = channel.name
        if channel.unit is not None:
            units.setdefault(sensor, {})[column] = channel.unit
    return {**options, "sensors": list(sensors), "channels": sensors, "units": units}


def _gravity_of(args: argparse.Namespace) -> dict[str, str]:
    columns = args.acceleration or []
    if len(columns) != len(args.gravity):
        raise UsageError(
            f"--gravity needs one column for each of --acceleration, got {len(args.gravity)} and "
            f"{len(columns)}"
        )
    if "{sensor}" in (args.pattern or ""):
        raise UsageError(
            "--gravity adds columns of one file; leave it out with {sensor} in --pattern"
        )
    return dict(zip(columns, args.gravity, strict=True))


def _text_options(args: argparse.Namespace) -> dict[str, Any]:
    """Return the options of pandas for those of the text."""
    given = {name: getattr(args, option) for option, name in _OF_TEXT.items()}
    text = {name: value for name, value in given.items() if value is not None}
    if "sep" in text:
        text["sep"] = _SPELLED.get(text["sep"], text["sep"])
    if args.skip_rows is not None:
        text["skiprows"] = args.skip_rows
    if args.columns is not None:
        text |= {"header": None, "names": args.columns}
    return text


def options_of(arguments: Mapping[str, Any], report: Any) -> list[str]:
    """Return the options for these arguments of `read_recording`."""
    found: list[str] = []

    def add(option: str, *values: Any) -> None:
        found.extend([f"--{option}", *map(str, values)])

    text = dict(arguments.get("read_options") or {})
    for option, name in _OF_TEXT.items():
        if name in text:
            add(option, {"\t": "tab", r"\s+": "space"}.get(text[name], text[name]))
    if "skiprows" in text:
        rows = text["skiprows"]
        add("skip-rows", rows if isinstance(rows, int) else ",".join(map(str, rows)))
    if "names" in text:
        add("columns", *text["names"])
    if arguments.get("time", "time") is not None:
        for name in ("time", "time_unit"):
            if arguments.get(name) is not None:
                add(name.replace("_", "-"), arguments[name])
    if arguments.get("sampling_rate") is not None:
        add("file-rate", f"{arguments['sampling_rate']:g}")
    if arguments.get("day_first") is not None:
        add("day-first" if arguments["day_first"] else "no-day-first")
    for name in ("format", "max_gap", "on_disorder", "on_missing"):
        if arguments.get(name) is not None:
            add(name.replace("_", "-"), arguments[name])
    kinds = dict(zip(report.columns["name"], report.columns["kind"], strict=True))
    channels = list(arguments.get("channels") or [])
    turning = [name for name in channels if kinds.get(name) == "angular velocity"]
    moving = [name for name in channels if name not in turning]
    units = arguments.get("units") or {}
    for option, names in (("acceleration", moving), ("gyroscope", turning)):
        if names:
            add(option, *names)
            unit = units if isinstance(units, str) else units.get(names[0])
            if unit is not None:
                add(f"{option}-unit", unit)
    if moving and not turning:
        add("gyroscope")
    return found


def how_read(args: argparse.Namespace) -> dict[str, Any]:
    """Return how the training files were read, to store it in the model."""
    kept = (*_REMEMBERED, "channels", "units", "sensors")
    options = read_options(args, channels_of(args))
    return {name: value for name, value in options.items() if name in kept}


def read_pieces(args: argparse.Namespace, recognizer: Any) -> Iterator[Any]:
    """Yield the pieces of the recording in `args.source`: long files do not fill the memory."""
    from sklearn_har.recordings import read_recording

    channels = channels_of(args, recognizer)
    if not args.pattern:
        options = read_options(args, channels, recognizer)
        path = Path(args.source)
        pieces = (
            iter([read_recording(path, **options)])
            if path.is_file() and path.stat().st_size <= _WHOLE
            else read_recording(args.source, chunksize=_CHUNK, **options)
        )
        known = _channels_of_model(recognizer)[0]
        return pieces if channels or not known else _rename_channels(pieces, known, args)
    recordings = _read_all(args, channels, recognizer)
    if len(recordings) != 1:
        raise UsageError(
            f"--pattern must match the files of one recording, got {len(recordings)}: leave fields "
            "other than {sensor} out"
        )
    return iter(recordings)


def _rename_channels(
    pieces: Iterator[Any], known: list[str], args: argparse.Namespace
) -> Iterator[Any]:
    """Rename the channels of a format to those of a model, in their order."""
    for piece in pieces:
        if len(piece.channel_names) != len(known):
            raise UsageError(
                f"{args.model} was trained on {len(known)} channels ({', '.join(known)}), got "
                f"{', '.join(piece.channel_names)}: name columns by --acceleration and --gyroscope"
            )
        yield replace(piece, channel_names=tuple(known))


def read_source(args: argparse.Namespace, part: str, recognizer: Any = None) -> list[Any]:
    """Return the labelled recordings in `args.source`.

    `part` is "train" or "test": the subjects of a data set to read.
    """
    source = str(args.source)
    if source in _data.RECORDINGS:
        unused = ("pattern", "labels", "subject", "session", "acceleration", "gyroscope", "gravity")
        refuse(args, unused, f"the data set {source} has its own files; leave this out")
    if source not in _data.FETCHED:
        known = ", ".join(_data.FETCHED)
        refuse(args, ("archive", "data_home"), f"only for the data sets {known}")
    if source in _data.RECORDINGS:
        return _data.load_recordings(source, args, part)
    if not Path(source).exists():
        raise UsageError(
            f"{source}: there is no such folder or file, and no such data set"
            f"{nearest(source, _data.RECORDINGS)}; data sets are {', '.join(_data.RECORDINGS)}"
        )
    recordings = _read_all(args, channels_of(args, recognizer), recognizer)
    unlabelled = sum(recording.labels is None for recording in recordings)
    if unlabelled:
        raise UsageError(
            f"{unlabelled} of {len(recordings)} recordings have no labels: name their column by "
            "--labels, or put {activity} into --pattern"
        )
    return recordings


def _read_all(args: argparse.Namespace, channels: list[Channel], recognizer: Any) -> list[Any]:
    from sklearn_har.recordings import read_recordings

    if Path(args.source).is_dir() and not args.pattern:
        raise UsageError(
            f"{args.source} is a folder: describe the names of its files, such as --pattern "
            "'{subject}/{activity}.csv'"
        )
    options = read_options(args, channels, recognizer)
    try:
        return read_recordings(args.source, args.pattern, **options)
    except ValueError as error:
        divided = args.pattern or options.keys() & {"subject", "session"}
        if "must increase" not in str(error) or divided:
            raise
        # Sorting the rows of several subjects by time would mix them.
        raise ValueError(
            f"{error} If the rows are of several subjects, name their column by --subject."
        ) from error


def facts_of(recordings: list[Any], source: Any) -> list[str]:
    import pandas as pd

    subjects = list(dict.fromkeys(r.subject for r in recordings if r.subject is not None))
    rates = sorted({float(f"{recording.sampling_rate:.4g}") for recording in recordings})
    hertz = f"{rates[0]:g}" if len(rates) == 1 else f"{rates[0]:g} to {rates[-1]:g}"
    timeline = pd.concat([recording.timeline() for recording in recordings])
    seconds = (timeline["end"] - timeline["start"]).groupby(timeline["activity"]).sum()
    length = f"{sum(r.duration for r in recordings):.1f} s at {hertz} Hz"
    return [
        fact("data", str(source)),
        fact("recordings", f"{len(recordings)}, {length}"),
        fact("subjects", f"{len(subjects)}: {', '.join(map(str, subjects))}" if subjects else "?"),
        fact("channels", ", ".join(recordings[0].channel_names)),
        fact("activities", ", ".join(f"{name} {time:.1f} s" for name, time in seconds.items())),
    ]
