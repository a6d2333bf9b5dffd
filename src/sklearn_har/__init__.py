"""Human activity recognition as scikit-learn estimators.

Windows of inertial signals in, activities out. The subpackages, in the order in which data flows:

============================= ===================================================================
`sklearn_har.datasets`        real and simulated recordings and windows
`sklearn_har.recordings`      files to recordings, checked
`sklearn_har.preparation`     one sampling rate, filters and gravity
`sklearn_har.segmentation`    recordings to windows
`sklearn_har.preprocessing`   scaling per channel, cutting windows into subsequences
`sklearn_har.augmentation`    random changes of training windows, applied inside the networks
`sklearn_har.neural_network`  the LSTM, CNN-LSTM and ConvLSTM classifiers
`sklearn_har.recipes`         the classifiers with settings chosen for accuracy
`sklearn_har.model_selection` a search of settings that is led by Optuna
`sklearn_har.evaluation`      training several times, summarised honestly
`sklearn_har.timeline`        from windows to intervals: who did what from when to when
`sklearn_har.recognition`     activities in recordings and in samples as they come
`sklearn_har.export`          files for phones and servers, and predicting with such a file
`sklearn_har.inspection`      what each channel is worth; predicted and true activities over time
============================= ===================================================================

Importing `sklearn_har` loads neither TensorFlow nor Keras: the names below are looked up on first
use, and the classifiers import Keras when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sklearn_har._version import __version__

if TYPE_CHECKING:
    from sklearn_har.neural_network import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
    from sklearn_har.preprocessing import SubsequenceReshaper
    from sklearn_har.recognition import ActivityRecognizer

__all__ = [
    "ActivityRecognizer",
    "CNNLSTMClassifier",
    "ConvLSTMClassifier",
    "LSTMClassifier",
    "SubsequenceReshaper",
    "__version__",
]

_HOME_OF = {
    "ActivityRecognizer": "sklearn_har.recognition",
    "CNNLSTMClassifier": "sklearn_har.neural_network",
    "ConvLSTMClassifier": "sklearn_har.neural_network",
    "LSTMClassifier": "sklearn_har.neural_network",
    "SubsequenceReshaper": "sklearn_har.preprocessing",
}
_SUBPACKAGES = {
    "augmentation",
    "datasets",
    "evaluation",
    "exceptions",
    "export",
    "inspection",
    "model_selection",
    "neural_network",
    "preparation",
    "preprocessing",
    "recipes",
    "recognition",
    "recordings",
    "segmentation",
    "timeline",
}


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    if name in _SUBPACKAGES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__) | _SUBPACKAGES)
