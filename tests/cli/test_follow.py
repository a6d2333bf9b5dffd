"""``sklearn-har predict --follow``: decisions while the samples are being written."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sklearn_har import ActivityRecognizer
from sklearn_har.cli import main
from sklearn_har.preparation import Preparation
from sklearn_har.recordings import LineReader, Recording
from sklearn_har.utils import saved_models

RATE = 50.0
COLUMNS = ["ax", "ay", "az", "gx", "gy", "gz"]
# The program with a stand-in for the saved model, so that no network has to be loaded.
PROGRAM = """
import signal, sys
# What runs in the background of a shell inherits that it ignores Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {folder!r})
from test_follow import Shaken
from sklearn_har.cli import main
from sklearn_har.utils import saved_models
saved_models.load_model = lambda path: Shaken()
sys.exit(main(sys.argv[1:]))
"""


class Shaken:
    """Walking the more probable the more the first channel moves."""

    classes_ = np.array([0, 1])

    def __init__(self, n_timesteps=128, n_channels=9):
        self.n_timesteps_in_, self.n_channels_in_ = n_timesteps, n_channels

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def predict_proba(self, X):
        walking = np.clip(X[:, :, 0].std(axis=1).astype(float) * 4.0, 0.01, 0.99)
        return np.stack([1.0 - walking, walking], axis=1)


def _samples(seconds=20.0, rate=RATE):
    t = np.arange(round(seconds * rate)) / rate
    samples = np.random.default_rng(0).normal(0.0, 0.01, size=(len(t), 6))
    samples[:, 0] += 1.0 + np.where(t > 8.0, 0.3 * np.sin(2 * np.pi * 1.8 * t), 0.0)
    return t, samples


def _csv(t, samples):
    return pd.DataFrame(samples, columns=COLUMNS).assign(time=t).to_csv(index=False).encode()


def _expected(t, samples, preparation=None, names=("0", "1"), model=None):
    recognizer = ActivityRecognizer.from_classifier(model or Shaken(), preparation)
    return [
        f"{d.start:13.2f} {d.end:13.2f} {d.probability:12.3f}  {names[d.activity]}"
        for d in recognizer.decisions([Recording(samples, t)])[0]
    ]


def _program(*arguments):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(folder=str(Path(__file__).parent)), "predict",
         "--follow", "--model", "model.skops", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def follow(monkeypatch, capsys):
    """Run the command in this process on what would come by the standard input."""

    def run(content, *options, model=None):
        monkeypatch.setattr(saved_models, "load_model", lambda path: model or Shaken())
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        status = main(["predict", "-", "--follow", "--model", "model.skops", *options])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err

    return run


def test_lines_come_as_soon_as_their_samples_are_there():
    t, samples = _samples()
    content = _csv(t, samples)
    lines = content.splitlines(keepends=True)
    at_once = _expected(t, samples)
    process = _program("-")
    heading = process.stdout.readline().decode()
    assert heading.split() == ["start", "end", "probability", "activity"]
    # Up to the samples after the second window, the last of them torn in the middle of its line.
    first = b"".join(lines[: 1 + 194])
    for i in range(0, len(first), 1000):
        process.stdin.write(first[i : i + 1000])
        process.stdin.flush()
    process.stdin.write(lines[195][:7])
    process.stdin.flush()
    # Nothing but these two lines can be read now, which would wait for ever were they held back.
    found = [process.stdout.readline().decode().rstrip("\n") for _ in range(2)]
    assert found == at_once[:2]
    rest, err = process.communicate(lines[195][7:] + b"".join(lines[196:]))
    assert process.returncode == 0
    assert err == b""
    assert found + rest.decode().splitlines() == at_once
    assert len(at_once) == 14
    assert {line.split()[-1] for line in at_once} == {"0", "1"}


# What ends it is the Ctrl-C of a terminal, which `send_signal` refuses to send on Windows.
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_a_growing_file_is_followed_until_it_is_interrupted(tmp_path):
    t, samples = _samples()
    lines = _csv(t, samples).splitlines(keepends=True)
    at_once = _expected(t, samples)
    path = tmp_path / "log.csv"
    path.write_bytes(b"".join(lines[:300]))
    process = _program(path)
    process.stdout.readline()
    found = [process.stdout.readline().decode().rstrip("\n")]
    with path.open("ab") as file:
        file.write(b"".join(lines[300:]))
    found += [process.stdout.readline().decode().rstrip("\n") for _ in range(len(at_once) - 1)]
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate()
    assert found == at_once
    assert (process.returncode, rest, err.strip()) == (0, b"", b"")


def test_a_reader_that_goes_away_ends_it():
    t, samples = _samples()
    with _program("-") as process:
        process.stdout.readline()
        process.stdout.close()
        with suppress(BrokenPipeError):  # it may end before all is written
            process.stdin.write(_csv(t, samples))
            process.stdin.close()
        assert process.wait() == 1
        assert process.stderr.read() == b""


def test_a_named_pipe_ends(tmp_path, monkeypatch, capsys):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    t, samples = _samples(5.0)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # Opening a pipe waits for its other end.
    writer = threading.Thread(target=path.write_bytes, args=[_csv(t, samples)])
    writer.start()
    monkeypatch.setattr(saved_models, "load_model", lambda path: Shaken())
    assert main(["predict", str(path), "--follow", "--model", "model.skops"]) == 0
    writer.join()
    assert capsys.readouterr().out.splitlines()[1:] == _expected(t, samples)


def test_lines_that_come_one_by_one_are_gathered(monkeypatch):
    reading, writing = os.pipe()
    pieces = []
    push = LineReader.push
    monkeypatch.setattr(LineReader, "push", lambda self, p: pieces.append(p) or push(self, p))
    monkeypatch.setattr(saved_models, "load_model", lambda path: Shaken())
    heading, *lines = _csv(*_samples()).splitlines(keepends=True)
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb", 0) as sensor:

        def meanwhile(seconds):
            if not sensor.closed:
                sensor.write(lines[0])
                sensor.write(lines[1])
                sensor.close()

        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=source))
        monkeypatch.setattr(time, "sleep", meanwhile)
        sensor.write(heading)
        main(["predict", "-", "--follow", "--model", "model.skops"])
    # Parsed one by one, the lines of a phone would keep a tenth of a core busy.
    assert pieces == [heading, lines[0] + lines[1]]


def test_another_rate_other_names_and_overlap(follow):
    t, samples = _samples(rate=100.0)
    options = ("--names", "rest", "walk", "--overlap", "0")
    status, out, err = follow(_csv(t, samples), *options)
    assert (status, err) == (0, "")
    assert out[1:] == _expected(t, samples, Preparation(overlap=0.0), ["rest", "walk"])
    assert max(map(len, out)) <= 80


def test_samples_as_measured(follow):
    t, samples = _samples()
    model = Shaken(n_channels=6)
    status, out, _ = follow(_csv(t, samples), "--preset", "resample", model=model)
    assert status == 0
    assert out[1:] == _expected(t, samples, "resample", model=model)


def test_what_was_left_out_is_counted(follow):
    t, samples = _samples()
    samples[400, 2] = np.nan
    t[500] = t[498]
    status, out, err = follow(_csv(t, samples))
    assert status == 0
    assert len(out) == 1 + 14
    assert err.splitlines() == [
        "sklearn-har: warning: left out 1 samples late",
        "sklearn-har: warning: left out 1 samples with missing values",
    ]


def test_one_bad_line_does_not_end_it(follow):
    t, samples = _samples()
    lines = _csv(t, samples).splitlines(keepends=True)
    lines[0:0] = [b"MPU6050 connection successful\n"]
    lines[300:300] = [b"FIFO overflow!\n", b"1.0,2.0,\xff\n", lines[1]]
    status, out, err = follow(b"".join(lines))
    assert status == 0
    assert out[1:] == _expected(t, samples)
    assert err == "sklearn-har: warning: left out 4 lines that are not rows\n"


def test_other_separators_and_marks(follow):
    t, samples = _samples(4.0)
    frame = pd.DataFrame(samples, columns=COLUMNS).assign(time=t)
    content = b"sep=;\n" + frame.to_csv(index=False, sep=";", decimal=",").encode("cp1252")
    options = ("--separator", ";", "--decimal", ",", "--encoding", "cp1252", "--skip-rows", "1")
    status, out, err = follow(content, *options)
    assert (status, err) == (0, "")
    assert out[1:] == _expected(t, samples)


def test_a_file_that_becomes_shorter_is_an_error(tmp_path, monkeypatch, capsys):
    path = tmp_path / "log.csv"
    path.write_bytes(_csv(*_samples(4.0)))
    monkeypatch.setattr(saved_models, "load_model", lambda path: Shaken())
    monkeypatch.setattr(time, "sleep", lambda seconds: path.write_bytes(b"time\n"))
    assert main(["predict", str(path), "--follow", "--model", "model.skops"]) == 1
    assert "has become shorter while it was followed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--timeline", "x.csv", "--min-duration", "2"), 2, "--timeline, --min-duration: a timeli"),
        (("--smoothing", "none"), 2, "--smoothing: a timeline looks ahead"),
        (("--names", "rest"), 2, "--names must name each of the 2 classes"),
        (("--time", "t"), 1, "--time must name a column, got 't'"),
        (("--acceleration", "ax", "ay", "az"), 2, "was fitted with 9 channels"),
        (("--format", "auto"), 2, "--format: --follow needs times and names of columns"),
        (
            ("--gravity", "ax"),
            2,
            "--gravity needs one column for each of --acceleration, got 1 and",
        ),
        (("--on-missing", "drop"), 2, "--on-missing: --follow drops such samples itself"),
    ],
)
def test_what_is_wrong_is_one_line(follow, options, status, message):
    found, _, err = follow(_csv(*_samples(4.0)), *options)
    assert found == status
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-",), "- is the standard input, which is read with --follow"),
        (("log.parquet", "--follow"), "a Parquet file is written as a whole"),
    ],
)
def test_inputs_that_cannot_be_followed(arguments, message, capsys):
    assert main(["predict", *arguments, "--model", "model.skops"]) == 2
    assert message in capsys.readouterr().err
