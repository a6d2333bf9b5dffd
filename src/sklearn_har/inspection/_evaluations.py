"""The check of a repeated evaluation that a display is given."""

from __future__ import annotations

from typing import Any

from sklearn_har.evaluation import RepeatedEvaluation

__all__ = ["check_evaluation"]


def check_evaluation(evaluation: Any) -> None:
    """Raise a TypeError for what is no RepeatedEvaluation."""
    if not isinstance(evaluation, RepeatedEvaluation):
        raise TypeError(
            "evaluation must be what repeated_evaluation returned, got "
            f"{type(evaluation).__name__}."
        )
