"""``sklearn-har inspect``: what is in a file, and the options that read it."""

import shlex
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

import logger_files as files
from sklearn_har import ActivityRecognizer
from sklearn_har.cli import main
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import inspect_file
from sklearn_har.utils import saved_models

MAKERS = [
    *(files.phyphox, files.phyphox_german, files.phyphox_zip, files.sensor_logger),
    *(files.androsensor, files.physics_toolbox, files.empatica, files.shimmer, files.shimmer_old),
    *(files.metawear, files.actigraph, files.axivity, files.geneactiv, files.xsens_dot),
    *(files.apple_watch, files.wisdm_of_one, files.pamap2, files.realworld, files.edge_impulse),
    *(files.arduino, files.arduino_plotter, files.latin1, files.matlab, files.parquet),
]


def _inspect(path, capsys, *options):
    assert main(["inspect", str(path), *options]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_what_is_printed_works_when_pasted(make, tmp_path, capsys, monkeypatch):
    path = make(tmp_path)
    out = _inspect(path, capsys)
    line = out.partition("options:\n")[2].partition("\n")[0]
    seen = {}

    def read(self, recordings):
        seen["recordings"] = [piece for pieces in recordings for piece in pieces]
        raise ValueError("that was all")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)
        expected = inspect_file(path).recording
    n_channels = expected.samples.shape[1]
    asked = SimpleNamespace(
        classes_=[0, 1], predict_proba=None, predict=None,
        n_timesteps_in_=128, n_channels_in_=n_channels,
    )  # fmt: skip
    monkeypatch.setattr(saved_models, "load_model", lambda path: asked)
    monkeypatch.setattr(ActivityRecognizer, "timelines", read)
    line += " --preset resample"
    assert main(["predict", str(path), "--model", "m.skops", *shlex.split(line)]) == 1
    assert "that was all" in capsys.readouterr().err
    samples = np.vstack([piece.samples for piece in seen["recordings"]])
    np.testing.assert_allclose(samples, expected.samples, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        np.concatenate([piece.time for piece in seen["recordings"]]), expected.time
    )


def test_times_have_all_digits(tmp_path, capsys):
    out = _inspect(files.sensor_logger(tmp_path), capsys)
    assert "e+" not in out
    assert str(files._NS[0]) in out


def test_given_options_are_taken_for_granted(tmp_path, capsys):
    out = _inspect(files.metawear(tmp_path), capsys, "--time", "elapsed (s)", "--time-unit", "s")
    assert '--time "elapsed (s)" --time-unit s' in out
    assert "300 at 50 Hz" in out


def test_a_picture(tmp_path, capsys):
    picture = tmp_path / "log.png"
    _inspect(files.shimmer(tmp_path), capsys, "--plot", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_file_that_cannot_be_read_is_reported(tmp_path, capsys):
    picture = tmp_path / "log.png"
    path = files.arduino_without_times(tmp_path)
    assert main(["inspect", str(path), "--plot", str(picture)]) == 0
    out, err = capsys.readouterr()
    assert "Not read: --file-rate must be given" in " ".join(out.split())
    assert "no plot" in err
    assert not picture.exists()
    assert "300 at 50 Hz" in _inspect(path, capsys, "--file-rate", "50")


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("--format", "phyfox"), 1, "--format must be None or one of"),
        (("--skip-rows", "x"), 2, "must be a number, or numbers with commas"),
        (("--encoding", "utf-99"), 1, "must have an encoding that Python knows, got 'utf-99'"),
    ],
)
def test_what_is_wrong_is_one_line(options, status, message, tmp_path, capsys):
    assert main(["inspect", str(files.phyphox(tmp_path)), *options]) == status
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_a_missing_file(capsys):
    assert main(["inspect", "missing.csv"]) == 1
    assert "missing.csv" in capsys.readouterr().err
