"""Save fitted classifiers as numbers and arrays, for pickle, joblib and skops."""

from __future__ import annotations

import inspect
from typing import Any

from sklearn.base import BaseEstimator

from sklearn_har.neural_network._networks import Architecture
from sklearn_har.neural_network._runtime import STATE_FORMAT, Network


class SavedAsArrays:
    """A classifier whose state holds no Keras objects, but the data to rebuild its network."""

    _network: Network

    @classmethod
    def _architecture(cls) -> type[Architecture]:
        """Return the base class of a classifier that declares its sizes."""
        return next(
            base
            for base in cls.__mro__
            if issubclass(base, Architecture) and not issubclass(base, SavedAsArrays)
        )

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = BaseEstimator.__getstate__(self)
        if "_network" in state:
            state = {**state, "_network": self._network.state()}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        saved = state.pop("_network", None)
        # Parameters added after the file was written get defaults that preserve its meaning.
        added = {
            name: parameter.default
            for name, parameter in inspect.signature(type(self)).parameters.items()
            if name not in state and parameter.default is not parameter.empty
        }
        BaseEstimator.__setstate__(self, added | state)
        if saved is not None:
            found = saved.get("format")
            if found != STATE_FORMAT:
                raise ValueError(
                    f"This {type(self).__name__} was saved in format {found}; this version of "
                    f"sklearn-har reads format {STATE_FORMAT}. Load it with the version that wrote "
                    "it, or train again."
                )
            self._network = Network(self._architecture(), dict(saved.get("config", ())), saved)
