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
from sklearn_har.recordings import LineReader, read_recording
from sklearn_har.timeline import timeline_scores, timeline_to_labels

# All that may be said about a file, here and by pandas for it.
REFUSALS = (ValueError, TypeError, ArchiveError)
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
    for target in (csv_recording, followed_lines, archive_file, timeline_file)
}
# Where a search begins: each is taken, or nearly.
SEEDS = {
    "csv_recording": [
        b"\x00time,ax,ay\n0.0,1.0,0.1\n0.02,0.9,0.2\n0.04,1.1,0.1\n",
        b"\x01ax\n1\n2\n3\n",
        b"\x02time,ax,activity\n0,1,walk\n20,1.5,walk\n10,,sit\n",
        b"\x03t,ax\n2026-01-01T00:00:00,1\n2026-01-01T00:00:01,2\n",
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
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        try:
            TARGETS[name](content)
        except REFUSALS:
            return True
    return False
