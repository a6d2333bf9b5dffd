"""Train several times, summarise honestly; ask whether probabilities mean what they say.

The training of one network is random, so one accuracy says little: `repeated_evaluation` trains
fresh clones of an estimator and reports the mean and the spread, per class and per subject as well.
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
