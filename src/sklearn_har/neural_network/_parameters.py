"""Declare parameters of a class by annotations, and route parameters of its parts.

A class declares a parameter in one line, like a dataclass:

    units: Size = 100

The type holds the constraint. :func:`with_parameters` makes the constructor from these lines and
those of the base classes. The classes are not dataclasses, because Dask and others identify
dataclasses by their fields alone: they would confuse two classifiers fitted on different windows.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, field, make_dataclass
from numbers import Integral, Real
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from sklearn.base import BaseEstimator

from sklearn_har.utils._compat import Interval, StrOptions
from sklearn_har.utils._validation import did_you_mean

T = TypeVar("T", bound=type)

Size = Annotated[int, Interval(Integral, 1, None, closed="left")]
Count = Annotated[int, Interval(Integral, 0, None, closed="left")]
Share = Annotated[float, Interval(Real, 0, 1, closed="left")]
Sizes = Size | Sequence[int]

ROUTED = ("optimizer", "callbacks", "loss")
"""Prefixes of routed parameters, such as `optimizer__learning_rate`."""

# Common names of scikeras and Keras, and their replacements here.
REPLACED = {
    "validation_split": (
        "it would take the last windows, which are the last subjects; use early_stopping=True with "
        "validation_fraction, and fit(..., groups=subject) to hold out whole subjects, or "
        "fit(..., validation_data=(X_val, y_val))"
    ),
    "validation_data": "pass it to fit",
    "model": "the class defines the network; set its sizes by its parameters",
    "build_fn": "the class defines the network; set its sizes by its parameters",
    "initial_epoch": "partial_fit trains for one more epoch, and warm_start=True for more",
    "steps_per_epoch": "an epoch is one pass over the windows; see epochs and batch_size",
    "shuffle": "windows are always shuffled, in an order determined by random_state",
    "mask_value": (
        "convolutions cannot skip padding; use LSTMClassifier(mask_value=...), or windows of one "
        "length"
    ),
    "n_epochs": "use epochs",
    "max_iter": "use epochs",
    "learning_rate": "use optimizer__learning_rate",
    "learning_rate_init": "use optimizer__learning_rate",
}


@dataclass_transform()
def with_parameters(cls: T) -> T:
    """Make the constructor and the constraints of a class from its annotated attributes.

    Attributes of base classes with this decorator come first, starting with the last base.
    Attributes below `_: KW_ONLY` are passed by name.
    """
    own: dict[str, tuple[Any, Any]] = {}
    keyword_only = False
    hints: dict[str, Any] = inspect.get_annotations(cls, eval_str=True)
    for name, hint in hints.items():
        if hint is KW_ONLY:
            keyword_only = True
        elif get_origin(hint) is not ClassVar:
            own[name] = hint, field(default=getattr(cls, name), kw_only=keyword_only)
            # In scikit-learn only instances have such attributes, not classes.
            delattr(cls, name)
    declared: dict[str, tuple[Any, Any]] = {}
    for base in reversed(cls.__mro__):
        declared |= own if base is cls else vars(base).get("_own_parameters", {})
    made: Any = make_dataclass(cls.__name__, [(name, *rest) for name, rest in declared.items()])
    init = made.__init__
    # Without the constraints, which would clutter the help of an editor.
    init.__annotations__ = {**get_type_hints(made), "return": None}
    attributes = {
        "__init__": _with_routing(init) if issubclass(cls, RoutedParameters) else init,
        "_own_parameters": own,
        "_parameter_constraints": {
            name: _constraints(hint) for name, (hint, _) in declared.items()
        },
    }
    for name, value in attributes.items():
        setattr(cls, name, value)
    return cls


def parameter_names(cls: type) -> list[str]:
    """Return the names of the parameters of a class with :func:`with_parameters`."""
    return list(inspect.signature(cls).parameters)


def _with_routing(init: Callable[..., None]) -> Callable[..., None]:
    names = inspect.signature(init).parameters.keys()

    @functools.wraps(init)
    def init_and_route(self: Any, *args: Any, **params: Any) -> None:
        routed = {name: params.pop(name) for name in list(params) if name not in names}
        init(self, *args, **params)
        self._set_routed(routed)

    return init_and_route


def _constraints(hint: Any) -> list[Any]:
    """Return scikit-learn's constraints for the values of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return list(hint.__metadata__)
    if origin in (Union, types.UnionType):
        return [constraint for part in arguments for constraint in _constraints(part)]
    if origin is Literal:
        return [StrOptions(set(arguments))]
    if origin is Sequence:
        return [list, tuple]
    plain: dict[Any, Any] = {bool: "boolean", float: Real, types.NoneType: None}
    return [plain.get(hint, origin or hint)]


class _Hidden:
    """Hide an attribute of scikeras that has no meaning here, also from `hasattr`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        of = (owner or type(instance)).__name__
        raise AttributeError(f"{of!r} object has no attribute {self.name!r}")


class RoutedParameters:
    """Support routed parameters in `get_params` and `set_params`, and help with wrong names.

    Inherit from it before scikeras' classes, to replace their versions.
    """

    # scikeras would take every attribute in __dict__ for a parameter.
    _get_param_names: Any = classmethod(BaseEstimator._get_param_names.__func__)
    __repr__ = BaseEstimator.__repr__

    feature_encoder = _Hidden()
    target_encoder = _Hidden()
    initialized_ = _Hidden()
    scorer = _Hidden()

    def __dir__(self) -> list[str]:
        return [
            name
            for name in super().__dir__()
            if not isinstance(inspect.getattr_static(self, name, None), _Hidden)
        ]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, including routed ones that were set.

        Parameters
        ----------
        deep : bool, default=True
            As in scikit-learn; the classifier contains no other estimator.

        Returns
        -------
        dict
            Names and values.
        """
        routed = {
            k: v for k, v in vars(self).items() if k.partition("__")[0] in ROUTED and "__" in k
        }
        return {**BaseEstimator.get_params(self, deep=deep), **routed}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, including routed ones such as `optimizer__learning_rate`.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        self : estimator
            The estimator itself.
        """
        names = self._get_param_names()
        for name, value in params.items():
            if name not in names:
                try:
                    self._set_routed({name: value})
                except TypeError as error:
                    raise ValueError(str(error)) from None
            else:
                setattr(self, name, value)
        return self

    def _set_routed(self, routed: dict[str, Any]) -> None:
        for name, value in routed.items():
            prefix, delimiter, rest = name.partition("__")
            if not (prefix in ROUTED and delimiter and rest):
                cls = type(self).__name__
                if name in REPLACED:
                    raise TypeError(f"{name} is not a parameter of {cls}: {REPLACED[name]}.")
                names = self._get_param_names()
                raise TypeError(
                    f"{name} is not a parameter of {cls}{did_you_mean(name, names)}. "
                    f"Parameters are {', '.join(names)}, and those routed as "
                    f"{'__*, '.join(ROUTED)}__*."
                )
            setattr(self, name, value)

    def _routed(self, prefix: str) -> dict[str, Any]:
        start = f"{prefix}__"
        return {k.removeprefix(start): v for k, v in vars(self).items() if k.startswith(start)}
