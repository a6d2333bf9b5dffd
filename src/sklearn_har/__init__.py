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

# The subpackages that hold the names above; those that load no TensorFlow are asked first.
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
