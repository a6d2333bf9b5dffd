"""Messages of the package in words of the command line."""

import pytest

from sklearn_har.cli import main
from sklearn_har.utils import saved_models


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("recordings[0] (a.csv): it has 5 Hz", "a.csv: it has 5 Hz"),
        ("recordings[3]: it has 5 Hz", "it has 5 Hz"),
        ("read it with time_unit='ms'.", "read it with --time-unit ms."),
        (
            "read_recording(..., on_disorder='sort') puts them in order.",
            "--on-disorder sort puts them in order.",
        ),
        ("pass units='m/s2' for them", "pass --acceleration-unit m/s2 for them"),
        ("pass units='deg/s' for them", "pass --gyroscope-unit deg/s for them"),
        ("add it by gravity= and platform=, or", "add it by --gravity and --platform, or"),
        ("read_recording(..., units=...) converts to g.", "--acceleration-unit converts to g."),
        (
            "a shorter preparation.window or a higher overlap keeps them.",
            "a shorter --window or a higher overlap keeps them.",
        ),
        ("Pass angular_velocity=() to Preparation.", "Pass --gyroscope () to Preparation."),
        (
            "the columns are ['t']. Pass time=None and sampling_rate= if there are no times.",
            "the columns are ['t']. Pass --file-rate if there are no times.",
        ),
        ("sampling_rate must be given where", "--file-rate must be given where"),
        ("Pass read_options={'encoding': 'cp1252'}, or", "Pass --encoding cp1252, or"),
        ("pass day_first=True or day_first=False.", "pass --day-first or --no-day-first."),
        ("Pass format='auto', or", "Pass --format auto, or"),
        ("format must be None or one of", "--format must be None or one of"),
        ("sampling_rate must be above 0", "--rate must be above 0"),
        ("min_duration must be a finite number", "--min-duration must be a finite number"),
        ("a.csv: labels must name a column", "a.csv: --labels must name a column"),
        # Words that are no arguments, and options that are some already.
        ("the subject of each window must differ", "the subject of each window must differ"),
        ("--time must name a column", "--time must name a column"),
        ("estimator__window=3", "estimator__window=3"),
    ],
)
def test_arguments_become_options(message, expected, monkeypatch, capsys):
    def fail(path):
        raise ValueError(message)

    monkeypatch.setattr(saved_models, "load_model", fail)
    assert main(["predict", "log.csv", "--model", "model.skops"]) == 1
    assert capsys.readouterr().err == f"sklearn-har: error: {expected}\n"
