"""Real and simulated inertial signals, in the form of scikit-learn's data sets."""

from sklearn_har.datasets._base import clear_data_home, get_data_home
from sklearn_har.datasets._hapt import fetch_hapt
from sklearn_har.datasets._samples_generator import make_har_recordings, make_har_windows
from sklearn_har.datasets._uci_har import fetch_uci_har

__all__ = [
    "clear_data_home",
    "fetch_hapt",
    "fetch_uci_har",
    "get_data_home",
    "make_har_recordings",
    "make_har_windows",
]
