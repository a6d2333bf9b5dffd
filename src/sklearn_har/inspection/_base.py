"""Shared code of the displays: axes, rows, and checks of their input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.inspection._style import Kwargs, name_rows, row_inches
from sklearn_har.utils._optional import import_optional

__all__ = ["Display", "Kwargs", "check_windows", "unpack_windows"]

_RETURNS = """

Returns
-------
{}
    The display, plotted. `ax_` is its Axes (the first one, of signals if there are any) and
    `figure_` its Figure; its other attributes are artists.
"""


class Display:
    """A display on one axes, or on a grid of them.

    The return values of `plot` and all `from_*` methods are added to their docstrings here.
    """

    ax_: Any
    figure_: Any

    def __init_subclass__(cls) -> None:
        for name, method in vars(cls).items():
            function = getattr(method, "__func__", method)
            doc = function.__doc__
            # A subclass of a display may document its own return values.
            if (name == "plot" or name.startswith("from_")) and doc and "Returns\n" not in doc:
                function.__doc__ = cleandoc(doc) + _RETURNS.format(cls.__name__)

    def _panels(
        self,
        ax: Any,
        shape: tuple[int, int],
        *,
        size: tuple[float, float],
        sharey: bool | str = False,
        height_ratios: Sequence[float] | None = None,
    ) -> NDArray[Any]:
        """Return a grid of axes: in a new figure, the given axes, or in place of one given Axes.

        The last option follows :class:`~sklearn.inspection.PartialDependenceDisplay`. `size` is in
        inches.
        """
        name = type(self).__name__
        n_panels = shape[0] * shape[1]
        shared: dict[str, Any] = {"sharex": True, "sharey": sharey, "squeeze": False}
        if ax is None:
            plt = import_optional("matplotlib.pyplot", extra="plot", needed_by=f"{name}.plot")
            figure = plt.figure(figsize=size, layout="constrained")
            axes = figure.subplots(*shape, height_ratios=height_ratios, **shared)
        elif isinstance(ax, np.ndarray | list | tuple):
            axes = np.asarray(ax, dtype=object).ravel()
            if len(axes) != n_panels:
                raise ValueError(
                    f"ax must be None, one Axes, or an array of the {n_panels} Axes that {name} "
                    f"needs, got {len(axes)} Axes."
                )
        elif n_panels == 1:
            axes = np.array([ax], dtype=object)
        else:
            spec = ax.get_subplotspec()
            if spec is None:
                raise ValueError(
                    f"ax must be made by Figure.subplots or add_subplot, because {name} replaces "
                    f"it by {n_panels} Axes, got one that is not in a grid."
                )
            ax.set_axis_off()
            axes = spec.subgridspec(*shape, height_ratios=height_ratios).subplots(**shared)
        axes = np.asarray(axes, dtype=object).reshape(shape)
        self.ax_ = axes[0, 0]
        self.figure_ = self.ax_.figure
        return axes

    def _rows(
        self,
        ax: Any,
        labels: Sequence[str],
        *,
        inches: float,
        margin: float = 1.3,
        width: float = 8.0,
    ) -> Any:
        """Return axes with named rows; in a new figure, each row has this height in inches."""
        height = margin + row_inches(labels, inches) * len(labels)
        ax = self._panels(ax, (1, 1), size=(width, height))[0, 0]
        name_rows(ax, labels)
        return ax


def unpack_windows(X: Any, **given: Any) -> list[Any]:
    """Return the array of windows, then the fields of `given`; `X` may be a Windows.

    A field that is None is replaced by the attribute of the Windows with its name.
    """
    if not isinstance(X, Mapping):
        return [X, *given.values()]
    return [X["data"], *(X[name] if value is None else value for name, value in given.items())]


def check_windows(X: Any) -> NDArray[Any]:
    """Return an array of windows with three axes, or raise an error about `X`."""
    windows = np.asarray(X)
    if windows.ndim != 3 or not windows.size:
        raise ValueError(
            "X must be windows of shape (n_windows, n_timesteps, n_channels), got shape "
            f"{windows.shape}."
        )
    return windows
