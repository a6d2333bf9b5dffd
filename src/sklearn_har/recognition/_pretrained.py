"""Load the trained recognizers that come with the package."""

from __future__ import annotations

import importlib.util
import json
from importlib import resources
from typing import Any

import numpy as np

from sklearn_har.preparation import Preparation
from sklearn_har.recognition._recognizer import ActivityRecognizer
from sklearn_har.utils._validation import check_choice

_NAMES = ("pocket",)


def load_pretrained(name: str = "pocket") -> ActivityRecognizer:
    """Load a recognizer that comes with the package.

    Parameters
    ----------
    name : {"pocket"}, default="pocket"
        "pocket": a phone in the front pocket of the trousers, in any orientation, with
        accelerometer and gyroscope. Its activities are jogging, sitting, standing, walking, and
        stairs upwards and downwards.

    Returns
    -------
    ActivityRecognizer
        Fitted. Its classifier runs in ONNX Runtime if that is installed, and otherwise in Keras;
        the probabilities agree within rounding.

    Raises
    ------
    ValueError
        If there is no such recognizer.

    Notes
    -----
    It was tested on windows of 24 held-out subjects of MotionSense [1]_, held out six at a time.
    Its accuracy on single trials is 95 per cent in the mean, and 79 per cent for the worst subject.
    The frame of the body is found in their unlabelled movement. Do not trust it with a phone in
    another place, or with lying, cycling or driving: these were not trained. It mistakes a phone on
    a table for one in the pocket of a sitting person.

    MotionSense is published under the MIT licence and asks to be cited.
    ``benchmarks/quality/pocket_model.py`` trains the recognizer again and measures it.

    References
    ----------
    .. [1] Malekzadeh, M., Clegg, R. G., Cavallaro, A., & Haddadi, H. (2019). Mobile sensor data
       anonymization. IoTDI, 49-58. :doi:`10.1145/3302505.3310068`

    Examples
    --------
    >>> from sklearn_har.recognition import load_pretrained
    >>> recognizer = load_pretrained()
    >>> recognizer.classes_.tolist()[:4]
    ['jogging', 'sitting', 'standing', 'walking']
    >>> recognizer.preparation_.frame
    'body'
    """
    check_choice(name, "name", _NAMES)
    folder = resources.files("sklearn_har.recognition") / "pretrained"
    described = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    recognizer = ActivityRecognizer.from_classifier(
        _classifier(folder, name, described),
        Preparation(**described["preparation"]),
        channel_names=described["channel_names"],
        **described["params"],
    )
    recognizer.window_channel_names_ = tuple(described["window_channel_names"])
    recognizer.training_facts_ = described["training_facts"]
    return recognizer


def _classifier(folder: Any, name: str, described: dict[str, Any]) -> Any:
    """Return the classifier, in ONNX Runtime if that is installed."""
    if importlib.util.find_spec("onnxruntime"):
        from sklearn_har.export import ExportedClassifier

        with resources.as_file(folder / f"{name}.onnx") as path:
            return ExportedClassifier(path)
    from sklearn_har.recipes import make_cnn_lstm

    settings, activities = described["settings"], np.array(described["activities"])
    classifier = make_cnn_lstm(**{**settings, "filters": tuple(settings["filters"])})
    n_timesteps = Preparation(**described["preparation"]).n_timesteps
    shape = len(activities), n_timesteps, len(described["window_channel_names"])
    classifier.initialize(np.zeros(shape, dtype=np.float32), activities)
    with (
        resources.as_file(folder / f"{name}.npz") as path,
        np.load(path, allow_pickle=False) as weights,
    ):
        classifier.model_.set_weights([weights[key] for key in sorted(weights.files)])
    return classifier
