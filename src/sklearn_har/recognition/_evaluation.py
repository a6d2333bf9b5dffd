"""Evaluate a recognizer on labelled recordings, by activity and by subject."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, check_cv

from sklearn_har.recognition._checks import labelled_recordings
from sklearn_har.recognition._recognizer import ActivityRecognizer
from sklearn_har.recordings import Recording
from sklearn_har.timeline import TimelineScores, timeline_scores
from sklearn_har.utils._text import shorten

# The tables of a report have 80 columns; longer names are cut to this many letters.
_MAX_NAME = 30


@dataclass(frozen=True, eq=False, repr=False)
class RecordingEvaluation:
    """Scores of a recognizer on labelled recordings.

    :func:`evaluate_recordings` returns one. ``str(result)`` is the summary; :meth:`report` adds the
    tables.

    Parameters
    ----------
    scores : TimelineScores
        Scores over all recordings, with a table by activity.
    per_subject : DataFrame of n_subjects rows, or None
        ``subject``, ``n_recordings``, ``seconds`` of labelled time, ``accuracy``, ``macro_f1`` and
        ``event_f1``, the lowest accuracy first. None if a recording has no subject.
    timelines : list of DataFrame
        The predicted timeline of each recording.
    n_folds : int or None
        The number of trainings of a cross-validation; None for a recognizer that was fitted before.
    """

    scores: TimelineScores
    per_subject: pd.DataFrame | None
    timelines: list[pd.DataFrame]
    n_folds: int | None

    def __str__(self) -> str:
        return str(self.scores)

    def __repr__(self) -> str:
        folds = "" if self.n_folds is None else f", {self.n_folds} folds"
        return f"<RecordingEvaluation: accuracy {self.scores.accuracy:.4f}{folds}>"

    def report(self) -> str:
        """Write the summary and the tables as text of at most 80 columns.

        Returns
        -------
        str
            The summary, the table by activity, and the table by subject if there is one. Scores in
            the tables are in per cent.
        """
        columns = ["precision", "recall", "f1", "event_f1"]
        classes = self.scores.per_class
        activities = _percent(classes[columns]).assign(events=classes["n_true"])
        activities.index = [shorten(name, _MAX_NAME) for name in classes.index]
        summary = [
            textwrap.fill(line, 80, subsequent_indent=" " * 10) for line in str(self).splitlines()
        ]
        parts = ["\n".join(summary), f"By activity, in %\n{activities.to_string(line_width=80)}"]
        if self.per_subject is not None:
            people = self.per_subject
            table = _percent(people[["accuracy", "macro_f1", "event_f1"]]).assign(
                seconds=people["seconds"].round(1), recordings=people["n_recordings"]
            )
            table.index = [shorten(subject, _MAX_NAME) for subject in people["subject"]]
            parts.append(f"By subject, in %, lowest first\n{table.to_string(line_width=80)}")
        return "\n\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores and tables as plain numbers, texts and lists, fit for JSON.

        Returns
        -------
        dict
            ``accuracy``, ``macro_f1``, ``mean_iou``, ``event_f1``, ``n_folds``, and the tables
            ``per_activity`` and ``per_subject`` as lists of rows.
        """
        names = ("accuracy", "macro_f1", "mean_iou", "event_f1")
        people = self.per_subject
        return {
            **{name: float(getattr(self.scores, name)) for name in names},
            "n_folds": self.n_folds,
            "per_activity": self.scores.per_class.reset_index().to_dict("records"),
            "per_subject": None if people is None else people.to_dict("records"),
        }


def evaluate_recordings(
    recognizer: ActivityRecognizer,
    recordings: Sequence[Recording],
    y: Sequence[Any] | None = None,
    *,
    groups: ArrayLike | None = None,
    cv: Any = None,
) -> RecordingEvaluation:
    """Score a recognizer on labelled recordings, by activity and by subject.

    Parameters
    ----------
    recognizer : ActivityRecognizer
        A fitted recognizer. With `cv`, clones of it are fitted, so it need not be.
    recordings : sequence of Recording
        Raw recordings with labels.
    y : sequence of length n_recordings, default=None
        The labels of each recording, as in :meth:`ActivityRecognizer.fit`. None for the labels of
        the recordings.
    groups : array-like of shape (n_recordings,), default=None
        The subject of each recording. None for the subjects of the recordings.
    cv : int, cross-validation generator or iterable, default=None
        None scores the fitted recognizer. Otherwise each recording is predicted by a clone that was
        trained without it. An int is the number of folds of
        :class:`~sklearn.model_selection.GroupKFold`, which never splits a subject.

    Returns
    -------
    RecordingEvaluation
        Scores over time and by event, with tables by activity and by subject.

    Raises
    ------
    ValueError
        If recordings have no labels, or `cv` is an int and subjects are unknown.

    See Also
    --------
    ActivityRecognizer.scores : The scores alone.
    recording_scorer : Scorers for searches.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_har import ActivityRecognizer
    >>> from sklearn_har.datasets import make_har_recordings
    >>> from sklearn_har.recognition import evaluate_recordings
    >>> recordings = make_har_recordings(n_subjects=4, random_state=0).recordings
    >>> recognizer = ActivityRecognizer(KNeighborsClassifier(), window_layout="flat")
    >>> evaluation = evaluate_recordings(recognizer, recordings, cv=2)
    >>> sorted(evaluation.per_subject["subject"])
    [1, 2, 3, 4]
    """
    listed = labelled_recordings(recordings, y, groups)
    subjects = [recording.subject for recording in listed]
    known = all(subject is not None for subject in subjects)
    true = [recording.timeline(unlabelled=recognizer.unlabelled) for recording in listed]
    n_folds = None
    if cv is None:
        recognizer._warn_of_unknown(true)
        predicted = recognizer.timelines(listed)
    else:
        if isinstance(cv, int):
            if not known:
                raise ValueError(
                    "groups must give the subject of each recording where cv is an int: some "
                    "recordings have none."
                )
            cv = GroupKFold(cv)
        splitter = check_cv(cv)
        by_number: dict[int, pd.DataFrame] = {}
        n_folds = 0
        for train, test in splitter.split(listed, groups=subjects if known else None):
            fitted = clone(recognizer).fit(
                [listed[i] for i in train], groups=[subjects[i] for i in train] if known else None
            )
            fitted._warn_of_unknown([true[i] for i in test])
            by_number.update(zip(test, fitted.timelines([listed[i] for i in test]), strict=True))
            n_folds += 1
        kept = sorted(by_number)
        true, subjects = [true[i] for i in kept], [subjects[i] for i in kept]
        predicted = [by_number[i] for i in kept]
    table = _by_subject(subjects, true, predicted) if known else None
    return RecordingEvaluation(timeline_scores(true, predicted), table, predicted, n_folds)


def _by_subject(
    subjects: list[Any], true: list[pd.DataFrame], predicted: list[pd.DataFrame]
) -> pd.DataFrame:
    rows = []
    for subject in dict.fromkeys(subjects):
        mine = [i for i, other in enumerate(subjects) if other == subject and len(true[i])]
        if not mine:
            continue
        scores = timeline_scores([true[i] for i in mine], [predicted[i] for i in mine])
        rows.append(
            {
                "subject": subject,
                "n_recordings": len(mine),
                "seconds": sum(float((true[i]["end"] - true[i]["start"]).sum()) for i in mine),
                "accuracy": scores.accuracy,
                "macro_f1": scores.macro_f1,
                "event_f1": scores.event_f1,
            }
        )
    return pd.DataFrame(rows).sort_values("accuracy", kind="stable", ignore_index=True)


def _percent(table: pd.DataFrame) -> pd.DataFrame:
    return (100 * table).round(1)
