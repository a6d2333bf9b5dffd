"""Measure the calibration of probabilities, and the risk at a given coverage.

scikit-learn's `calibration_curve` supports two classes, and scikit-learn has no calibration error
and no curve of risk against coverage. MAPIE has a calibration error without weights.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_consistent_length, column_or_1d

from sklearn_har.utils._arrays import check_probabilities, finite_weights
from sklearn_har.utils._compat import check_sample_weight
from sklearn_har.utils._numbers import check_integer

Floats = NDArray[np.float64]

# More bins than any data set has windows; all of them are allocated.
_MOST_BINS = 10_000_000


def expected_calibration_error(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    n_bins: int = 15,
    strategy: Literal["uniform", "quantile"] = "uniform",
    sample_weight: ArrayLike | None = None,
) -> float:
    """Measure the difference between the confidence of a classifier and its accuracy.

    The confidence of a window is its highest probability. Windows are sorted into bins of similar
    confidence. The absolute differences between mean confidence and accuracy are averaged over the
    bins, weighted by their windows [1]_. The best value is 0: then four in five windows with a
    confidence of 0.8 are recognised correctly.

    Parameters
    ----------
    y_true : array-like of shape (n_windows,)
        True activity of each window.
    y_proba : array-like of shape (n_windows, n_classes)
        Probabilities from ``predict_proba``.
    labels : array-like of shape (n_classes,), default=None
        The activities of the columns of `y_proba`, such as ``classes_`` of the classifier. None for
        the sorted activities in `y_true`, which must then match the columns.
    n_bins : int, default=15
        Number of bins.
    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width, as in [1]_, or with equal numbers of windows, which suits networks with
        mostly very high confidence [2]_.
    sample_weight : array-like of shape (n_windows,), default=None
        Weights of the windows.

    Returns
    -------
    float
        Between 0 and 1.

    See Also
    --------
    sklearn.calibration.CalibratedClassifierCV : Calibrate probabilities.
    sklearn.metrics.log_loss : Compute a proper score, which also rewards better predictions.

    Notes
    -----
    The error depends on the bins and is biased upwards for few windows, so compare only errors of
    the same windows and bins. It is not a proper score: a classifier that always predicts the
    frequency of the commonest activity has an error of 0.

    References
    ----------
    .. [1] Guo, C., Pleiss, G., Sun, Y. & Weinberger, K. Q. (2017). On calibration of modern neural
       networks. Proceedings of the 34th International Conference on Machine Learning, PMLR 70,
       1321-1330. :doi:`10.48550/arXiv.1706.04599`
    .. [2] Nixon, J., Dusenberry, M., Jerfel, G., Nguyen, T., Liu, J., Zhang, L. & Tran, D. (2019).
       Measuring calibration in deep learning. CVPR Workshops. :doi:`10.48550/arXiv.1904.01685`

    Examples
    --------
    >>> from sklearn_har.evaluation import expected_calibration_error
    >>> y_proba = [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.4, 0.6]]
    >>> round(expected_calibration_error([0, 0, 1, 0], y_proba), 3)
    0.25
    """
    confidence, right, weight = _confidence(y_true, y_proba, labels, sample_weight)
    n_bins = check_integer(n_bins, "n_bins", minimum=1, maximum=_MOST_BINS)
    if strategy == "uniform":
        edges = np.linspace(0.0, 1.0, n_bins + 1)
    elif strategy == "quantile":
        edges = np.quantile(confidence, np.linspace(0.0, 1.0, n_bins + 1))
    else:
        raise ValueError(f"strategy must be 'uniform' or 'quantile', got {strategy!r}.")
    # A bin includes its upper edge, as in the paper; a confidence of 1 belongs to the last bin.
    bins = np.searchsorted(edges[1:-1], confidence, side="left")
    gap = np.bincount(bins, weights=weight * (right - confidence), minlength=n_bins)
    return float(np.abs(gap).sum() / weight.sum())


def risk_coverage_curve(
    y_true: ArrayLike,
    y_proba: ArrayLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Compute the error rate of a classifier that may reject uncertain windows.

    Each threshold keeps the windows whose highest probability reaches it. Coverage is the share of
    windows that are kept, risk the share of these that are wrong [1]_.

    Parameters
    ----------
    y_true, y_proba, labels, sample_weight : array-like
        As in :func:`expected_calibration_error`.

    Returns
    -------
    coverage : ndarray of shape (n_thresholds,)
        Share of the windows that are kept, increasing to 1.
    risk : ndarray of shape (n_thresholds,)
        Share of the kept windows that are wrong; the last value is 1 minus the accuracy.
    thresholds : ndarray of shape (n_thresholds,)
        The smallest confidence of a kept window, decreasing: each confidence that occurs.

    See Also
    --------
    sklearn_har.timeline.make_timeline : Leave windows out by `min_probability`.

    Notes
    -----
    ``sklearn.metrics.auc(coverage, risk)`` summarises the curve in one number. Choose a threshold
    on subjects that are in neither the training nor the test set.

    References
    ----------
    .. [1] Geifman, Y. & El-Yaniv, R. (2017). Selective classification for deep neural networks.
       Advances in Neural Information Processing Systems 30.
       :doi:`10.48550/arXiv.1705.08500`

    Examples
    --------
    >>> from sklearn_har.evaluation import risk_coverage_curve
    >>> y_proba = [[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6]]
    >>> coverage, risk, thresholds = risk_coverage_curve([0, 0, 1, 0], y_proba)
    >>> coverage.tolist(), risk.tolist(), thresholds.tolist()
    ([0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.0, 0.25], [0.9, 0.8, 0.7, 0.6])
    """
    confidence, right, weight = _confidence(y_true, y_proba, labels, sample_weight)
    order = np.argsort(-confidence, kind="stable")
    confidence, right, weight = confidence[order], right[order], weight[order]
    # Windows of equal confidence are kept or left out together.
    last = np.flatnonzero(np.diff(confidence, append=-1.0))
    kept = np.cumsum(weight)[last]
    wrong = np.cumsum(weight * (1.0 - right))[last]
    return kept / weight.sum(), wrong / kept, confidence[last]


def _confidence(
    y_true: ArrayLike, y_proba: ArrayLike, labels: ArrayLike | None, sample_weight: Any
) -> tuple[Floats, Floats, Floats]:
    """Return the highest probability of each window, whether it is right, and its weight."""
    check_probabilities(y_proba, "y_proba")
    # Not normalised: thresholds must agree with the given values.
    values = np.asarray(y_proba, dtype=np.float64)
    true = column_or_1d(y_true)
    check_consistent_length(true, values)
    known = np.unique(true) if labels is None else column_or_1d(labels)
    if len(known) != values.shape[1]:
        given = "y_true has" if labels is None else "labels has"
        raise ValueError(
            f"y_proba must have a column for each activity: {given} {len(known)} and y_proba "
            f"{values.shape[1]}. Pass labels=classifier.classes_."
        )
    unknown = np.setdiff1d(true, known)
    if len(unknown):
        raise ValueError(
            f"y_true has activities that are not in labels: {unknown.tolist()}; labels are "
            f"{known.tolist()}."
        )
    given_weight = finite_weights(sample_weight)
    if given_weight is not None and np.size(given_weight):
        least, most = np.min(given_weight), np.max(given_weight)
        if least < 0.0 or most == 0.0:
            raise ValueError(
                "sample_weight must be 0 or more, and more than 0 for some windows, got values "
                f"from {least} to {most}."
            )
    weight = np.asarray(check_sample_weight(given_weight, values))
    # Relative to the largest, so that sums of any weights stay finite.
    weight = weight / weight.max()
    counted = weight > 0.0
    # argmax returns the first of equal values, like predict.
    right = known[values.argmax(axis=1)] == true
    return values.max(axis=1)[counted], right.astype(np.float64)[counted], weight[counted]
