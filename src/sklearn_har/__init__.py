"""Human activity recognition with scikit-learn estimators.

The estimators predict activities from windows of inertial signals. The subpackages, in the order of
the data flow:

============================= ===================================================================
`sklearn_har.datasets`        real and simulated recordings and windows
`sklearn_har.recordings`      reading and checking files
`sklearn_har.preparation`     one sampling rate, filters and gravity
`sklearn_har.segmentation`    cutting recordings into windows
`sklearn_har.preprocessing`   scaling per channel, cutting windows into subsequences
`sklearn_har.augmentation`    random changes of training windows, applied inside the networks
`sklearn_har.neural_network`  the LSTM, CNN-LSTM and ConvLSTM classifiers
`sklearn_har.recipes`         the classifiers with settings chosen for accuracy
`sklearn_har.model_selection` hyperparameter search with Optuna
`sklearn_har.evaluation`      repeated trainings, with mean and spread; calibration
`sklearn_har.timeline`        turning predictions of windows into intervals of activities
`sklearn_har.recognition`     recognition in whole recordings and in live streams
`sklearn_har.export`          files for phones and servers, and prediction with them
`sklearn_har.inspection`      importance of channels, plots of data, training and predictions
============================= ===================================================================

Importing `sklearn_har` loads neither TensorFlow nor Keras: the names below are resolved on first
use, and the classifiers import Keras when they are needed.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
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

# The subpackages with the names above; those without TensorFlow are searched first.
_HOMES = ("preprocessing", "recognition", "neural_network")
_SUBPACKAGES = {
    module.name
    for module in iter_modules(__path__)
    if not module.name.startswith("_") and module.name != "cli"
}


def __getattr__(name: str) -> Any:
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if name in module.__all__:
                return getattr(module, name)
    if name in _SUBPACKAGES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__) | _SUBPACKAGES)
