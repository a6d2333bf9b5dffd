"""Parameters by name: those of the constructor, and those that are routed on."""

from __future__ import annotations

import inspect
from typing import Any, Self

from sklearn.base import BaseEstimator

from sklearn_har.utils._validation import did_you_mean

__all__ = ["RoutedParameters"]

ROUTED = ("optimizer", "callbacks", "loss")
"""Prefixes of parameters that are handed on, as in `optimizer__learning_rate`."""

# Words of scikeras and Keras that people will try, and what to use here.
REPLACED = {
    "validation_split": (
        "it would take the last windows, which are the last subjects; use early_stopping=True with "
        "validation_fraction, and fit(..., groups=subject) to hold out whole subjects"
    ),
    "model": "the network is the class; choose its sizes by its parameters",
    "build_fn": "the network is the class; choose its sizes by its parameters",
    "loss": "it is categorical cross-entropy; loss__label_smoothing is routed to it",
    "metrics": "accuracy is recorded; score by sklearn.metrics",
    "shuffle": "windows are always shuffled, in an order that random_state decides",
    "mask_value": (
        "convolutions cannot skip padding; use LSTMClassifier(mask_value=...), or windows of one "
        "length"
    ),
    "n_epochs": "use epochs",
    "max_iter": "use epochs",
    "learning_rate": "use optimizer__learning_rate",
    "learning_rate_init": "use optimizer__learning_rate",
}


class RoutedParameters:
    """`get_params` and `set_params` that know routed parameters and help with wrong names.

    To stand before scikeras' classes, whose own versions it replaces.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # `**routed` stands for names that have a prefix and is no name itself, but scikit-learn's
        # checks call the constructor with every name of the signature.
        signature = inspect.signature(cls.__init__)
        named = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD][1:]
        cls.__signature__ = signature.replace(parameters=named)  # type: ignore[attr-defined]

    # scikeras reads the names from __dict__, where every attribute would become a parameter.
    _get_param_names: Any = classmethod(BaseEstimator._get_param_names.__func__)
    __repr__ = BaseEstimator.__repr__

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, the routed ones that were set among them.

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
        """Set parameters, also routed ones such as `optimizer__learning_rate`.

        Parameters
        ----------
        **params : dict
            Names and values.

        Returns
        -------
        BaseRecurrentClassifier
            The estimator itself.

        Raises
        ------
        ValueError
            For an unknown name; the message says which name may have been meant.
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
