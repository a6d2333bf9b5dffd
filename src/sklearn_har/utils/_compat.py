"""The only importer of other libraries' private names.

Each is here because there is no public one; when a library moves a name, this is the file to mend.
"""

from __future__ import annotations

from collections.abc import Callable
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
    "forget_unused_kernels",
    "instantiate",
    "keep_no_gradient_functions",
    "scaler_of_power_transformer",
    "with_html_after",
    "without_tracing_warning",
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


def keep_no_gradient_functions(optimizer: Any) -> None:
    """Stop an optimizer from leaving its network behind in TensorFlow's registry.

    Before each update Keras sums the gradients over the replicas of a distribution strategy. On
    TensorFlow the sum is an operation with a gradient of its own, which is registered under a new
    name for each traced step and never removed: it holds the graph of the step, some 12 MB for each
    fit of a process. With a single replica there is nothing to sum.
    """
    if not hasattr(optimizer, "_all_reduce_sum_gradients"):
        return
    import tensorflow as tf

    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        optimizer._all_reduce_sum_gradients = list


def without_tracing_warning(function: Any) -> Any:
    """Return a `tf.function` that does not count how often its kind is traced.

    TensorFlow warns when functions from one line of code are traced again and again. One tracing
    for each network that is fitted is what has to be, in a search above all.
    """
    if hasattr(function, "_omit_frequent_tracing_warning"):
        function._omit_frequent_tracing_warning = True
    return function


def with_html_after(shown: Any, make: Callable[[], str]) -> Any:
    """Let the table of parameters that scikit-learn draws of an estimator go on with more.

    `shown` is what `BaseEstimator._get_params_html` returns since scikit-learn 1.7: a dict with
    `_html_repr`, which scikit-learn calls for an estimator alone and for one inside of others.
    `make` returns escaped HTML, and is called when the table is drawn.
    """
    if not hasattr(shown, "_html_repr"):  # moved: parameters without more are no reason to fail
        return shown
    table = shown._html_repr
    shown._html_repr = lambda: table() + make()
    return shown


def scaler_of_power_transformer(transformer: Any) -> Any:
    """Return the fitted `StandardScaler` that a `PowerTransformer` applies at its end."""
    return transformer._scaler


def forget_unused_kernels() -> None:
    """Empty TensorFlow's cache of prepared operations, which keeps those of functions long gone.

    What is still in use is prepared again at its next call. Without this each network that was
    fitted leaves some 1.5 MB; Keras does the same in `clear_session`, along with much that belongs
    to the user.
    """
    try:
        from tensorflow.python.eager import context

        context.context().clear_kernel_cache()
    except (ImportError, AttributeError):  # moved: a cache too many is no reason to fail
        return
