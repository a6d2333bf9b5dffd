"""Save the state of stages as arrays by name, and continue from it.

A pickle of the stages could execute code when it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

State = dict[str, NDArray[Any]]


class Stateful:
    """A stage whose state is that of some attributes and of its parts."""

    #: Names of attributes with an array or a number.
    _kept: ClassVar[tuple[str, ...]] = ()
    #: Names of attributes that may be None as well.
    _optional: ClassVar[tuple[str, ...]] = ()

    def _parts(self) -> dict[str, Any]:
        """Return the stages of this one by name, None for those that do not exist."""
        return {}

    def _stages(self) -> dict[str, Any]:
        return {f"{name}_": part for name, part in self._parts().items() if part is not None}

    def get_state(self) -> State:
        """Return the state as arrays by name.

        Returns
        -------
        dict of str to ndarray
            The state, for :meth:`set_state` of an equal stage.
        """
        names = (*self._kept, *self._optional)
        values = {name.strip("_"): getattr(self, name) for name in names}
        state = {name: np.asarray(value) for name, value in values.items() if value is not None}
        for prefix, stage in self._stages().items():
            state |= {f"{prefix}{name}": value for name, value in stage.get_state().items()}
        return state

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Continue from the state of another stage.

        Parameters
        ----------
        state : mapping of str to ndarray
            The result of :meth:`get_state` of an equal stage.

        Raises
        ------
        KeyError
            If an entry is missing.
        """
        values: dict[str, Any] = {name: state[name.strip("_")] for name in self._kept}
        values |= {name: state.get(name.strip("_")) for name in self._optional}
        for name, value in values.items():
            setattr(self, name, value if value is None or value.ndim else value.item())
        for prefix, stage in self._stages().items():
            stage.set_state(
                {n.removeprefix(prefix): v for n, v in state.items() if n.startswith(prefix)}
            )
