"""Choosing settings, beside what `sklearn.model_selection` has."""

from sklearn_har.model_selection._optuna import OptunaSearchCV

__all__ = ["OptunaSearchCV"]
