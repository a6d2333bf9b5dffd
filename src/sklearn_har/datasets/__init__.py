"""Real and simulated inertial signals as data sets in the form of scikit-learn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sklearn_har.datasets._registry import DATASETS

if TYPE_CHECKING:
    from sklearn_har.datasets._base import clear_data_home, get_data_home
    from sklearn_har.datasets._hapt import fetch_hapt
    from sklearn_har.datasets._motion_sense import fetch_motion_sense
    from sklearn_har.datasets._samples_generator import make_har_recordings, make_har_windows
    from sklearn_har.datasets._uci_har import fetch_uci_har

__all__ = [
    "clear_data_home",
    "fetch_hapt",
    "fetch_motion_sense",
    "fetch_uci_har",
    "get_data_home",
    "make_har_recordings",
    "make_har_windows",
]

# Functions are imported on first use: the help of the command line needs only the registry.
_HOME_OF = {
    "clear_data_home": "_base",
    "get_data_home": "_base",
    "make_har_recordings": "_samples_generator",
    "make_har_windows": "_samples_generator",
} | {dataset.fetcher: f"_{dataset.name}" for dataset in DATASETS.values()}


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
