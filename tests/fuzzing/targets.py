"""What reads text and files of others, as functions of bytes that return or refuse.

Hypothesis calls them in `test_any_text.py`, atheris in `harness.py`.
"""

from __future__ import annotations

import io
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from sklearn_har.datasets import fetch_uci_har
from sklearn_har.exceptions import ArchiveError
from sklearn_har.recordings import LineReader, inspect_file, read_recording
from sklearn_har.timeline import timeline_scores, timeline_to_labels

# All that may be said about a file, here and by pandas for it.
REFUSALS = (ValueError, TypeError, ArchiveError)
ENDINGS = ("csv", "txt", "log", "json")
OPTIONS = (
    {},
    {"time": None, "sampling_rate": 50.0},
    {"time_unit": "ms", "on_missing": "drop", "on_disorder": "sort", "labels": "activity"},
    {"time": "t", "on_disorder": "drop", "units": "deg/s"},
)


def csv_recording(content: bytes) -> None:
    """Read a recording, in one of several ways that its first byte chooses."""
    options = OPTIONS[content[0] % len(OPTIONS) if content else 0]
    recording = read_recording(io.BytesIO(content[1:]), **options)
    assert len(recording) >= 1
    assert np.isfinite(recording.samples).all()
    assert (np.diff(recording.time) > 0).all()
    assert recording.sampling_rate > 0


def file_of_any_logger(content: bytes) -> None:
    """Find out what is in a file, and read it; what the report says reads the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = (
            Path(folder) / f"Accelerometer.{ENDINGS[content[0] % len(ENDINGS) if content else 0]}"
        )
        path.write_bytes(content[1:])
        report = inspect_file(path)
        if report.recording is None:
            assert report.problems
            raise ValueError(report.problems[-1])
        pasted = read_recording(path, **report.arguments)
        assert np.array_equal(pasted.samples, report.recording.samples)
        recording = read_recording(path, format="auto")
    assert np.array_equal(recording.samples, pasted.samples)
    assert np.array_equal(recording.time, pasted.time)
    assert np.isfinite(recording.samples).all()
    assert (np.diff(recording.time) > 0).all()


def followed_lines(content: bytes) -> None:
    """Read a CSV file that grows, in two pieces."""
    cut = content[0] if content else 0
    reader = LineReader()
    for found in (
        reader.push(content[1:cut]),
        reader.push(content[max(cut, 1) :]),
        reader.finish(),
    ):
        if found is not None:
            time, samples = found
            assert len(time) == len(samples)
            assert samples.shape[1] == len(reader.channel_names)


def archive_file(content: bytes) -> None:
    """Open what may be an archive of a data set, or of another one, or none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.zip"
        path.write_bytes(content)
        try:
            fetch_uci_har(archive=path, data_home=folder)
        finally:
            assert [entry.name for entry in Path(folder).iterdir()] == [path.name]


def timeline_file(content: bytes) -> None:
    """Read a timeline that was written to CSV, and use it."""
    timeline = pd.read_csv(io.BytesIO(content))
    labels = timeline_to_labels(timeline, np.arange(20) / 2.0, unlabelled="none")
    assert len(labels) == 20
    scores = timeline_scores(timeline, timeline)
    assert 0.0 <= scores.accuracy <= 1.0


TARGETS = {
    target.__name__: target
    for target in (csv_recording, file_of_any_logger, followed_lines, archive_file, timeline_file)
}
# Where a search begins: each is taken, or nearly.
SEEDS = {
    "csv_recording": [
        b"\x00time,ax,ay\n0.0,1.0,0.1\n0.02,0.9,0.2\n0.04,1.1,0.1\n",
        b"\x01ax\n1\n2\n3\n",
        b"\x02time,ax,activity\n0,1,walk\n20,1.5,walk\n10,,sit\n",
        b"\x03t,ax\n2026-01-01T00:00:00,1\n2026-01-01T00:00:01,2\n",
    ],
    "file_of_any_logger": [
        # Found by the search: an error of pandas in a table without odd lines.
        b"\x021,walk,0,0.8,0.2;\n1,walk,2000.1;\n1,walk,400000ms);Acc x (m/s\xb2)\n1;9.8,\n20;9.7\n"
        b"40;.zst9.9\n00,0.2,9.7,;.1;\n",
        b'\x00"Zeit (s)";"Beschleunigung x (m/s^2)"\n0,00;9,8\n0,01;9,7\n0,02;9,9\n',
        b"\x01boot\nms ax ay az\n0 0.1 0.2 0.9\n20 0.1 0.3 0.9\n40 0.1 0.2 1.0\nms ax ay az\n",
        b"\x00seconds_elapsed,time,z,y,x\n0.1,1761431148905405700,9.8,0,0\n"
        b"0.2,1761431149005405700,9.7,0,0\n0.3,1761431149105405700,9.8,0,0\n",
        b"\x00sep=;\nS_Timestamp;S_Accel_X_CAL;\nms;m/(s^2);\n0;9.8;\n20;9.7;\n40;9.6;\n",
        b"\x021,walk,0,0.1,9.8,0.2;\n1,walk,20000000,0.2,9.7,0.1;\n1,walk,40000000,0.2,9.7,0.1;\n",
        b"\x001602867869.0,1602867869.0,1602867869.0\n32.0,32.0,32.0\n-3,11,60\n-2,11,60\n",
        b'\x03{"payload": {"interval_ms": 20, "sensors": [{"name": "accX", "units": "m/s2"}], '
        b'"values": [[1], [2]]}}',
        b"\x00Data File Created By ActiGraph date format M/d/yyyy at 30 Hz\nStart Time 10:20:30\n"
        b"Start Date 5/13/2024\n------\nAccelerometer X,Accelerometer Y\n0.1,0.2\n0.3,0.4\n",
        "\x00Time (ms);Acc x (m/s²)\n0;9.8\n20;9.7\n40;9.9\n".encode("latin-1"),
        b"\x0110:20:30.000 -> 1,2\n10:20:30.020 -> 2,3\n10:20:30.040 -> 2,4\n",
        b"\x00Date,Time,ax,ay\n13/05/2024,10:00:00.00,1,2\n13/05/2024,10:00:00.02,1,3\n",
        b"\x00sec,nsec,ax,ay\n5,0,1,2\n5,500000000,1,3\n6,0,1,2\n6,500000000,1,3\n",
        b"\x00hour,minute,second,ms,x_mg\n1,2,3,0,1\n1,2,3,500,2\n1,2,4,0,3\n",
        "\x00\u6642\u9593 (\u79d2),\u52a0\u901f\u5ea6 x (cm/s^2)\n0,9\n1,8\n2,9\n".encode("cp932"),
        b"\x01ms:0,ax:1.0,ay:2\nms:20,ax:2.0,ay:2\nms:40,ax:1.0,ay:3\n",
    ],
    "followed_lines": [b"\x20time,ax,ay\n0.0,1.0,0.1\n0.02,0.9,0.2\n0.04,1.1,0.1\n"],
    "archive_file": [b"PK\x05\x06" + bytes(18), b"<html>", b""],
    "timeline_file": [b"activity,start,end\nwalk,0,2.5\nsit,3,9\n", b"activity,start,end\n1,0,4\n"],
}


def is_refused(name: str, content: bytes) -> bool:
    """Whether a target refuses bytes; what it may not raise passes through."""
    with warnings.catch_warnings():
        # Of NumPy are mistakes; ours, and those of pandas about a file, are answers.
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", pd.errors.ParserWarning)
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        try:
            TARGETS[name](content)
        except REFUSALS:
            return True
    return False
