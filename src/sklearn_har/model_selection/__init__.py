"""Choosing settings, beside what `sklearn.model_selection` has."""

from sklearn_har.model_selection._optuna import OptunaSearchCV
from sklearn_har.model_selection._progress import report_scores

__all__ = ["OptunaSearchCV", "report_scores"]
