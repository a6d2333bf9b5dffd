"""Hyperparameter searches in addition to those of `sklearn.model_selection`."""

from sklearn_har.model_selection._optuna import OptunaSearchCV
from sklearn_har.utils._public import name_classes_after

__all__ = ["OptunaSearchCV"]

name_classes_after(__name__)
