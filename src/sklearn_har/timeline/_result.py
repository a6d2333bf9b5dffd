"""The result of a comparison of timelines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, repr=False)
class TimelineScores:
    """The scores of predicted timelines over time, events and boundaries.

    :func:`timeline_scores` returns it. ``str(scores)`` is a short summary. Undefined values are
    NaN.

    Attributes
    ----------
    accuracy : float
        Share of the time with the right activity: the limit of the accuracy over ever denser
        samples.
    macro_f1 : float
        Mean over the activities of the F1 score over time.
    mean_iou : float
        Mean over the activities of the intersection over union.
    per_class : DataFrame of n_classes rows
        Indexed by activity: ``precision``, ``recall``, ``f1`` and ``iou`` over time, where ``iou``
        is the common time of an activity over the time of either timeline; ``event_precision``,
        ``event_recall`` and ``event_f1`` over intervals at the first threshold; and the numbers of
        intervals ``n_true``, ``n_predicted`` and ``n_matched``.
    events : DataFrame of n_thresholds rows
        Indexed by ``iou_threshold``, over the intervals of all activities: ``precision``,
        ``recall``, ``f1``, ``macro_f1`` (mean over the activities), ``n_true``, ``n_predicted`` and
        ``n_matched``.
    boundary_errors : ndarray of shape (n_boundaries,)
        Predicted minus true time in s of each measured start and end of intervals matched at the
        first threshold. It is positive if the prediction is late.
    """

    accuracy: float
    macro_f1: float
    mean_iou: float
    per_class: pd.DataFrame
    events: pd.DataFrame
    boundary_errors: NDArray[np.float64]

    @property
    def event_precision(self) -> float:
        """Share of the predicted intervals that match a true one, at the first threshold."""
        return float(self.events["precision"].iloc[0])

    @property
    def event_recall(self) -> float:
        """Share of the true intervals that a predicted one matches, at the first threshold."""
        return float(self.events["recall"].iloc[0])

    @property
    def event_f1(self) -> float:
        """Harmonic mean of `event_precision` and `event_recall`."""
        return float(self.events["f1"].iloc[0])

    @property
    def boundary_error(self) -> float:
        """Mean absolute value of `boundary_errors`, in s; NaN without any."""
        return float(np.mean(np.abs(self.boundary_errors))) if len(self.boundary_errors) else np.nan

    def __str__(self) -> str:
        lines = [
            f"time      accuracy {self.accuracy:.3f}, macro-F1 {self.macro_f1:.3f}, "
            f"mean IoU {self.mean_iou:.3f}"
        ]
        for threshold, row in self.events.iterrows():
            lines.append(
                f"events    precision {row['precision']:.3f}, recall {row['recall']:.3f}, "
                f"F1 {row['f1']:.3f} at IoU {threshold:g} ({row['n_matched']:.0f} matched of "
                f"{row['n_true']:.0f} true, {row['n_predicted']:.0f} predicted)"
            )
        errors = self.boundary_errors
        if len(errors):
            lines.append(
                f"boundary  {self.boundary_error:.2f} s off on average, "
                f"{np.median(np.abs(errors)):.2f} s in the median, bias {np.mean(errors):+.2f} s "
                f"({len(errors)} boundaries)"
            )
        else:
            lines.append("boundary  none to measure")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<TimelineScores: accuracy {self.accuracy:.4f}, macro-F1 {self.macro_f1:.4f}, event "
            f"F1 {self.event_f1:.4f}, boundary error {self.boundary_error:.2f} s>"
        )
