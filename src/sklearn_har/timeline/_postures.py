"""Probabilities of windows, revised by the postures of one recording.

Written here because scikit-learn's `GaussianMixture` gives all samples the same prior
probabilities; here each window brings its own from the classifier.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from sklearn_har.utils._arrays import check_probabilities, one_each, real_array
from sklearn_har.utils._numbers import check_real

Floats = NDArray[np.float64]

# The windows of a recording that the given spread counts for.
_N_PRIOR = 20.0
_N_ITERATIONS = 10
# No classifier is as certain as a rounded 0.
_FLOOR = 1e-9


def revise_by_posture(
    probabilities: ArrayLike,
    posture: ArrayLike,
    recording: ArrayLike | None = None,
    *,
    weight: float = 0.3,
    spread: ArrayLike = 0.05,
) -> Floats:
    """Revise the probabilities of windows by the posture that a person has in each activity.

    Some people sit as others stand, so that a single window does not always tell. But one person
    in one recording sits in much the same way all the time. The postures of each activity are
    taken for a normal distribution, which is estimated from the windows of the recording and from
    what the classifier says of them; then the probabilities are revised by it, and so on in turn
    (expectation maximisation [1]_). No labels are used.

    Parameters
    ----------
    probabilities : array-like of shape (n_windows, n_classes)
        What a classifier says of each window.
    posture : array-like of shape (n_windows, n_axes)
        The mean acceleration in each window, gravity included, in g.
    recording : array-like of shape (n_windows,), default=None
        The recording of each window, in which the device is worn in one way. None if all windows
        are of one recording.
    weight : float, default=0.3
        How much the posture counts beside the classifier: 0 changes nothing, and 1 takes both for
        independent, which they are not. With much weight an activity that the recording does not
        have may gain windows of another one.
    spread : float or array-like of shape (n_classes,), default=0.05
        How much the posture of one person varies within an activity, in g, for all activities or
        for each: the standard deviation. It counts as much as 20 windows of the recording.
        Transitions between postures vary more, 0.1 to 0.3 g.

    Returns
    -------
    ndarray of float64 of shape (n_windows, n_classes)
        Probabilities that add up to 1 in each row.

    Raises
    ------
    ValueError
        If the arrays do not fit each other, or values are not finite.

    See Also
    --------
    smooth_probabilities : Revises probabilities by the windows before and after.
    sklearn_har.recognition.ActivityRecognizer : Does this with `posture_weight`.

    Notes
    -----
    It needs the whole recording and uses the unlabelled movement of the person who is recognised:
    an accuracy with it should be quoted beside the accuracy without it. Turning the axes of the
    device changes nothing.

    References
    ----------
    .. [1] Dempster, Laird, Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
       Journal of the Royal Statistical Society B 39 (1977), 1-38,
       :doi:`10.1111/j.2517-6161.1977.tb01600.x`.

    Examples
    --------
    Someone sits leaning back; the classifier is not sure of the last window:

    >>> import numpy as np
    >>> from sklearn_har.timeline import revise_by_posture
    >>> sitting, standing = [0.8, 0.0, 0.6], [1.0, 0.0, 0.0]
    >>> posture = np.array([sitting] * 20 + [standing] * 20 + [sitting])
    >>> probabilities = np.array([[0.9, 0.1]] * 20 + [[0.1, 0.9]] * 20 + [[0.4, 0.6]])
    >>> revise_by_posture(probabilities, posture)[-1].round(2)
    array([1., 0.])
    """
    given = check_probabilities(probabilities, "probabilities")
    points = real_array(posture, "posture", "the mean acceleration in each window, in g")
    if points.ndim != 2 or len(points) != len(given) or not points.shape[1]:
        raise ValueError(
            f"posture must have shape (n_windows, n_axes) with one row for each of the "
            f"{len(given)} windows, got shape {points.shape}."
        )
    if not np.isfinite(points).all():
        window = int(np.argmin(np.isfinite(points).all(axis=1)))
        raise ValueError(
            f"posture must be finite, got {points[window].tolist()} for window {window}. Leave "
            "out windows with missing samples."
        )
    amount = check_real(weight, "weight", minimum=0.0, below=10.0)
    deviation = real_array(spread, "spread", "a number of g for all classes, or one for each")
    n_classes = given.shape[1]
    if deviation.shape not in ((), (n_classes,)) or not ((deviation > 0) & (deviation < 1e3)).all():
        raise ValueError(
            f"spread must be a number of g above 0, or one for each of the {n_classes} classes, "
            f"got {spread!r}."
        )
    variance = np.broadcast_to(deviation**2, n_classes)
    if recording is None:
        return _revised(given, points, amount, variance)
    numbers = one_each(recording, "recording", "entry", len(given))
    revised = np.empty_like(given)
    for number in np.unique(numbers):
        mine = numbers == number
        revised[mine] = _revised(given[mine], points[mine], amount, variance)
    return revised


def _revised(given: Floats, points: Floats, weight: float, variance: Floats) -> Floats:
    """Return the probabilities of the windows of one recording."""
    evidence = np.log(np.maximum(given, _FLOOR))
    prior = _N_PRIOR * variance[:, np.newaxis, np.newaxis] * np.eye(points.shape[1])
    share = given
    for _ in range(_N_ITERATIONS if weight else 0):
        n = share.sum(axis=0)[:, np.newaxis]
        # (n_classes, n_windows, n_axes)
        away = points - (share.T @ points / np.maximum(n, _FLOOR))[:, np.newaxis]
        scatter = (away * share.T[..., np.newaxis]).swapaxes(1, 2) @ away
        covariance = (scatter + prior) / (n + _N_PRIOR)[..., np.newaxis]
        distance = (away @ np.linalg.inv(covariance) * away).sum(axis=2).T
        density = -0.5 * (distance + np.linalg.slogdet(covariance)[1])
        share = softmax(evidence + weight * density, axis=1)
    return share
