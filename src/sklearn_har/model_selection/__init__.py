"""Choosing settings, beside what `sklearn.model_selection` has."""

from sklearn_har.model_selection._optuna import OptunaSearchCV
from sklearn_har.utils._public import name_classes_after

__all__ = ["OptunaSearchCV"]

name_classes_after(__name__)
