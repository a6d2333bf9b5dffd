"""Explain where arguments of Keras' `fit` and `predict` belong here."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sklearn_har.neural_network._parameters import REPLACED
from sklearn_har.utils._validation import did_you_mean

Method = TypeVar("Method", bound=Callable[..., Any])


def names_unknown_arguments(method: Method) -> Method:
    """Make a method of a classifier explain where an unknown argument belongs."""
    known = list(inspect.signature(method).parameters)

    @functools.wraps(method)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        for name in kwargs:
            if name not in known:
                raise TypeError(_reason(self, method.__name__, name, kwargs[name], known[1:]))
        return method(self, *args, **kwargs)

    return cast(Method, checked)


def _reason(estimator: Any, method: str, name: str, value: Any, known: list[str]) -> str:
    cls = type(estimator).__name__
    said = f"{cls}.{method}() takes no argument {name!r}"
    if not method.endswith("fit"):
        return f"{said}: it takes only windows, chooses its batch size itself, and prints nothing."
    if name in estimator._get_param_names():
        shown = f"{name}={value!r}" if isinstance(value, int | float | str) else f"{name}=..."
        return (
            f"{said}: it is a parameter of the class. Write {cls}({shown}) or "
            f"set_params({shown}) first."
        )
    if name in REPLACED:
        return f"{said}: {REPLACED[name]}."
    close = did_you_mean(name, [*known, *estimator._get_param_names()])
    return f"{said}{close}; it takes {', '.join(known)}."
