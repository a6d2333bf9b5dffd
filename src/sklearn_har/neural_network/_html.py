"""Show the layers of a network as an HTML table in notebooks."""

from __future__ import annotations

import html
import math
from typing import Any

import keras

from sklearn_har.utils._compat import with_html_after

# The classes of scikit-learn's tables of parameters have styles for light and dark themes.
_TABLE = """
<div class="estimator-table">
    <details>
        <summary>{summary}</summary>
        <table class="parameters-table">
            <tbody>
                <tr><th>Layer</th><th>Output</th><th>Parameters</th></tr>
                {rows}
            </tbody>
        </table>
    </details>
</div>
"""
_ROW = '<tr class="default"><td class="param">{}</td><td>{}</td><td class="value">{:,}</td></tr>'


def layer_table(model: keras.Model) -> str:
    """Return a table with the kind, the output shape and the number of parameters of each layer.

    Shapes are those of one window.
    """
    rows = [
        _ROW.format(
            html.escape(type(layer).__name__),
            html.escape(str(tuple(layer.output.shape[1:]))),
            layer.count_params(),
        )
        for layer in model.layers
    ]
    n_fixed = sum(math.prod(weight.shape) for weight in model.non_trainable_weights)
    summary = f"Network of {model.count_params():,} parameters"
    if n_fixed:
        summary += f", {n_fixed:,} of them not trained by gradients"
    return _TABLE.format(summary=summary, rows="\n".join(rows))


class ShownWithLayers:
    """Add the layers of the fitted network to the drawing of a classifier in a notebook."""

    def _get_params_html(self, *args: Any, **kwargs: Any) -> Any:
        # scikit-learn calls this for an estimator alone and for one inside another.
        shown = super()._get_params_html(*args, **kwargs)  # type: ignore[misc]
        if not self.__sklearn_is_fitted__():  # type: ignore[attr-defined]
            return shown
        return with_html_after(shown, lambda: layer_table(self.model_))  # type: ignore[attr-defined]

    @property
    def current_epoch(self) -> int:
        """Return the number of epochs of training."""
        # scikeras' version reads the loss in the history, which an only initialised network lacks;
        # scikit-learn reads all attributes when it draws an estimator.
        return getattr(self, "n_iter_", 0)
