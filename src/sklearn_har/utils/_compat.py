"""Import private names of other libraries; no other module does.

None of them has a public counterpart. If a library moves a name, only this file needs a change.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

# scikit-learn's declarative parameter validation, as used by its own estimators.
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

# Not documented, but used by every third-party classifier with weights.
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = ["HasMethods", "Interval", "StrOptions", "check_sample_weight"]


def instantiate(items: Any, params: dict[str, Any]) -> Any:
    """Make instances of classes, alone or in lists and dicts, with routed parameters.

    `params` are the parameters of an estimator without the prefix: `learning_rate` for one class,
    `0__patience` for the first of a list, `stop__patience` for the entry "stop" of a dict.
    Instances stay unchanged. The function will not move, because scikeras is no longer developed.
    It is imported here because scikeras loads Keras.
    """
    from scikeras._utils import unflatten_params

    return unflatten_params(items=items, params=params)


def keep_no_gradient_functions(optimizer: Any) -> None:
    """Keep an optimizer from leaving its network in TensorFlow's registry.

    Before each update, Keras sums the gradients over the replicas of a distribution strategy. On
    TensorFlow, the gradient of this sum is registered under a new name for each traced step and
    never removed. It holds the graph of the step, some 12 MB for each fit. With a single replica
    there is nothing to sum.
    """
    if not hasattr(optimizer, "_all_reduce_sum_gradients"):
        return
    import tensorflow as tf

    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        optimizer._all_reduce_sum_gradients = list


def without_tracing_warning(function: Any) -> Any:
    """Return a `tf.function` without warnings about repeated tracing.

    TensorFlow warns if functions from one line of code are traced repeatedly. Here one tracing for
    each fitted network is necessary, above all in a search.
    """
    if hasattr(function, "_omit_frequent_tracing_warning"):
        function._omit_frequent_tracing_warning = True
    return function


def first_trace(function: Any, example: Any) -> Any:
    """Call a `tf.function` with one signature, and return what it traced, which is called faster.

    A `tf.function` compares its arguments with the signature in each call, which takes 0.3 ms.
    `get_concrete_function` does not, but traces once more.
    """
    function(example)
    return getattr(function, "_concrete_variable_creation_fn", None) or function


def with_html_after(shown: Any, make: Callable[[], str]) -> Any:
    """Append HTML to the table of parameters that scikit-learn draws for an estimator.

    `shown` is the result of `BaseEstimator._get_params_html` since scikit-learn 1.7: a dict with
    `_html_repr`, which scikit-learn calls for an estimator alone and for one inside another. `make`
    returns escaped HTML, and is called when the table is drawn.
    """
    if not hasattr(shown, "_html_repr"):  # moved: the table without additions is enough
        return shown
    table = shown._html_repr
    shown._html_repr = lambda: table() + make()
    return shown


def scaler_of_power_transformer(transformer: Any) -> Any:
    """Return the fitted `StandardScaler` at the end of a `PowerTransformer`."""
    return transformer._scaler


def forget_unused_kernels() -> None:
    """Empty TensorFlow's cache of prepared operations, which keeps those of deleted functions.

    Operations in use are prepared again at their next call. Otherwise each fitted network would
    leave some 1.5 MB. Keras does the same in `clear_session`, but that also clears state of the
    user.
    """
    with suppress(ImportError, AttributeError):  # moved: a full cache is not an error
        from tensorflow.python.eager import context

        context.context().clear_kernel_cache()
