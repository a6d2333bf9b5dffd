"""Smooth window probabilities by the typical duration of activities."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sklearn_har.timeline._hmm import HiddenMarkovModel, WindowProbabilities, check_classes
from sklearn_har.utils._arrays import one_each
from sklearn_har.utils._labels import encode_labels
from sklearn_har.utils._numbers import check_real


def smooth_probabilities(
    probabilities: ArrayLike,
    start_time: ArrayLike | Mapping[str, Any],
    window_length: float | None = None,
    *,
    expected_duration: ArrayLike | None = None,
    transition: ArrayLike | None = None,
    class_prior: ArrayLike | None = None,
    evidence_weight: float | None = None,
) -> NDArray[np.float64]:
    """Smooth the probabilities of each window by those of all others.

    The activities are the states of a hidden Markov model [1]_. Its evidence are the probabilities
    of a classifier: divided by `class_prior`, they are proportional to the likelihoods of the
    windows [2]_. The result is the posterior probability of each class in each window, given the
    whole recording (forward-backward). It therefore needs later windows and is not for live use.

    Parameters
    ----------
    probabilities, start_time, window_length : array-like or Windows
        As in :func:`make_timeline`.
    expected_duration : float or array-like of shape (n_classes,), default=None
        The mean duration of an activity, in s, for all classes or for each. The next activity is
        any other one, with equal probability. None for 10 s, unless `transition` is given.
    transition : array-like of shape (n_classes, n_classes), default=None
        Replaces `expected_duration`: the probability of passing from the class of the row to that
        of the column between windows one usual step apart, the median step of `start_time`. See
        :func:`estimate_transitions`.
    class_prior : array-like of shape (n_classes,), default=None
        The class frequencies in the training set of the classifier, and of the first window. None
        for equal ones.
    evidence_weight : float, default=None
        Factor on the logarithm of the evidence of a window. Overlapping windows repeat each other,
        so full weights make the result too certain. None weights a window by the share of its
        length that it does not share with others: 0.5 at an overlap of 0.5, so each second counts
        once. 1 treats windows as independent; 0 ignores them.

    Returns
    -------
    ndarray of float64 of shape (n_windows, n_classes)
        Probabilities that add up to 1 in each row.

    See Also
    --------
    decode_activities : Find the most probable sequence as a whole.
    make_timeline : Make intervals from probabilities.

    Notes
    -----
    With `expected_duration`, the chain runs in continuous time: missing windows and breaks weaken
    the link between windows. With `transition`, powers of the matrix have the same effect.
    Probabilities below 1e-12 count as 1e-12.

    Errors of neighbouring windows are correlated even without overlap, because the person and the
    habits are the same. The result is therefore too certain; a smaller `evidence_weight`, chosen on
    held-out subjects, corrects this.

    References
    ----------
    .. [1] Rabiner, "A tutorial on hidden Markov models and selected applications in speech
       recognition", Proceedings of the IEEE 77 (1989), 257-286, :doi:`10.1109/5.18626`.
    .. [2] Bourlard, Morgan, "Connectionist Speech Recognition: A Hybrid Approach", Kluwer 1994,
       :doi:`10.1007/978-1-4615-3210-1`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.timeline import smooth_probabilities
    >>> probabilities = np.array([[0.9, 0.1]] * 4 + [[0.4, 0.6]] + [[0.9, 0.1]] * 4)
    >>> smoothed = smooth_probabilities(probabilities, np.arange(9) * 1.28, 2.56)
    >>> smoothed[4].round(2)  # the odd one out, among its neighbours
    array([0.96, 0.04])
    """
    windows = WindowProbabilities(probabilities, start_time, window_length)
    return HiddenMarkovModel(
        windows, expected_duration, transition, class_prior, evidence_weight
    ).posterior()


def decode_activities(
    probabilities: ArrayLike,
    start_time: ArrayLike | Mapping[str, Any],
    window_length: float | None = None,
    classes: ArrayLike | None = None,
    *,
    expected_duration: ArrayLike | None = None,
    transition: ArrayLike | None = None,
    class_prior: ArrayLike | None = None,
    evidence_weight: float | None = None,
) -> NDArray[Any]:
    """Find the most probable sequence of activities of a recording.

    The model is that of :func:`smooth_probabilities`, which treats each window separately. This
    function finds the best sequence as a whole (Viterbi [1]_) and never uses a forbidden
    transition.

    Parameters
    ----------
    probabilities, start_time, window_length, classes : array-like or Windows
        As in :func:`make_timeline`.
    expected_duration, transition, class_prior, evidence_weight : default=None
        As in :func:`smooth_probabilities`.

    Returns
    -------
    ndarray of shape (n_windows,)
        Labels from `classes`.

    See Also
    --------
    smooth_probabilities : Smooth the probabilities of each window.

    References
    ----------
    .. [1] Viterbi, "Error bounds for convolutional codes and an asymptotically optimum decoding
       algorithm", IEEE Transactions on Information Theory 13 (1967), 260-269,
       :doi:`10.1109/TIT.1967.1054010`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.timeline import decode_activities
    >>> probabilities = np.array([[0.9, 0.1]] * 3 + [[0.4, 0.6]] + [[0.9, 0.1]] * 3)
    >>> decode_activities(probabilities, np.arange(7) * 1.28, 2.56, ["sit", "walk"])
    array(['sit', 'sit', 'sit', 'sit', 'sit', 'sit', 'sit'], dtype='<U4')
    """
    windows = WindowProbabilities(probabilities, start_time, window_length)
    labels = check_classes(classes, windows.n_classes)
    model = HiddenMarkovModel(windows, expected_duration, transition, class_prior, evidence_weight)
    return labels[model.path()]


def estimate_transitions(
    labels: ArrayLike,
    classes: ArrayLike | None = None,
    *,
    groups: ArrayLike | None = None,
    unlabelled: Hashable = -1,
    alpha: float = 1.0,
) -> NDArray[np.float64]:
    """Estimate the probabilities of transitions between activities from labelled windows.

    Parameters
    ----------
    labels : array-like of shape (n_windows,)
        The activities of training windows, in order of time and with the same step as the windows
        to be recognised. Cut them with ``on_unlabelled="keep"``: dropped windows would make others
        look consecutive.
    classes : array-like of shape (n_classes,), default=None
        The labels in the order of rows and columns, such as ``classes_`` of the classifier. None
        for the sorted labels that occur.
    groups : array-like of shape (n_windows,), default=None
        The recording of each window. Transitions between recordings are not counted.
    unlabelled : int or str, default=-1
        The label of windows without a known activity. Their transitions are not counted.
    alpha : float of at least 0 and below 1e9, default=1.0
        Added to each count, so that unseen transitions stay possible.

    Returns
    -------
    ndarray of float64 of shape (n_classes, n_classes)
        Probability of passing from the class of the row to that of the column in one step.

    See Also
    --------
    smooth_probabilities : Use the matrix.

    Notes
    -----
    Data recorded by a protocol reproduces it: if everyone sits down after walking, so does the
    matrix. For free-living data, an expected duration is the safer choice.

    Examples
    --------
    >>> from sklearn_har.timeline import estimate_transitions
    >>> estimate_transitions([0, 0, 0, 1, 1, 0], alpha=0.0).round(2)
    array([[0.67, 0.33],
           [0.5 , 0.5 ]])
    """
    n_windows = len(np.asarray(labels))
    codes, found = encode_labels(labels, n_windows, "labels", unlabelled, "windows")
    if not len(found) or not (codes >= 0).any():
        raise ValueError("labels must hold at least one label that is not unlabelled.")
    weight = check_real(alpha, "alpha", minimum=0.0, below=1e9)
    if classes is None:
        used = [i for i, label in enumerate(found.tolist()) if label != unlabelled]
        order = found[used]
    else:
        order = check_classes(classes, len(np.asarray(classes)))
    position = {label: i for i, label in enumerate(order.tolist())}
    seen = found[np.unique(codes[codes >= 0])].tolist()
    unknown = [label for label in seen if label not in position]
    if unknown:
        raise ValueError(
            f"labels must be among classes={order.tolist()} or unlabelled={unlabelled!r}, got "
            f"{unknown} as well."
        )
    # Code -1 indexes the last entry.
    codes = np.array([position.get(label, -1) for label in found.tolist()] + [-1])[codes]
    counted = (codes[:-1] >= 0) & (codes[1:] >= 0)
    if groups is not None:
        group = one_each(groups, "groups", "entry", n_windows)
        counted &= group[:-1] == group[1:]
    counts = np.full((len(order), len(order)), weight)
    np.add.at(counts, (codes[:-1][counted], codes[1:][counted]), 1.0)
    # A class without transitions keeps its activity, to avoid a division by zero.
    empty = counts.sum(axis=1) == 0.0
    counts[empty, empty] = 1.0
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
