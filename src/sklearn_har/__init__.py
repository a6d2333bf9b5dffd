"""Human activity recognition as scikit-learn estimators.

Windows of inertial signals in, activities out. The subpackages, in the order in which data flows:

============================= ============================================================
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

__all__ = [
    "CNNLSTMClassifier",
    "ConvLSTMClassifier",
    "LSTMClassifier",
    "SubsequenceReshaper",
    "__version__",
]

_HOME_OF = {
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
    "preprocessing",
    "recipes",
    "recordings",
    "segmentation",
    "streaming",
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
