"""Compare an exported file with its estimator."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sklearn_har.exceptions import ExportError, ExportWarning
from sklearn_har.export._classifier import ExportedClassifier
from sklearn_har.utils._arrays import one_each
from sklearn_har.utils._errors import one_line

# A quantised model that agrees with its estimator on this share of windows gives no warning.
_AGREEMENT = 0.99


@dataclass(frozen=True)
class ExportReport:
    """The exported file, and its comparison with the estimator.

    :func:`to_onnx` and :func:`to_litert` return it; `str()` is a short summary.

    Attributes
    ----------
    path : Path
        The file.
    format : {"ONNX", "LiteRT"}
        Its format.
    quantize : {None, "dynamic", "float16"}
        How the model was quantised.
    n_bytes : int
        The size of the file.
    n_windows : int
        Number of compared windows.
    max_difference : float
        The largest difference between probabilities.
    agreement : float
        Share of the windows with the same activity.
    accuracy : float or None
        Accuracy of the file on the given windows and labels; None without labels.
    estimator_accuracy : float or None
        Accuracy of the estimator on the same windows.
    """

    path: Path
    format: str
    quantize: str | None
    n_bytes: int
    n_windows: int
    max_difference: float
    agreement: float
    accuracy: float | None = None
    estimator_accuracy: float | None = None

    def __str__(self) -> str:
        kind = self.format if self.quantize is None else f"{self.format}, {self.quantize}"
        lines = [
            f"{self.path}: {kind}, {self.n_bytes / 1e3:.0f} kB",
            f"compared on {self.n_windows} windows: the same activity in {self.agreement:.2%}, "
            f"probabilities within {self.max_difference:.1e}",
        ]
        if self.accuracy is not None and self.estimator_accuracy is not None:
            lines.append(
                f"accuracy {self.accuracy:.2%}, of the estimator {self.estimator_accuracy:.2%}"
            )
        return "\n".join(lines)


def compare(
    estimator: Any,
    path: Path,
    X: npt.NDArray[Any],
    y: npt.ArrayLike | None,
    *,
    tolerance: float | None,
    shown_as: Path,
) -> ExportReport:
    """Load a file in its runtime and compare it with its estimator.

    Probabilities may differ by `tolerance`; None is for a quantised model, which must agree on
    enough windows. The report gives `shown_as`, the final path, as the path.
    """
    try:
        exported = ExportedClassifier(path)
    except ValueError as error:
        raise ExportError(
            f"The network cannot be exported: its runtime does not read the converted file "
            f"({one_line(error)}); nothing was written."
        ) from error
    expected = np.asarray(estimator.predict_proba(X))
    found = exported.predict_proba(X)
    difference = float(np.abs(expected - found).max())
    winners = expected.argmax(axis=1), found.argmax(axis=1)
    accuracies = []
    if y is not None:
        true = one_each(y, "y", "label", len(X), "windows of X")
        accuracies = [float(np.mean(exported.classes_[i] == true)) for i in winners[::-1]]
    report = ExportReport(
        shown_as,
        exported.format,
        exported.quantize,
        path.stat().st_size,
        len(X),
        difference,
        float(np.mean(winners[0] == winners[1])),
        *accuracies,
    )
    if not np.isfinite(difference):
        remedy = "Pass windows that the estimator was made for as X."
        if exported.quantize == "float16":
            remedy = (
                "The float16 format has no numbers beyond 65504: does a channel, or its scaling, "
                "exceed it? Try quantize='dynamic'."
            )
        raise ExportError(
            "The exported model gives probabilities that are not numbers; nothing was written. "
            + remedy
        )
    # Written so that a difference of NaN fails.
    if tolerance is not None and not difference <= tolerance:
        raise ExportError(
            f"The exported model differs from its estimator by up to {difference:.1e} in a "
            f"probability, more than atol={tolerance:g} on {len(X)} windows; nothing was written. "
            "Pass windows that the estimator was made for as X, or a larger atol."
        )
    if tolerance is None and not report.agreement >= _AGREEMENT:
        warnings.warn(
            f"The model quantised by {exported.quantize!r} names another activity than its "
            f"estimator in {1 - report.agreement:.1%} of {len(X)} windows.",
            ExportWarning,
            stacklevel=4,
        )
    return report
