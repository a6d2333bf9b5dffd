"""List the estimators, displays and functions of the package.

This corresponds to `sklearn.utils.discovery`. An object is public if a public module lists it in
`__all__`; a module is public if no part of its name starts with an underscore.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

__all__ = ["all_displays", "all_estimators", "all_functions"]

_ROOT = __name__.partition(".")[0]
# The command line is used through the console script, not by an import.
_NOT_IMPORTED_BY_USERS = {"cli"}


def all_estimators(type_filter: str | Sequence[str] | None = None) -> list[tuple[str, type[Any]]]:
    """Get a list of all estimators of the package.

    Parameters
    ----------
    type_filter : {"classifier", "transformer"} or list of such str, default=None
        The kind of estimators to return; for a list, those of at least one of its kinds. None for
        all estimators.

    Returns
    -------
    estimators : list of tuples
        Pairs of the name of the class and the class, sorted by name.

    Examples
    --------
    >>> from sklearn_har.utils.discovery import all_estimators
    >>> "LSTMClassifier" in dict(all_estimators("classifier"))
    True
    """
    # Imported here, to keep the import of this module light.
    from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin

    mixins = {"classifier": ClassifierMixin, "transformer": TransformerMixin}
    kinds = [type_filter] if isinstance(type_filter, str) else type_filter
    unknown = [kind for kind in kinds or () if kind not in mixins]
    if unknown:
        raise ValueError(
            f"type_filter must be one of {sorted(mixins)}, a list of them, or None; "
            f"got {type_filter!r}"
        )
    wanted = (BaseEstimator,) if kinds is None else tuple(mixins[kind] for kind in kinds)
    return _public_objects(
        lambda item: (
            inspect.isclass(item) and issubclass(item, BaseEstimator) and issubclass(item, wanted)
        )
    )


def all_displays() -> list[tuple[str, type[Any]]]:
    """Get a list of all displays of the package.

    Returns
    -------
    displays : list of tuples
        Pairs of the name of the display class and the class, sorted by name.

    Examples
    --------
    >>> from sklearn_har.utils.discovery import all_displays
    >>> all(name.endswith("Display") for name, _ in all_displays())
    True
    """
    return _public_objects(lambda item: inspect.isclass(item) and item.__name__.endswith("Display"))


def all_functions() -> list[tuple[str, Callable[..., Any]]]:
    """Get a list of all functions of the package.

    Returns
    -------
    functions : list of tuples
        Pairs of the name of the function and the function, sorted by name.

    Examples
    --------
    >>> from sklearn_har.utils.discovery import all_functions
    >>> [name for name, _ in all_functions() if name.startswith("all_")]
    ['all_displays', 'all_estimators', 'all_functions']
    """
    return _public_objects(inspect.isfunction)


def _public_objects(predicate: Callable[[Any], bool]) -> list[tuple[str, Any]]:
    # Keyed by name, because the top level repeats objects of the subpackages.
    found = {}
    for module in _public_modules():
        for name in getattr(module, "__all__", ()):
            item = getattr(module, name)
            if predicate(item):
                found[name] = item
    return sorted(found.items())


def _public_modules() -> Iterator[Any]:
    names = [_ROOT]
    for name in names:  # it grows during the loop: a package adds its modules
        module = import_module(name)
        yield module
        names.extend(
            f"{name}.{info.name}"
            for info in iter_modules(getattr(module, "__path__", []))
            if not info.name.startswith("_") and info.name not in _NOT_IMPORTED_BY_USERS
        )
