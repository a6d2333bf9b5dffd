"""The result of a repeated evaluation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from string import ascii_lowercase
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.utils._scores import is_percentage
from sklearn_har.utils._text import shorten

_MAX_NAME = 24


@dataclass(frozen=True, eq=False, repr=False)
class RepeatedEvaluation:
    """The result of `repeated_evaluation`: scores, tables and times of all repeats.

    ``str(result)`` is the summary, with one line per repeat, the mean and the standard deviation;
    `report` adds the tables.

    Attributes
    ----------
    scoring : str
        Name of the score: the name given as ``scoring``, the name of the callable, or
        ``"score"``.
    scores : ndarray of shape (n_repeats,)
        Score of each repeat, as returned by the scorer (an accuracy is a fraction). With
        cross-validation it is the mean over the splits, as in ``cross_val_score(...).mean()``.
    split_scores : ndarray of shape (n_repeats, n_splits)
        Score of each training. With a test set there is one split.
    seeds : ndarray of shape (n_repeats,)
        The distinct integer for every ``random_state`` parameter of the estimator in each repeat.
    classes : ndarray of shape (n_classes,)
        The sorted labels of true targets and predictions; the order of `per_class` and
        `confusion_matrix`.
    per_class : DataFrame of n_classes rows
        Indexed by class: ``precision_mean``, ``precision_std``, ``recall_mean``, ``recall_std``,
        ``f1_mean``, ``f1_std`` over the repeats, and ``support``, the number of test windows of the
        class in one repeat. Undefined precisions and recalls count as 0.
    per_subject : DataFrame of n_subjects rows, or None
        ``subject``, ``n_windows``, ``accuracy_mean`` and ``accuracy_std`` over the repeats, the
        worst subject first. None if the subjects of the test windows are unknown.
    confusion_matrix : ndarray of shape (n_classes, n_classes)
        Number of windows by true class (rows) and predicted class (columns), summed over the
        repeats.
    fit_times : ndarray of shape (n_repeats,)
        Wall-clock time of training in each repeat, in s, summed over the splits.
    predict_times : ndarray of shape (n_repeats,)
        Wall-clock time of one prediction of all test windows in each repeat, in s, summed over the
        splits.
    histories : tuple of dict of length n_repeats * n_splits, or None
        The ``history_`` of each training, repeat by repeat: loss and scores by epoch. None for
        classifiers without a history.
    """

    scoring: str
    scores: NDArray[np.float64]
    split_scores: NDArray[np.float64]
    seeds: NDArray[np.int64]
    classes: NDArray[Any]
    per_class: pd.DataFrame
    per_subject: pd.DataFrame | None
    confusion_matrix: NDArray[np.int64]
    fit_times: NDArray[np.float64]
    predict_times: NDArray[np.float64]
    histories: tuple[dict[str, list[float]], ...] | None = None

    @property
    def mean(self) -> float:
        """Return the mean of `scores`."""
        return float(np.mean(self.scores))

    @property
    def std(self) -> float:
        """Return the population standard deviation of `scores` (``ddof=0``).

        It is 0 for a single repeat, which does not mean that the training is stable.
        """
        return float(np.std(self.scores))

    def __str__(self) -> str:
        lines = [score_line(i, score, self.scoring) for i, score in enumerate(self.scores, 1)]
        if is_percentage(self.scoring):
            name = self.scoring.replace("_", " ").capitalize()
            mean, std = f"{name}: {100 * self.mean:.3f}%", f"+/-{100 * self.std:.3f}"
        else:
            mean, std = f"{self.scoring}: {self.mean:.4f}", f"+/-{self.std:.4f}"
        # A single repeat has no spread.
        lines.append(f"{mean} ({std if len(self.scores) > 1 else '1 repeat'})")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<RepeatedEvaluation: {self.scoring} {self.mean:.4f} (+/-{self.std:.4f}), "
            f"{len(self.scores)} repeat(s)>"
        )

    def report(self, *, target_names: Sequence[str] | None = None) -> str:
        """Write the summary and all tables as text of at most 80 columns.

        Parameters
        ----------
        target_names : sequence of str of length n_classes, default=None
            Names to display in place of `classes`, in the same order, such as the
            ``target_names`` of a data set.

        Returns
        -------
        str
            The summary, the table per class, the table per subject if there is one, and the
            confusion matrix. Precision, recall, F1 and accuracy are in per cent.
        """
        names = self._names(target_names)
        n_repeats = len(self.scores)
        over = "of 1 repeat"
        if n_repeats > 1:
            over = f"mean +/- standard deviation of {n_repeats} repeats"
        per_class = pd.DataFrame(
            {
                measure: _spread(self.per_class, measure, n_repeats)
                for measure in ("precision", "recall", "f1")
            }
            | {"windows": self.per_class["support"].to_list()},
            index=names,
        )
        parts = [str(self), f"Per class, {over}, in %\n{_table(per_class)}"]
        if self.per_subject is not None:
            subjects = self.per_subject
            per_subject = pd.DataFrame(
                {
                    "accuracy": _spread(subjects, "accuracy", n_repeats),
                    "windows": subjects["n_windows"].to_list(),
                },
                index=[shorten(subject, _MAX_NAME) for subject in subjects["subject"]],
            )
            title = f"Per subject, {over}, in %, worst first"
            parts.append(f"{title}\n{_table(per_subject)}")
        n_classes = len(names)
        codes = list(ascii_lowercase) if n_classes <= 26 else [str(i + 1) for i in range(n_classes)]
        matrix = pd.DataFrame(
            self.confusion_matrix,
            index=[f"{code} {name}" for code, name in zip(codes, names, strict=False)],
            columns=codes[:n_classes],
        )
        title = "Confusion matrix, windows of all repeats (rows: true, columns: predicted)"
        parts.append(f"{title}\n{_table(matrix)}")
        return "\n\n".join(parts)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain lists, numbers and strings, ready for `json.dump`.

        Returns
        -------
        dict
            One entry per attribute, with the tables as lists of records, and ``n_repeats``,
            ``mean`` and ``std``. Values that are not finite become None, because JSON lacks them.
        """
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        content |= {"n_repeats": len(self.scores), "mean": self.mean, "std": self.std}
        content["per_class"] = self.per_class.reset_index(names="class")
        plain: dict[str, Any] = _plain(content)
        return plain

    def _names(self, target_names: Sequence[str] | None) -> list[str]:
        if target_names is None:
            target_names = [str(label) for label in self.classes.tolist()]
        elif len(target_names) != len(self.classes):
            raise ValueError(
                f"target_names must hold one name for each of the {len(self.classes)} classes "
                f"{self.classes.tolist()}, got {len(target_names)} names."
            )
        return [shorten(name, _MAX_NAME) for name in target_names]


def score_line(repeat: int, score: float, scoring: str) -> str:
    value = f"{100 * score:.3f}" if is_percentage(scoring) else f"{score:.4f}"
    return f">#{repeat}: {value}"


def _spread(table: pd.DataFrame, measure: str, n_repeats: int) -> list[str]:
    return [
        f"{100 * mean:5.1f}" + (f" +/-{100 * std:4.1f}" if n_repeats > 1 else "")
        for mean, std in zip(table[f"{measure}_mean"], table[f"{measure}_std"], strict=True)
    ]


def _table(frame: pd.DataFrame) -> str:
    # to_string ignores display options of the session, such as display.max_columns; line_width
    # wraps the columns of many classes.
    return frame.to_string(line_width=80)


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        value = value.to_dict("records")
    elif isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
