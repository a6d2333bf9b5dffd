"""Scorers of recordings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn_har.utils._validation import check_choice

_SCORES = ("accuracy", "macro_f1", "mean_iou", "event_precision", "event_recall", "event_f1")


def recording_scorer(*names: str) -> Callable[..., Any]:
    """Make a scorer of recordings for cross-validation and searches.

    Parameters
    ----------
    *names : {"accuracy", "macro_f1", "mean_iou", "event_precision", "event_recall", "event_f1"}
        Attributes of :class:`~sklearn_har.timeline.TimelineScores`. The first three compare
        labelled time, the others intervals that overlap by half.

    Returns
    -------
    callable
        ``scorer(recognizer, recordings, y=None)``. It returns a number for one name, or a
        dictionary for several, which :func:`~sklearn.model_selection.cross_validate` accepts as
        `scoring`.

    Raises
    ------
    ValueError
        If a name is none of these.

    See Also
    --------
    ActivityRecognizer.scores : All scores at once.

    Examples
    --------
    >>> from sklearn.ensemble import ExtraTreesClassifier
    >>> from sklearn.model_selection import cross_validate
    >>> from sklearn_har import ActivityRecognizer
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.recognition import recording_scorer
    >>> recordings = make_har_recordings(3, 10.0, random_state=0).recordings
    >>> trees = ExtraTreesClassifier(20, random_state=0)
    >>> recognizer = ActivityRecognizer(trees, window_layout="flat")
    >>> scores = cross_validate(
    ...     recognizer, recordings, cv=3, scoring=recording_scorer("macro_f1", "event_f1")
    ... )
    >>> sorted(scores)
    ['fit_time', 'score_time', 'test_event_f1', 'test_macro_f1']
    """
    if not names:
        raise ValueError(f"names must hold at least one of {_SCORES}, got none.")
    for name in names:
        check_choice(name, "names", _SCORES)
    return _RecordingScorer(names)


class _RecordingScorer:
    """Score a recognizer. This is a class so that it can be pickled for workers."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self.__name__ = "_".join(names)

    def __repr__(self) -> str:
        return f"recording_scorer({', '.join(map(repr, self._names))})"

    def __call__(self, recognizer: Any, recordings: Any, y: Any = None) -> Any:
        scores = recognizer.scores(recordings, y)
        found = {name: float(getattr(scores, name)) for name in self._names}
        return found if len(found) > 1 else found[self._names[0]]
