"""Labelled files of five simulated subjects, and the training on them by the command line."""

import re

import numpy as np
import pandas as pd

from sklearn_har.cli import main
from sklearn_har.datasets import make_har_recordings

SMALL = ("--epochs", "2", "--set", "estimator__min_updates=1", "estimator__units=8")
PATTERN = "{subject}/{activity}/{trial}.csv"
COLUMNS = ("--acceleration", "ax", "ay", "az", "--gyroscope", "gx", "gy", "gz")
NAMES = ["ax", "ay", "az", "gx", "gy", "gz"]


def make_frames():
    """Yield each of five subjects with a labelled table of three activities in turn."""
    recordings = make_har_recordings(5, seconds_per_activity=12.0, random_state=0).recordings
    for recording in recordings:
        frame = pd.DataFrame(recording.samples, columns=NAMES)
        frame.insert(0, "time", recording.time)
        frame["activity"] = recording.labels
        kept = frame["activity"].isin(["walking", "sitting", "laying"])
        frame = frame[kept].reset_index(drop=True)
        yield recording.subject, frame.assign(time=np.arange(len(frame)) / 50.0)


def train(data, *options, source="folder"):
    """Train a small model on the files, and return the exit status."""
    pattern = ("--pattern", PATTERN) if source == "folder" else ()
    return main(["train", str(data / source), *pattern, *COLUMNS, *SMALL, *map(str, options)])


def read_value(text, label):
    """Return what the command printed after a label, in one line."""
    return " ".join(re.search(rf"^{label} +(.*(?:\n +.*)*)", text, re.MULTILINE)[1].split())
