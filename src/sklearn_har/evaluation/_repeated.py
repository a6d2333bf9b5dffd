"""Train fresh clones of a classifier several times, and summarise their scores.

scikit-learn's `cross_validate` neither seeds the trainings nor returns predictions, from which the
tables are made.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.metrics import check_scoring, confusion_matrix, precision_recall_fscore_support
from sklearn.model_selection import GroupKFold, check_cv
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.random import sample_without_replacement

from sklearn_har.evaluation._result import RepeatedEvaluation, score_line
from sklearn_har.recordings import Recording, check_recordings
from sklearn_har.utils._numbers import check_integer
from sklearn_har.utils._progress import ProgressLine, time_left
from sklearn_har.utils._scores import check_column, per_subject
from sklearn_har.utils._text import first_few
from sklearn_har.utils._warnings import warn_user

# Seeds must fit numpy, TensorFlow and C libraries with 32-bit integers.
_MAX_SEED = np.iinfo(np.int32).max
# The label of a sample without a prediction; for integer labels it is -1.
_NO_PREDICTION = "no prediction"


def repeated_evaluation(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    X_test: Any = None,
    y_test: Any = None,
    cv: Any = None,
    groups: Any = None,
    groups_test: Any = None,
    n_repeats: int = 10,
    scoring: str | Callable[..., float] | None = "accuracy",
    random_state: int | np.random.RandomState | None = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> RepeatedEvaluation:
    """Train fresh clones of a classifier several times and summarise their scores.

    Each repeat trains on ``(X, y)`` with another seed and is scored on unseen windows: either one
    test set, ``(X_test, y_test)``, or the splits of ``cv``. Every repeat counts; no choice depends
    on the test windows. Put scaling and other steps that learn from data into a `Pipeline`, so that
    they are fitted on the training windows alone.

    Parameters
    ----------
    estimator : classifier or ActivityRecognizer
        Any scikit-learn classifier, or a pipeline that ends in one. Only clones of it are fitted. A
        recognizer takes recordings instead of windows; then scores are shares of labelled time, and
        tables count samples.
    X : array-like of shape (n_windows, n_timesteps, n_channels) or (n_windows, n_features)
        Training windows, or with ``cv`` all windows, in any shape that the estimator accepts; or a
        sequence of recordings.
    y : array-like of shape (n_windows,), default=None
        Activity of each window: integers, strings or booleans. Recordings have their own labels.
    X_test : array-like of shape (n_test_windows, n_timesteps, n_channels), default=None
        Windows to score on, in the same form as ``X``. Not together with ``cv``.
    y_test : array-like of shape (n_test_windows,), default=None
        Activities of ``X_test``.
    cv : int, cross-validation splitter or iterable of splits, default=None
        How to split ``X``. Not together with ``X_test``. An integer is the number of folds: of
        `GroupKFold` with ``groups``, so that no subject is on both sides, otherwise of
        `StratifiedKFold`. All repeats use the same splits, so the spread over repeats is that of
        the training. The tables use the predictions for the test windows of all splits.
    groups : array-like of shape (n_windows,), default=None
        Subject of each window of ``X``. With ``cv`` the splitter uses it, and it gives the table
        per subject. With ``X_test`` it only serves to warn of subjects in both sets. ``fit`` does
        not get it.
    groups_test : array-like of shape (n_test_windows,), default=None
        Subject of each window of ``X_test``, for the table per subject.
    n_repeats : int, default=10
        Number of trainings; with ``cv``, number of runs of all splits.
    scoring : str, callable or None, default="accuracy"
        Name of a scikit-learn scorer, for recordings a name of
        :func:`~sklearn_har.recognition.recording_scorer`, a callable ``scorer(estimator, X, y)``,
        or None for the estimator's own ``score``. The tables do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Source of the seeds of the repeats. Each repeat sets every ``random_state`` parameter of the
        estimator, also nested ones, to a new integer. Pass an int for reproducible output; the
        first repeats are the same for any ``n_repeats``.
    n_jobs : int or None, default=None
        Number of parallel trainings (repeats times splits), through joblib. None means 1 unless in
        a `joblib.parallel_config` context; -1 means all processors.
    verbose : int, default=0
        With 1 or more, print one line per repeat, such as ``>#1: 90.057``, to standard error; on a
        terminal, also show the running training and the remaining time.

    Returns
    -------
    RepeatedEvaluation
        Scores, tables, seeds and times. ``print(result)`` shows the summary,
        ``print(result.report())`` everything.

    Warns
    -----
    UserWarning
        If ``groups`` and ``groups_test`` have subjects in common.

    See Also
    --------
    sklearn.model_selection.cross_validate : Run one cross-validation with any scorers.

    Notes
    -----
    The standard deviation is that of the population (``ddof=0``), as is usual for these networks.
    With a test set, it measures the variation of the training, not that between subjects: for that,
    use ``cv`` with ``groups`` and the table per subject.

    References
    ----------
    .. [1] X. Bouthillier et al., "Accounting for variance in machine learning benchmarks",
       Proceedings of Machine Learning and Systems 3, 2021.
       https://doi.org/10.48550/arXiv.2103.03098

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn_har.evaluation import repeated_evaluation
    >>> X, y = load_iris(return_X_y=True)
    >>> forest = RandomForestClassifier(n_estimators=5)
    >>> result = repeated_evaluation(forest, X, y, cv=3, n_repeats=2, random_state=0)
    >>> print(result)
    >#1: 9...
    >#2: 9...
    Accuracy: 9...% (+/-...)
    >>> result.confusion_matrix.sum(axis=1)
    array([100, 100, 100])
    """
    # First, because clone explains what is wrong with an object that is not an estimator.
    clone(estimator)
    n_repeats = check_integer(n_repeats, "n_repeats", minimum=1)
    if scoring is not None and not isinstance(scoring, str) and not callable(scoring):
        raise TypeError(
            "scoring must be the name of one scorer, a callable or None, "
            f"got {type(scoring).__name__}; call repeated_evaluation once for each score."
        )
    recordings = _are_recordings(X)
    if recordings and isinstance(scoring, str):
        from sklearn_har.recognition import recording_scorer

        scorer: Callable[..., Any] = recording_scorer(scoring)
    else:
        scorer = check_scoring(estimator, scoring=scoring)
    label = scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")

    X, y, groups = _check_arrays(X, y, groups, "y", "groups")
    if cv is None:
        if X_test is None or (y_test is None and not recordings):
            raise ValueError(
                "There is nothing to score on: pass X_test and y_test (both), or cv, such as "
                "cv=GroupKFold() with groups."
            )
        X_test, y_test, groups_test = _check_arrays(
            X_test, y_test, groups_test, "y_test", "groups_test"
        )
        _warn_of_shared_subjects(groups, groups_test)
        splits: list[tuple[Any, Any]] = [(slice(None), slice(None))]
    else:
        if not (X_test is None and y_test is None and groups_test is None):
            raise ValueError(
                "cv and X_test, y_test, groups_test exclude each other: pass a test set, or cv "
                "(with the subjects of all windows as groups)."
            )
        if groups is not None and isinstance(cv, Integral):
            cv = GroupKFold(n_splits=int(cv))
        # Only classifiers are accepted, also those without the type of one.
        targets = None if recordings else y
        splitter = check_cv(cv, targets, classifier=True)
        splits = _positions(splitter.split(X, targets, groups), len(y))
        X_test, y_test, groups_test = X, y, groups

    # Incompatible labels are found before the training, not after it.
    if not recordings:
        unique_labels(y, y_test)
    # Drawn from the generator, so that a RandomState instance gives other seeds at the next call.
    rng = check_random_state(random_state)
    seeds = sample_without_replacement(_MAX_SEED, n_repeats, random_state=rng).astype(np.int64)
    trainings = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_train_and_test)(estimator, seed, scorer, X, y, train, X_test, y_test, test)
        for seed in seeds.tolist()
        for train, test in splits
    )
    split_scores = np.empty((n_repeats, len(splits)))
    times = np.zeros((n_repeats, 2))
    y_pred = []
    histories: list[dict[str, list[float]] | None] = []
    total = n_repeats * len(splits)
    start = time.monotonic()
    with ProgressLine(wanted=verbose > 0) as progress:
        for repeat in range(n_repeats):
            results = []
            for split in range(len(splits)):
                done = repeat * len(splits) + split
                progress.show(f"training {done + 1}/{total}{time_left(start, done, total)}")
                # Results come in the order of the calls, each as soon as all earlier ones are done.
                results.append(next(trainings))
            split_scores[repeat] = [result[0] for result in results]
            times[repeat] = np.sum([result[1] for result in results], axis=0)
            y_pred.append(np.concatenate([result[2] for result in results]))
            histories += [result[3] for result in results]
            if verbose > 0:
                progress.clear()
                line = score_line(repeat + 1, split_scores[repeat].mean(), label)
                print(line, file=sys.stderr, flush=True)

    rows = np.concatenate([np.arange(len(y_test))[test] for _, test in splits])
    y_true = y_test[rows]
    groups_test = None if groups_test is None else groups_test[rows]
    if recordings:
        # From here on, samples of recordings take the role of windows.
        if groups_test is not None:
            groups_test = np.repeat(groups_test, [len(part) for part in y_true])
        y_true, known = _join_labels(y_true)
        y_true, y_pred = y_true[known], [predicted[known] for predicted in y_pred]
        groups_test = None if groups_test is None else groups_test[known]
        y = y_test = y_true
    classes = unique_labels(y, y_test, *y_pred)
    kept = tuple(history for history in histories if history is not None)
    return RepeatedEvaluation(
        scoring=label,
        scores=split_scores.mean(axis=1),
        split_scores=split_scores,
        seeds=seeds,
        classes=classes,
        per_class=_per_class(y_true, y_pred, classes),
        per_subject=None if groups_test is None else per_subject(y_true, y_pred, groups_test),
        confusion_matrix=sum(confusion_matrix(y_true, pred, labels=classes) for pred in y_pred),
        fit_times=times[:, 0],
        predict_times=times[:, 1],
        histories=kept if len(kept) == len(histories) else None,
    )


def _check_arrays(
    X: Any, y: Any, groups: Any, y_name: str, groups_name: str
) -> tuple[Any, Any, Any]:
    if _are_recordings(X):
        X = np.fromiter(check_recordings(X, y, labelled=True), dtype=object)
        y = np.fromiter((recording.labels for recording in X), dtype=object)
    else:
        X = X if hasattr(X, "shape") else np.asarray(X)
        y = check_column(y, y_name)
        check_classification_targets(y)
    if groups is not None:
        groups = check_column(groups, groups_name)
    check_consistent_length(X, y, groups)
    return X, y, groups


def _are_recordings(X: Any) -> bool:
    """Return whether `X` is a sequence of recordings."""
    return isinstance(X, list | tuple | np.ndarray) and any(isinstance(x, Recording) for x in X)


def _join_labels(parts: Sequence[NDArray[Any]]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Join labels of samples; return them, and a mask of the known ones."""
    labels = pd.Series(np.concatenate([np.asarray(part, dtype=object) for part in parts]))
    text = any(isinstance(label, str) for label in labels)
    known = labels.notna() & (text | (labels != -1))
    filled = labels.where(known, _NO_PREDICTION if text else -1)
    return np.array(filled.tolist()), known.to_numpy(dtype=bool)


def _warn_of_shared_subjects(groups: Any, groups_test: Any) -> None:
    if groups is None or groups_test is None:
        return
    shared = np.intersect1d(groups, groups_test).tolist()
    if shared:
        warn_user(
            f"{len(shared)} subject(s) are in the training and in the test windows "
            f"({first_few(shared, 5)}): the scores do not show how well the activities of an "
            "unseen person are recognised."
        )


def _train_and_test(
    estimator: Any,
    seed: int,
    scorer: Callable[..., float],
    X: Any,
    y: NDArray[Any],
    train: Any,
    X_test: Any,
    y_test: NDArray[Any],
    test: Any,
) -> tuple[float, tuple[float, float], NDArray[Any], dict[str, list[float]] | None]:
    """Train one clone; return its score, times of fit and predict in s, predictions and history."""
    model = clone(estimator)
    seeded = [name for name in model.get_params() if f"__{name}".endswith("__random_state")]
    model.set_params(**dict.fromkeys(seeded, seed))
    X_train, X_eval = _rows(X, train), _rows(X_test, test)
    start = time.perf_counter()
    model.fit(X_train, y[train])
    fitted = time.perf_counter()
    y_pred = model.predict(X_eval)
    y_pred = _join_labels(y_pred)[0] if _are_recordings(X_eval) else np.asarray(y_pred)
    predicted = time.perf_counter()
    score = scorer(model, X_eval, y_test[test])
    if not isinstance(score, int | float | np.number):
        raise TypeError(
            f"scoring must give one number, got {type(score).__name__}; call repeated_evaluation "
            "once for each score."
        )
    # The history of the classifier itself; a pipeline has none.
    classifier = model.steps[-1][1] if hasattr(model, "steps") else model
    history = getattr(classifier, "history_", None)
    history = history if isinstance(history, dict) else None
    return float(score), (fitted - start, predicted - fitted), y_pred, history


def _positions(splits: Iterable[Any], n_windows: int) -> list[tuple[Any, Any]]:
    """Return pairs of training and test windows, or raise an error about `cv`."""
    pairs = []
    for split in splits:
        pair = tuple(np.asarray(index) for index in split)
        if len(pair) != 2 or not all(
            index.ndim == 1
            and (
                (index.dtype.kind in "iu" and (np.abs(index) < n_windows).all())
                or (index.dtype.kind == "b" and len(index) == n_windows)
            )
            for index in pair
        ):
            raise ValueError(
                f"cv must give pairs of positions of training and test windows among the "
                f"{n_windows}, got {split!r}."
            )
        pairs.append(pair)
    return pairs


def _rows(X: Any, index: Any) -> Any:
    return X.iloc[index] if hasattr(X, "iloc") else X[index]


def _per_class(y_true: Any, y_pred: list[Any], classes: NDArray[Any]) -> pd.DataFrame:
    options = {"labels": classes, "zero_division": 0}
    # (n_repeats, 4, n_classes): precision, recall, f1, support
    values = np.array([precision_recall_fscore_support(y_true, p, **options) for p in y_pred])
    table = {}
    for i, measure in enumerate(("precision", "recall", "f1")):
        table[f"{measure}_mean"] = values[:, i].mean(axis=0)
        table[f"{measure}_std"] = values[:, i].std(axis=0)
    table["support"] = values[0, 3].astype(np.int64)
    return pd.DataFrame(table, index=pd.Index(classes, name="class"))
