"""What the subcommands share."""

import os

import numpy as np

from sklearn_har.cli import main
from sklearn_har.utils import saved_models

COMMAND = ["predict", "missing.csv", "--model", "model.skops"]


class StandIn:
    """A classifier of windows that is never asked."""

    classes_ = np.array([0, 1])
    n_timesteps_in_, n_channels_in_ = 128, 9

    def predict(self, X):
        raise NotImplementedError

    predict_proba = predict


def test_start_up_chatter_is_held_back(capfd, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    levels = []

    def load(path):
        # What libraries print at their start depends on the machine.
        os.write(2, b"chatter of a library\n")
        levels.append(os.environ["TF_CPP_MIN_LOG_LEVEL"])
        return StandIn()

    monkeypatch.setattr(saved_models, "load_model", load)
    assert main(COMMAND) == 1
    assert levels == ["3"]
    err = capfd.readouterr().err
    assert "missing.csv" in err
    assert "chatter" not in err


def test_it_is_shown_if_the_start_fails(capfd, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")

    def load(path):
        os.write(2, b"no such library\n")
        raise OSError("tensorflow")

    monkeypatch.setattr(saved_models, "load_model", load)
    assert main(COMMAND) == 1
    assert capfd.readouterr().err.startswith("no such library\n")
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
