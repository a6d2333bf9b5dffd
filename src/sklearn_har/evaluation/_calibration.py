"""Whether a probability means what it says, and what can be left out by it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_consistent_length, column_or_1d

from sklearn_har.utils._arrays import finite_weights
from sklearn_har.utils._compat import check_sample_weight
from sklearn_har.utils._numbers import check_integer
from sklearn_har.utils._probabilities import check_probabilities

__all__ = ["expected_calibration_error", "risk_coverage_curve"]

Floats = NDArray[np.float64]

# More bins than any data set has windows: they are made, whatever stands in them.
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
    """Measure how far the confidence of a classifier is from how often it is right.

    The confidence of a window is its highest probability. Windows are sorted into bins of similar
    confidence; in each bin the mean confidence is compared with the accuracy, and the absolute
    differences are averaged, weighted by the windows of the bin [1]_. 0 is best: of the windows
    with a confidence of 0.8, four in five are recognised.

    Parameters
    ----------
    y_true : array-like of shape (n_windows,)
        True activity of each window.
    y_proba : array-like of shape (n_windows, n_classes)
        Probabilities, as ``predict_proba`` returns them.
    labels : array-like of shape (n_classes,), default=None
        The activities of the columns of `y_proba`: the ``classes_`` of the classifier. By default
        the sorted activities in `y_true`, which have to be as many as there are columns.
    n_bins : int, default=15
        Number of bins.
    strategy : {"uniform", "quantile"}, default="uniform"
        Bins of equal width, as in [1]_, or of about as many windows each, which suits networks
        that are nearly always nearly certain [2]_.
    sample_weight : array-like of shape (n_windows,), default=None
        Weights of the windows.

    Returns
    -------
    float
        Between 0 and 1.

    See Also
    --------
    sklearn.calibration.CalibratedClassifierCV : Makes probabilities mean more.
    sklearn.metrics.log_loss : A proper score, which is also lower for better predictions.

    Notes
    -----
    The error depends on the bins, and that of few windows is too large by chance: compare only
    errors of the same windows and bins. It is no proper score: a classifier that always says how
    common the commonest activity is has an error of 0.

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
    # A bin holds its upper edge, as in the paper; what is certain belongs to the last one.
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
    """Compute what a classifier gets wrong if it may abstain from what it is not sure of.

    For each threshold the windows are kept whose highest probability reaches it. Coverage is the
    share of the windows that are kept, risk the share of these that are wrong [1]_.

    Parameters
    ----------
    y_true, y_proba, labels, sample_weight : array-like
        As in :func:`expected_calibration_error`.

    Returns
    -------
    coverage : ndarray of shape (n_thresholds,)
        Share of the windows that are kept, increasing to 1.
    risk : ndarray of shape (n_thresholds,)
        Share of the kept windows that are not recognised; the last one is 1 less the accuracy.
    thresholds : ndarray of shape (n_thresholds,)
        The confidence that a window needs to be kept, decreasing: each confidence that occurs.

    See Also
    --------
    sklearn_har.timeline.make_timeline : Leaves windows out by `min_probability`.

    Notes
    -----
    ``sklearn.metrics.auc(coverage, risk)`` sums the curve up in one number. A threshold is chosen
    on subjects whom neither the network nor the final figures have seen; here too the test windows
    choose nothing.

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
    # As they were given, not made to add up to 1 exactly: a threshold has to agree with them.
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
    # Relative to the largest: sums of any weights stay finite.
    weight = weight / weight.max()
    counted = weight > 0.0
    # argmax takes the first of equals, as predict does.
    right = known[values.argmax(axis=1)] == true
    return values.max(axis=1)[counted], right.astype(np.float64)[counted], weight[counted]
