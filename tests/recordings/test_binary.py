"""Binary files, whose readers are other libraries."""

import importlib.util
import shutil
import struct
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.io import savemat

import logger_files as files
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import inspect_file, read_recording


def _device(monkeypatch, frame=None, error=None):
    """Stand in for actipy, which is licensed for academic use only and runs Java."""
    calls = []

    def read_device(path, **options):
        calls.append((path, options))
        if error is not None:
            raise error
        return frame, {"SampleRate": 50.0}

    monkeypatch.setitem(sys.modules, "actipy", SimpleNamespace(read_device=read_device))
    return calls


@pytest.mark.parametrize("ending", ["cwa", "bin", "gt3x"])
def test_samples_are_taken_as_measured(ending, tmp_path, monkeypatch):
    index = pd.DatetimeIndex(files._DATES, name="time")
    frame = pd.DataFrame(files.ACCELERATION, index=index, columns=list("xyz"))
    turning = np.rad2deg(files.ANGULAR_VELOCITY)
    frame[["gyro_x", "gyro_y", "gyro_z"]] = turning
    frame["temperature"] = 25.0
    calls = _device(monkeypatch, frame)
    path = tmp_path / f"wrist.{ending}"
    path.write_bytes(b"any")
    with pytest.warns(RecordingWarning, match="'acc_x .g.'.* in g; .* in deg/s"):
        recording = read_recording(path, format="auto")
    expected = np.hstack([files.ACCELERATION, files.ANGULAR_VELOCITY])
    np.testing.assert_allclose(recording.samples, expected)
    assert recording.start == files.START
    assert recording.facts["file"] == str(path)
    off = {name: calls[0][1][name] for name in ("lowpass_hz", "calibrate_gravity", "resample_hz")}
    assert off == {"lowpass_hz": None, "calibrate_gravity": False, "resample_hz": None}
    assert calls[0][1]["detect_nonwear"] is False
    assert inspect_file(path).arguments == {"format": "auto"}


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (FileNotFoundError("java"), OSError, "runs Java, which was not found: java"),
        (RuntimeError("bad block"), ValueError, "actipy cannot read the file: bad block"),
    ],
)
def test_what_the_reader_says(error, kind, message, tmp_path, monkeypatch):
    _device(monkeypatch, error=error)
    path = tmp_path / "wrist.cwa"
    path.write_bytes(b"any")
    with pytest.raises(kind, match=message):
        read_recording(path, format="auto")


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "actipy", None)
    path = tmp_path / "wrist.cwa"
    path.write_bytes(b"any")
    with pytest.raises(ImportError, match=r"sklearn-har\[actigraphy\]"):
        read_recording(path, format="auto")
    with pytest.raises(FileNotFoundError, match=r"missing\.cwa"):
        read_recording(tmp_path / "missing.cwa", format="auto")
    with pytest.raises(ValueError, match="format='auto'"):
        read_recording(path)


def _gt3x(path, samples):
    """Write a file of ActiGraph with records of 16-bit samples, one a second."""
    ticks = files.START.value // 100 + 621_355_968_000_000_000
    last = ticks + len(samples) // 50 * 10_000_000
    info = (
        "Serial Number: MOS2D12345678\nDevice Type: GT3XPlus\nFirmware: 3.2.1\n"
        f"Sample Rate: 50\nStart Date: {ticks}\nStop Date: {last}\nLast Sample Time: {last}\n"
        "TimeZone: 00:00:00\nDownload Date: 0\nBoard Revision: 8\nUnexpected Resets: 0\n"
        "Acceleration Scale: 256.0\nAcceleration Min: -8.0\nAcceleration Max: 8.0\n"
    )
    log = b""
    for second in range(len(samples) // 50):
        counts = np.round(samples[second * 50 :][:50] * 256).astype("<i2").tobytes()
        moment = int(files.START.timestamp()) + second
        record = struct.pack("<BBIH", 0x1E, 26, moment, len(counts)) + counts
        checksum = 0
        for byte in record:
            checksum ^= byte
        log += record + bytes([~checksum & 0xFF])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("info.txt", info)
        archive.writestr("log.bin", log)


@pytest.mark.skipif(
    importlib.util.find_spec("actipy") is None or shutil.which("java") is None,
    reason="needs actipy and Java",
)
# The reader's own use of pandas.
@pytest.mark.filterwarnings("ignore:The inplace keyword")
def test_a_file_of_actigraph(tmp_path):
    path = tmp_path / "wrist.gt3x"
    _gt3x(path, files.ACCELERATION)
    with pytest.warns(RecordingWarning):
        recording = read_recording(path, format="auto")
    np.testing.assert_allclose(recording.samples, files.ACCELERATION, atol=0.003)
    np.testing.assert_allclose(recording.time, files.T, atol=0.005)
    assert recording.start == files.START


class TestMatlab:
    def test_several_lengths(self, tmp_path):
        path = tmp_path / "walk.mat"
        savemat(path, {"acc": np.ones((20, 3)), "gyro": np.ones((30, 3))})
        with pytest.raises(ValueError, match=r"one length, got \{'acc': \(20, 3\)"):
            read_recording(path, format="auto")

    @pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file, broken" + bytes(200)])
    def test_what_is_none(self, content, tmp_path):
        path = tmp_path / "walk.mat"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"loadmat cannot read|must hold arrays"):
            read_recording(path, format="auto")

    def test_version_7_3(self, tmp_path):
        path = tmp_path / "walk.mat"
        path.write_bytes(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(600))
        with pytest.raises(ValueError, match=r"files of MATLAB 7\.3 are HDF5"):
            read_recording(path, format="auto")
