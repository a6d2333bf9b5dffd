"""Evaluate classifiers over repeated trainings, and measure the calibration of probabilities.

The training of a network is random, so a single accuracy is not enough. `repeated_evaluation`
trains fresh clones of an estimator and reports mean and spread, also per class and per subject.
"""

from sklearn_har.evaluation._calibration import expected_calibration_error, risk_coverage_curve
from sklearn_har.evaluation._repeated import repeated_evaluation
from sklearn_har.evaluation._result import RepeatedEvaluation

__all__ = [
    "RepeatedEvaluation",
    "expected_calibration_error",
    "repeated_evaluation",
    "risk_coverage_curve",
]
