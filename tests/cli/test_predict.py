"""``sklearn-har predict`` with classifiers of windows, which the options describe."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sklearn_har import ActivityRecognizer
from sklearn_har.cli import main
from sklearn_har.preparation import Preparation
from sklearn_har.recordings import Recording
from sklearn_har.utils import saved_models

RATE = 50.0
COLUMNS = ["ax", "ay", "az", "gx", "gy", "gz"]


class Shaken:
    """Walking where the first channel moves, resting where it does not."""

    classes_ = np.array([0, 1])

    @property
    def windows(self):
        return np.concatenate(self.seen)

    def predict(self, X):
        return self.predict_proba(X).argmax(axis=1)

    def __init__(self, n_timesteps=128, n_channels=9):
        self.seen = []
        if n_timesteps:
            self.n_timesteps_in_, self.n_channels_in_ = n_timesteps, n_channels

    def predict_proba(self, X):
        self.seen.append(X)
        walking = np.where(X[:, :, 0].std(axis=1) > 0.05, 0.95, 0.05)
        return np.stack([1.0 - walking, walking], axis=1)


def _samples(seconds=60.0):
    """Rest, walking from second 20 to 40, rest: six channels in g and rad/s."""
    t = np.arange(round(seconds * RATE)) / RATE
    rng = np.random.default_rng(0)
    samples = rng.normal(0.0, 0.003, size=(len(t), 6))
    samples[:, 0] += 1.0 + np.where((t > 20.0) & (t < 40.0), 0.3 * np.sin(2 * np.pi * 1.8 * t), 0.0)
    return t, samples


@pytest.fixture
def log(tmp_path):
    t, samples = _samples()
    path = tmp_path / "recording.csv"
    pd.DataFrame(samples, columns=COLUMNS).assign(time=t).to_csv(path, index=False)
    return path


@pytest.fixture
def model(monkeypatch):
    stand_in = Shaken()
    monkeypatch.setattr(saved_models, "load_model", lambda path: stand_in)
    return stand_in


def _run(*argv):
    return main(["predict", *map(str, argv), "--model", "model.skops"])


def _windows(samples, t, **params):
    return Preparation(**params).windows([Recording(samples, t)]).data


def test_the_timeline_is_that_of_a_recognizer(log, model, tmp_path, capsys):
    out = tmp_path / "timeline.csv"
    options = ("--names", "rest", "walk", "--min-duration", "2", "--timeline", out)
    assert _run(log, *options) == 0
    t, samples = _samples()
    np.testing.assert_allclose(model.windows, _windows(samples, t), atol=1e-6)
    recognizer = ActivityRecognizer.from_classifier(
        Shaken(), activity_names=["rest", "walk"], min_duration=2.0
    )
    (expected,) = recognizer.timelines([Recording(samples, t)])
    written = pd.read_csv(out)
    assert written["activity"].tolist() == ["rest", "walk", "rest"]
    pd.testing.assert_frame_equal(written, expected, atol=1e-6, check_dtype=False)
    assert written["start"].tolist() == pytest.approx([0.0, 20.0, 40.0], abs=2.0)
    shown = capsys.readouterr().out
    assert "windows     2.56 s, 128 time steps" in shown
    assert shown.splitlines()[-2].split()[0] == "walk"


def test_other_units_names_and_clocks(model, tmp_path):
    t, samples = _samples()
    table = pd.DataFrame(samples[:, [3, 4, 5, 0, 1, 2]], columns=["u", "v", "w", "x", "y", "z"])
    table[["x", "y", "z"]] *= 9.80665
    table[["u", "v", "w"]] = np.rad2deg(table[["u", "v", "w"]])
    table["ms"] = np.round(t * 1000).astype(int)
    table.to_csv(tmp_path / "log.csv", index=False)
    options = ("--time", "ms", "--time-unit", "ms", "--acceleration-unit", "m/s2")
    options += ("--acceleration", "x", "y", "z", "--gyroscope", "u", "v", "w")
    assert _run(tmp_path / "log.csv", *options, "--gyroscope-unit", "deg/s") == 0
    np.testing.assert_allclose(model.windows, _windows(samples, t), atol=1e-5)


def test_times_since_1970_are_printed_from_the_first_sample(model, tmp_path, capsys):
    t, samples = _samples()
    nanos = 1_715_595_630_250_000_000 + np.round(t * 1e9).astype(np.int64)
    table = pd.DataFrame(samples, columns=COLUMNS).assign(time=nanos)
    table.to_csv(tmp_path / "log.csv", index=False)
    assert _run(tmp_path / "log.csv", "--timeline", tmp_path / "timeline.csv") == 0
    out = capsys.readouterr().out
    assert "time in s since 2024-05-13 10:20:30" in " ".join(out.split())
    assert out.splitlines()[-3].split()[1] == "0.00"
    # The table is on the clock of the file.
    assert pd.read_csv(tmp_path / "timeline.csv")["start"][0] == 1_715_595_630.25


def test_a_format_needs_no_other_option(model, tmp_path, capsys):
    t, samples = _samples()
    header = "Time (ms);" + ";".join(f"Acc {a} (m/s^2)" for a in "xyz")
    header += ";" + ";".join(f"Gyro {a} (deg/s)" for a in "xyz")
    values = np.column_stack([t * 1e3, samples[:, :3] * 9.80665, np.rad2deg(samples[:, 3:])])
    table = pd.DataFrame(values, columns=header.split(";"))
    table.to_csv(tmp_path / "log.dat", index=False, sep=";", decimal=",")
    assert _run(tmp_path / "log.dat", "--format", "auto") == 0
    np.testing.assert_allclose(model.windows, _windows(samples, t), atol=1e-5)
    assert "--format auto reads this as a table" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("n_channels", "options"),
    [
        (6, ()),
        (6, ("--preset", "resample")),
        (3, ("--preset", "resample", "--gyroscope", "--acceleration", "ax", "ay", "az")),
        (6, ("--gyroscope", "--acceleration", "ax", "ay", "az")),
        (6, ("--preset", "accelerometer")),
        (3, ("--preset", "accelerometer")),
    ],
)
def test_models_of_other_channels(log, model, n_channels, options):
    model.n_channels_in_ = n_channels
    assert _run(log, *options) == 0
    assert model.windows.shape[1:] == (128, n_channels)


def test_another_rate_and_an_interruption(model, tmp_path, capsys):
    t, samples = _samples()
    kept = (t < 30.0) | (t > 35.0)
    table = pd.DataFrame(samples[kept], columns=COLUMNS).assign(time=t[kept])
    table.to_csv(tmp_path / "gap.csv", index=False)
    out = tmp_path / "timeline.csv"
    model.n_timesteps_in_ = 64
    options = ("--rate", "25", "--smoothing", "none", "--overlap", "0", "--timeline", out)
    assert _run(tmp_path / "gap.csv", *options) == 0
    written = pd.read_csv(out)
    # Nothing spans what was not recorded.
    assert not ((written["start"] < 31.0) & (written["end"] > 34.0)).any()
    assert model.windows.shape[1:] == (64, 9)
    err = capsys.readouterr().err
    assert err.startswith("sklearn-har: warning: ")
    assert "gap" in err
    assert err.count("\n") == 1


def test_a_model_that_does_not_know_its_windows(log, monkeypatch, capsys):
    monkeypatch.setattr(saved_models, "load_model", lambda path: Shaken(None))
    assert _run(log) == 2
    assert "give --window" in capsys.readouterr().err
    assert _run(log, "--window", "2") == 0


def test_a_recording_that_is_shorter_than_a_window(log, model, capsys):
    assert _run(log, "--rate", "2") == 1
    warning, error = capsys.readouterr().err.splitlines()
    assert "60.00 s of 60.00 s have no prediction" in warning
    assert f"error: {log}: no window of 64 s fits between the interruptions" in error


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture(log, model, tmp_path, ending):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    path = tmp_path / f"timeline.{ending}"
    assert _run(log, "--plot", path) == 0
    start = path.read_bytes()[:100]
    assert start.startswith(b"\x89PNG") if ending == "png" else b"<?xml" in start
    assert sorted(file.name for file in tmp_path.iterdir()) == ["recording.csv", path.name]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--overlap", "1"), 2, "argument --overlap: must be a finite number of at least 0 and"),
        (("--min-duration", "long"), 2, "must be a number, got 'long'"),
        (("--smoothing", "none", "--expected-duration", "3"), 2, "is for smoothing"),
        (("--gyroscope", "gx"), 2, "--gyroscope needs --acceleration"),
        (("--acceleration-unit", "m/s2"), 2, "units need the columns"),
        (("--plot", "picture.bmpx"), 2, "the ending must be one of"),
        (("--timeline", "/nowhere/x.csv"), 1, "/nowhere/x.csv: there is no folder /nowhere"),
        (("--time", "t"), 1, "--time must name a column, got 't'"),
        (("--names", "rest"), 2, "--names must name each of the 2 classes of the model"),
        (
            ("--acceleration", "ax", "ay", "az"),
            2,
            "fitted with 9 channels, and --preset accelerometer makes 3 or 6",
        ),
        (("--preset", "resample"), 1, "was fitted on windows of 9 channels, got 6"),
        (("--window", "100"), 2, "trained with 128 time steps (2.56 s)"),
    ],
)
def test_what_is_wrong_is_one_line(
    log, model, options, status, message, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert _run(log, *options) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert err.count("\n") == 1


class TestLoadModel:
    skops_io = pytest.importorskip("skops.io", reason="skops is not installed")

    def test_what_is_no_classifier_is_refused(self, log, tmp_path, capsys):
        from sklearn.preprocessing import StandardScaler

        path = tmp_path / "model.skops"
        self.skops_io.dump(StandardScaler(), path)
        assert main(["predict", str(log), "--model", str(path)]) == 1
        assert "with predict_proba, got StandardScaler" in capsys.readouterr().err

    def test_a_pipeline_with_a_network_from_file_to_timeline(self, log, tmp_path, capsys):
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        from sklearn_har import LSTMClassifier
        from sklearn_har.preprocessing import ChannelwiseTransformer

        t, samples = _samples()
        names = np.where((t > 20.0) & (t < 40.0), "walk", "rest")
        windows = Preparation(window=0.64).windows([Recording(samples, t, labels=names)])
        network = LSTMClassifier(units=4, n_steps=4, epochs=10, batch_size=8, random_state=0)
        pipeline = make_pipeline(ChannelwiseTransformer(StandardScaler()), network)
        path, out = tmp_path / "model.skops", tmp_path / "timeline.csv"
        self.skops_io.dump(pipeline.fit(windows.data, windows.target), path)
        assert main(["predict", str(log), "--model", str(path), "--timeline", str(out)]) == 0
        recognizer = ActivityRecognizer.from_classifier(pipeline, Preparation(window=0.64))
        (expected,) = recognizer.timelines([Recording(samples, t)])
        written = pd.read_csv(out)
        pd.testing.assert_frame_equal(written, expected, atol=1e-5, check_dtype=False)
        assert set(written["activity"]) <= {"rest", "walk"}
        assert "0.64 s, 32 time steps" in capsys.readouterr().out
