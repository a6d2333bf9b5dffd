"""Read recordings from files and check them: timestamped samples of one subject."""

from sklearn_har.recordings._checks import check_recordings
from sklearn_har.recordings._folders import read_recordings
from sklearn_har.recordings._gravity import add_gravity
from sklearn_har.recordings._inspecting import FileReport, inspect_file
from sklearn_har.recordings._lines import LineReader
from sklearn_har.recordings._reading import read_recording
from sklearn_har.recordings._recording import Recording

__all__ = [
    "FileReport",
    "LineReader",
    "Recording",
    "add_gravity",
    "check_recordings",
    "inspect_file",
    "read_recording",
    "read_recordings",
]
