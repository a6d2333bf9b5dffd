"""Read many recordings from a folder, a list of files or a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from sklearn_har.recordings._columns import unknown_column
from sklearn_har.recordings._files import table_of
from sklearn_har.recordings._formats import recognise
from sklearn_har.recordings._gathering import Gathering, OnError, naming
from sklearn_har.recordings._jobs import Job, jobs_of
from sklearn_har.recordings._patterns import natural_key
from sklearn_har.recordings._recording import Recording, check_labels
from sklearn_har.recordings._tables import Layout, TableReader
from sklearn_har.utils._progress import ProgressLine
from sklearn_har.utils._validation import did_you_mean

_OPTIONS = {field.name for field in fields(Layout)} - {"subject", "sampling_rate"} | {
    "read_options",
    "format",
}
# In s, between two updates of the progress line.
_PAUSE = 0.2


def read_recordings(
    source: str | os.PathLike[str] | pd.DataFrame | Sequence[str | os.PathLike[str]],
    pattern: str | None = None,
    *,
    subject: str | None = None,
    session: str | None = None,
    sensor: str | None = None,
    facts: pd.DataFrame | Mapping[str, Any] | None = None,
    sensors: Sequence[str] | None = None,
    sampling_rate: float | None = None,
    on_error: OnError = "raise",
    **options: Any,
) -> list[Recording]:
    """Read many recordings from a folder, a list of files or a table.

    Subject, activity and sensor come from the names of folders and files, from columns, or from a
    table of facts. :func:`read_recording` explains how each file is read and checked.

    Parameters
    ----------
    source : str, path-like, DataFrame or sequence of paths
        A folder, with `pattern`; a list of files; or one table (a DataFrame, a CSV or a Parquet
        file), with `subject` or `session`.
    pattern : str, default=None
        The paths in the folder, with fields in braces:
        ``"{subject}/{activity}/{trial}/{sensor}.csv"``. ``*`` is any text within a name, ``**/``
        any number of folders. See Notes.
    subject : str, default=None
        Name of the column with the subject, in tables or in `facts`. Each subject of a table gets
        its own recordings, even if the rows of several subjects alternate.
    session : str, default=None
        Name of the column of a table that separates the recordings of one subject. It becomes the
        fact "session".
    sensor : str, default=None
        Name of the column of a table that separates sensors with alternating rows. Each sensor is
        read separately, and they are merged like the files of a pattern with ``{sensor}``.
    facts : DataFrame or mapping of str to object, default=None
        Facts about the files: a DataFrame with one row for each file, or a mapping for all
        recordings. The column "file" or the index holds the paths, in full or from any folder on;
        for a list of files, the rows may also be in its order. Columns "subject" and "activity" act
        as fields of that name.
    sensors : sequence of str, default=None
        The sensors to read, in the order of their channels. None for all: accelerometers first
        (names with "acc"), then gyroscopes ("gyr"), then the others.
    sampling_rate : float, default=None
        In Hz. Sensors are merged at this rate; None for the highest typical rate of the sensors of
        a recording. Without sensors, it is the rate of all files; None for the typical rate of the
        times.
    on_error : {"raise", "skip"}, default="raise"
        "skip" leaves out recordings that cannot be read, and counts them in one warning.
    **options : object
        More parameters of :func:`read_recording`, such as `time_unit`, `channels` and `units`. A
        mapping with sensors as keys gives each sensor its own value.

    Returns
    -------
    recordings : list of Recording
        In the natural order of paths ("s2" before "s10"), in the order of the list, or in the order
        of the subjects in a table. The fact "file" is the path, or a list of paths for merged
        sensors.

    Raises
    ------
    ValueError
        If no file matches, a file cannot be read, or parameters contradict each other. The message
        names the file.
    OSError
        If a file or folder cannot be opened.
    TypeError
        If an option does not exist or `source` has the wrong type.

    Warns
    -----
    RecordingWarning
        If recordings are left out or look wrong, as :func:`read_recording` explains. Each kind
        gives one warning, with a count and the first file.

    See Also
    --------
    read_recording : Read one recording.
    sklearn_har.preparation.merge_recordings : Merge sensors yourself.

    Notes
    -----
    ``{subject}`` becomes the subject of a recording, and ``{activity}`` the label of all its
    samples. Files that differ only in ``{sensor}`` are the sensors of one recording:
    :func:`~sklearn_har.preparation.merge_recordings` joins them. The name of the sensor precedes
    those of its channels, as in ``Accelerometer_x``, unless a mapping for that sensor renames them.
    Activity and all other fields become facts.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from sklearn_har.recordings import read_recordings
    >>> frame = pd.DataFrame({"time": [0.0, 0.02, 0.04], "x": [1, 2, 1], "y": [0, 1, 3]})
    >>> folder = tempfile.TemporaryDirectory()
    >>> for name in ("anna/sitting.csv", "anna/walking.csv", "ben/walking.csv"):
    ...     path = Path(folder.name, name)
    ...     path.parent.mkdir(exist_ok=True)
    ...     frame.to_csv(path, index=False)
    >>> recordings = read_recordings(folder.name, "{subject}/{activity}.csv", units="g")
    >>> recordings[-1]
    Recording(3 samples, 2 channels, 50 Hz, 0.04 s, subject 'ben')
    >>> [(recording.subject, str(recording.labels[0])) for recording in recordings]
    [('anna', 'sitting'), ('anna', 'walking'), ('ben', 'walking')]
    >>> folder.cleanup()
    """
    gathering = Gathering(on_error)
    _check_options(options)
    jobs = jobs_of(source, pattern, facts, subject)
    known = {name for job in jobs for name in job.fields}
    in_facts = isinstance(facts, pd.DataFrame) and subject in facts.columns
    columns = _named(subject=None if in_facts else subject, session=session, sensor=sensor)
    _check_fields(known, columns, options, sensors)
    reading = _Reading(gathering, columns, options, sampling_rate)
    if sensor is not None:
        recordings = reading.merge(reading.by_sensor(jobs), sensors)
    elif "sensor" in known:
        recordings = reading.merge(jobs, sensors)
    else:
        recordings = reading.divide(jobs)
    if columns:
        gathering.report(len(recordings), len(recordings), "recordings")
    else:
        gathering.report(len(recordings), len(jobs), "files")
    return recordings


# The columns that divide a table into recordings, by the argument that names them.
_Columns = dict[str, str]


def _named(**columns: str | None) -> _Columns:
    return {argument: column for argument, column in columns.items() if column is not None}


def _check_options(options: Mapping[str, Any]) -> None:
    for name in options:
        if name == "chunksize":
            raise TypeError(
                "read_recordings() reads whole recordings, got chunksize. Read long files one by "
                "one by read_recording(..., chunksize=)."
            )
        if name not in _OPTIONS:
            raise TypeError(
                f"read_recordings() got an unexpected keyword argument {name!r}"
                f"{did_you_mean(name, _OPTIONS)}; the options are {sorted(_OPTIONS)}."
            )


def _check_fields(
    known: set[str], columns: _Columns, options: Mapping[str, Any], sensors: Sequence[str] | None
) -> None:
    for field, argument, value in (
        ("subject", "subject", columns.get("subject")),
        ("session", "session", columns.get("session")),
        ("activity", "labels", options.get("labels")),
        ("sensor", "subject", columns.get("subject")),
        ("sensor", "session", columns.get("session")),
        ("sensor", "sensor", columns.get("sensor")),
    ):
        if field in known and value is not None:
            raise ValueError(
                f"{argument} names a column of the files, got {argument}={value!r} together with "
                f"the field {field!r} of the pattern or the facts. Leave one of them out."
            )
    if "file" in known:
        raise ValueError("'file' is always the path of a file: rename this field or fact.")
    if sensors is not None and "sensor" not in {*known, *columns}:
        raise ValueError(
            f"sensors needs a field {{sensor}} in the pattern, or a column named by sensor=, got "
            f"{sensors!r} without one."
        )


class _Reading:
    """Read tables with common options."""

    def __init__(
        self,
        gathering: Gathering,
        columns: _Columns,
        options: dict[str, Any],
        sampling_rate: float | None,
    ) -> None:
        self._gathering, self._columns = gathering, columns
        self._options, self._rate = options, sampling_rate

    def divide(self, jobs: Sequence[Job]) -> list[Recording]:
        """Read tables that hold one or several recordings each."""
        recordings: list[Recording] = []
        for job in _show_progress(jobs):
            parts: list[tuple[Job, Any]] = []
            with self._gathering.reading(job.name):
                frame, options, columns = self._table(job, self._options)
                parts += _parts(job, frame, columns) if columns else [(job, frame)]
            for part, rows in parts:
                with self._gathering.reading(part.name):
                    recordings.append(self._recording(part, rows, options, self._rate))
        return recordings

    def by_sensor(self, jobs: Sequence[Job]) -> list[Job]:
        """Divide tables by sensors with alternating rows."""
        parts: list[Job] = []
        for job in _show_progress(jobs):
            file = str(job.source) if isinstance(job.source, Path) else None
            with self._gathering.reading(job.name):
                frame, _, columns = self._table(job, self._options)
                parts += (
                    replace(part, source=rows, file=file)
                    for part, rows in _parts(job, frame, columns)
                )
        # The rows are already read, so the options for files no longer apply.
        done = ("read_options", "format")
        self._options = {k: v for k, v in self._options.items() if k not in done}
        return parts

    def merge(self, jobs: Sequence[Job], sensors: Sequence[str] | None) -> list[Recording]:
        """Read recordings with a table for each sensor."""
        # Imported here, because preparation imports this package.
        from sklearn_har.preparation import merge_recordings

        without = [job.name for job in jobs if "sensor" not in job.fields]
        if without:
            raise ValueError(
                f"facts must name the sensor of every file, got none for {without[0]!r}."
            )
        present = sorted({job.fields["sensor"] for job in jobs}, key=_sensor_key)
        order = _chosen(sensors, present)
        options = _options_by_sensor(self._options, present)
        recordings: list[Recording] = []
        for name, group in _show_progress(_groups(jobs)):
            with self._gathering.reading():
                with naming(name):
                    by_sensor = _by_sensor(group, order)
                read = [self._sensor(by_sensor[sensor], options[sensor]) for sensor in order]
                highest = max(one.sampling_rate for one in read)
                with naming(name):
                    merged = merge_recordings(
                        read,
                        highest if self._rate is None else self._rate,
                        max_gap=self._options.get("max_gap"),
                    )
                recordings.append(merged)
        return recordings

    def _sensor(self, job: Job, options: dict[str, Any]) -> Recording:
        renamed = isinstance(options.get("channels"), Mapping)
        prefix = "" if renamed else f"{job.fields['sensor']}_"
        # With times, a sensor has its own rate, and `sampling_rate` is that of the grid.
        rate = self._rate if options.get("time", "time") is None else None
        with naming(job.name):
            table, options, _ = self._table(job, options)
            return self._recording(job, table, options, rate, prefix)

    def _table(self, job: Job, options: Mapping[str, Any]) -> tuple[Any, dict[str, Any], _Columns]:
        """Return the table of a job, or the recording of an archive, and how to read it."""
        own = {name: value for name, value in options.items() if name != "format"}
        read_options, columns = own.pop("read_options", None), self._columns
        source = job.source
        if options.get("format") is not None:
            found = recognise(source, options["format"], own, read_options)
            if options["format"] == "auto":
                self._gathering.note(job.name, {"format": [found.sentence]})
            read_options = found.options.pop("read_options", None)
            subject = found.options.pop("subject", None)
            if not columns and "subject" not in job.fields:
                session = None if subject is None else found.session
                columns = _named(subject=subject, session=session)
            source, own = found.source, {**own, **found.options}
            if "activity" in job.fields:
                own.pop("labels", None)
        if isinstance(source, Recording):
            return source, own, {}
        told: list[str] = []
        frame = table_of(source, dict(read_options or {}), {**own, **columns}, told)
        self._gathering.note(job.name, {"table": told})
        return frame, own, columns

    def _recording(
        self,
        job: Job,
        frame: pd.DataFrame | Recording,
        options: dict[str, Any],
        rate: float | None,
        prefix: str = "",
    ) -> Recording:
        facts = {name: job.fields[name] for name in job.fields if name not in ("subject", "sensor")}
        if isinstance(job.source, Path) or job.file is not None:
            facts["file"] = job.file or str(job.source)
        if isinstance(frame, Recording):
            recording = replace(frame, facts={**frame.facts, **facts})
        else:
            layout = Layout(**{"sampling_rate": rate, **options})
            others = frozenset(self._columns.values())
            owned = isinstance(job.source, Path)
            reader = TableReader(layout, facts, others, prefix, owned=owned)
            recording = reader.read(frame)
            self._gathering.note(job.name, reader.oddities(recording))
        labels = (
            check_labels(job.fields["activity"], len(recording))
            if "activity" in job.fields
            else recording.labels
        )
        return replace(recording, subject=job.fields.get("subject"), labels=labels)


T = TypeVar("T")


def _show_progress(items: Sequence[T]) -> Iterator[T]:
    """Yield items, with a line of progress on a terminal."""
    with ProgressLine(pause=_PAUSE) as progress:
        for number, item in enumerate(items):
            progress.show(f"Reading recordings: {number} of {len(items)}")
            yield item


def _parts(job: Job, frame: pd.DataFrame, columns: _Columns) -> Iterator[tuple[Job, pd.DataFrame]]:
    """Divide a table by subject and session, in order of appearance."""
    for argument, column in columns.items():
        if column not in frame.columns:
            raise ValueError(unknown_column(argument, column, frame))
    named = list(columns.values())
    missing = frame[named].isna().sum()
    if missing.any():
        raise ValueError(
            f"source must have a value of {named} in every row, got rows without: "
            f"{missing[missing > 0].to_dict()}. Leave these rows out."
        )
    for values, part in frame.groupby(named, sort=False, observed=True):
        plain = [value.item() if isinstance(value, np.generic) else value for value in values]
        found = dict(zip(columns, plain, strict=True))
        name = ", ".join(f"{field} {value!r}" for field, value in found.items())
        yield replace(job, name=f"{job.name}: {name}", fields={**job.fields, **found}), part


def _groups(jobs: Sequence[Job]) -> list[tuple[str, list[Job]]]:
    """Return the jobs of each recording, and a name for it."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        known = [f"{name} {value!r}" for name, value in job.fields.items() if name != "sensor"]
        groups.setdefault(", ".join(known) or "the recording", []).append(job)
    return list(groups.items())


def _sensor_key(sensor: Any) -> tuple[int, Any]:
    kinds = [number for number, word in enumerate(("acc", "gyr")) if word in str(sensor).lower()]
    return (kinds[0] if kinds else 2), natural_key(str(sensor))


def _chosen(sensors: Sequence[str] | None, present: list[str]) -> list[str]:
    if sensors is None:
        return present
    if isinstance(sensors, str) or not sensors:
        raise ValueError(f"sensors must be a list of at least one name, got {sensors!r}.")
    for sensor in sensors:
        if sensor not in present:
            raise ValueError(
                f"sensors must name sensors of the files, got {sensor!r}"
                f"{did_you_mean(str(sensor), present)}; the sensors are {present}."
            )
    return list(dict.fromkeys(sensors))


def _options_by_sensor(
    options: Mapping[str, Any], present: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the options of each sensor, from mappings with sensors as keys."""
    own: dict[str, dict[str, Any]] = {sensor: {} for sensor in present}
    for name, value in options.items():
        by_sensor = isinstance(value, Mapping) and any(sensor in value for sensor in present)
        unknown = [key for key in value if key not in present] if by_sensor else []
        if unknown:
            raise ValueError(
                f"{name} must have sensors for all of its keys or for none, got {unknown[0]!r}"
                f"{did_you_mean(str(unknown[0]), present)}; the sensors are {list(present)}."
            )
        for sensor in present:
            if not by_sensor:
                own[sensor][name] = value
            elif sensor in value:
                own[sensor][name] = value[sensor]
    return own


def _by_sensor(group: Sequence[Job], order: Sequence[str]) -> dict[str, Job]:
    by_sensor: dict[str, Job] = {}
    for job in group:
        other = by_sensor.setdefault(job.fields["sensor"], job)
        if other is not job:
            raise ValueError(
                f"pattern must tell the files of one sensor apart, got {other.name!r} and "
                f"{job.name!r} with the same fields. Put a field instead of a '*'."
            )
    missing = [sensor for sensor in order if sensor not in by_sensor]
    if missing:
        raise ValueError(f"has no file of the sensor(s) {missing}, which other recordings have.")
    return by_sensor
