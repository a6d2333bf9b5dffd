"""The only importer of other libraries' private names.

Each is here because there is no public one; when a library moves a name, this is the file to mend.
"""

from __future__ import annotations

from typing import Any

# scikit-learn's declarative parameter validation: what its own estimators use.
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

# Public only by use: every third-party classifier with weights calls it.
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "HasMethods",
    "Interval",
    "StrOptions",
    "check_sample_weight",
    "instantiate",
]


def instantiate(items: Any, params: dict[str, Any]) -> Any:
    """Make instances of classes, alone or in lists and dicts, with routed parameters.

    `params` are the parameters of an estimator with the prefix removed: `learning_rate` for one
    class, `0__patience` for the first of a list, `stop__patience` for the entry "stop" of a dict.
    Instances pass through. scikeras is no longer developed, so the function will not move; it is
    imported late because scikeras loads Keras.
    """
    from scikeras._utils import unflatten_params

    return unflatten_params(items=items, params=params)
