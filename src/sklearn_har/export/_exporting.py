"""The functions `to_onnx` and `to_litert`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sklearn_har.export._metadata import make_metadata, seal
from sklearn_har.export._report import ExportReport, compare
from sklearn_har.utils._numbers import check_integer, check_real

# In LiteRT, an LSTM with at most this many steps is faster unrolled than as a loop.
_MAX_WRITTEN_OUT = 16
_QUANTIZE = {"ONNX": (None, "dynamic"), "LiteRT": (None, "dynamic", "float16")}


def to_onnx(
    estimator: Any,
    path: str | os.PathLike[str],
    *,
    quantize: Literal["dynamic"] | None = None,
    batch_size: int | None = None,
    activity_names: Sequence[str] | None = None,
    channel_names: Sequence[str] | None = None,
    sampling_rate: float | None = None,
    X: npt.ArrayLike | None = None,
    y: npt.ArrayLike | None = None,
    atol: float = 1e-5,
) -> ExportReport:
    """Write a fitted classifier as an ONNX file.

    All steps become one Keras model, which Keras exports by tf2onnx. The file computes
    probabilities from raw windows: it contains the scaling of the channels, the subsequences and
    the network. Its input is ``windows``, float32 of shape (n_windows, n_timesteps, n_channels),
    and its output ``probabilities``, of shape (n_windows, n_classes). It is loaded and compared
    with the estimator before it replaces a file at `path`.

    Parameters
    ----------
    estimator : classifier or ActivityRecognizer
        A fitted network of :mod:`sklearn_har.neural_network`, a pipeline that ends with one, a
        search over either, or a :class:`~sklearn.ensemble.VotingClassifier` of them with
        `voting="soft"`, such as :func:`~sklearn_har.recipes.make_best`. For an
        :class:`~sklearn_har.recognition.ActivityRecognizer`, the file contains its classifier, and
        the metadata its preparation, channels and smoothing.
    path : str or path-like
        The file, usually with the ending ``.onnx``.
    quantize : {"dynamic"}, default=None
        How to make the file smaller. "dynamic" stores the weights of dense and LSTM layers as
        bytes, rounded to 7 bits, and rounds their factors to 8 bits while the model runs. An LSTM
        over many steps also becomes faster. Such a file needs ONNX Runtime, whose operators it
        uses. See Notes for differences between processors.
    batch_size : int, default=None
        Number of windows that the file takes at once. None for any number.
    activity_names : sequence of str, default=None
        A name for each of `estimator.classes_`. None for the classes themselves.
    channel_names : sequence of str, default=None
        The channels of a window, in order. None for those of the frame that the estimator was
        fitted with.
    sampling_rate : float, default=None
        Sampling rate of the windows, in Hz. None for that of a recognizer.
    X : array-like of shape (n_windows, n_timesteps, n_channels), default=None
        Windows for the comparison, in a form that the estimator accepts; for a recognizer also
        labelled recordings. None for 64 random windows.
    y : array-like of shape (n_windows,), default=None
        Their activities, to compare the accuracy too. For recordings as in
        :meth:`ActivityRecognizer.fit <sklearn_har.recognition.ActivityRecognizer.fit>`.
    atol : float, default=1e-5
        The largest accepted difference between probabilities of the file and of the estimator,
        unless the file is quantised.

    Returns
    -------
    ExportReport
        Size of the file, and its difference from the estimator.

    Raises
    ------
    TypeError
        If `estimator` is not a classifier.
    NotFittedError
        If it is not fitted.
    ExportError
        If a step of the pipeline or the network cannot be exported, or if the file differs from
        the estimator by more than `atol`.
    ImportError
        If `onnx`, `onnxruntime` or `tf2onnx` is not installed:
        ``pip install 'sklearn-har[onnx]'``.

    Warns
    -----
    ExportWarning
        If a quantised model predicts another activity in more than 1 % of the windows.

    See Also
    --------
    to_litert : Write a file for phones and microcontrollers.
    ExportedClassifier : Predict with the file, without TensorFlow.

    Notes
    -----
    These scalers can be exported: `StandardScaler`, `MinMaxScaler`, `MaxAbsScaler`, `RobustScaler`
    and `PowerTransformer` in a :class:`~sklearn_har.preprocessing.ChannelwiseTransformer`. A
    `FunctionTransformer` cannot, because it is Python code.

    A quantised file computes the same products of integers on every processor. On x86-64 without
    VNNI, ONNX Runtime adds two products of bytes in 16 bits. Weights of 8 bits would overflow,
    weights of 7 bits fit. The only difference between processors is the rounding of real numbers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn_har import CNNLSTMClassifier
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.export import to_onnx
    >>> from sklearn_har.preprocessing import ChannelwiseTransformer
    >>> har = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> pipeline = make_pipeline(
    ...     ChannelwiseTransformer(StandardScaler()), CNNLSTMClassifier(epochs=1, random_state=0)
    ... ).fit(har.data, har.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = to_onnx(pipeline, Path(folder) / "har.onnx", X=har.data)
    >>> report.n_windows, report.agreement, report.max_difference < 1e-5
    (60, 1.0, True)
    """
    names = activity_names, channel_names
    options = quantize, batch_size, names, sampling_rate, X, y, atol
    return _export("ONNX", estimator, Path(path), *options)


def to_litert(
    estimator: Any,
    path: str | os.PathLike[str],
    *,
    quantize: Literal["dynamic", "float16"] | None = None,
    batch_size: int | None = 1,
    activity_names: Sequence[str] | None = None,
    channel_names: Sequence[str] | None = None,
    sampling_rate: float | None = None,
    X: npt.ArrayLike | None = None,
    y: npt.ArrayLike | None = None,
    atol: float = 1e-5,
) -> ExportReport:
    """Write a fitted classifier as a LiteRT (TensorFlow Lite) file.

    It works like :func:`to_onnx`, in the format of phones and microcontrollers, by TensorFlow's
    converter. The file uses only operators of LiteRT itself, keeps no state between windows, and
    has one signature, ``serving_default``, from ``windows`` to ``probabilities``.

    Parameters
    ----------
    estimator, path : classifier or ActivityRecognizer, and path-like
        As in :func:`to_onnx`; the usual ending is ``.tflite``.
    quantize : {"dynamic", "float16"}, default=None
        How to make the file smaller. "float16" stores weights in half precision, half the size.
        "dynamic" stores them as integers of 8 bits, a quarter of the size, and rounds their factors
        while the model runs.
    batch_size : int, default=1
        Number of windows that the file takes at once. None for any number, which is impossible for
        an LSTM over more than 16 steps and with `mask_value`.
    activity_names, channel_names, sampling_rate, X, y, atol : optional
        As in :func:`to_onnx`.

    Returns
    -------
    ExportReport
        Size of the file, and its difference from the estimator.

    Raises
    ------
    ImportError
        If `ai-edge-litert` is not installed: ``pip install 'sklearn-har[litert]'``. :func:`to_onnx`
        lists the other errors and warnings.

    See Also
    --------
    to_onnx : Write a file for servers, browsers and desktops.
    ExportedClassifier : Predict with the file, without TensorFlow.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_har import CNNLSTMClassifier
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.export import to_litert
    >>> har = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> clf = CNNLSTMClassifier(epochs=1, random_state=0).fit(har.data, har.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     exact = to_litert(clf, Path(folder) / "har.tflite", X=har.data)
    ...     small = to_litert(clf, Path(folder) / "small.tflite", X=har.data, quantize="float16")
    >>> exact.max_difference < 1e-5, f"{exact.n_bytes / small.n_bytes:.1f} times smaller"
    (True, '2.0 times smaller')
    """
    names = activity_names, channel_names
    options = quantize, batch_size, names, sampling_rate, X, y, atol
    return _export("LiteRT", estimator, Path(path), *options)


def _export(
    kind: str,
    estimator: Any,
    path: Path,
    quantize: Literal["dynamic", "float16"] | None,
    batch_size: int | None,
    names: tuple[Sequence[str] | None, Sequence[str] | None],
    sampling_rate: float | None,
    X: npt.ArrayLike | None,
    y: npt.ArrayLike | None,
    atol: float,
) -> ExportReport:
    """Convert to a temporary file, compare it, and only then move it to its path."""
    # Imported here: exported models are also used without scikit-learn and Keras.
    from sklearn_har.export._converting import convert_to_litert, convert_to_onnx
    from sklearn_har.export._reading import read_estimator

    known = _QUANTIZE[kind]
    if quantize not in known:
        raise ValueError(f"quantize must be one of {known} for a file of {kind}, got {quantize!r}.")
    if batch_size is not None:
        batch_size = check_integer(batch_size, "batch_size", minimum=1)
    if y is not None and X is None:
        raise ValueError("y goes with X: the activities of windows; got y without X.")
    tolerance = check_real(atol, "atol", minimum=0.0)
    recognizer = None
    if hasattr(estimator, "describe"):
        # An ActivityRecognizer: export its classifier and describe its preparation.
        recognizer = estimator.describe()
        activities = [str(activity) for activity in estimator.classes_.tolist()]
        names = names[0] or activities, names[1] or recognizer["window_channel_names"]
        sampling_rate = sampling_rate or estimator.preparation_.sampling_rate
        X, y = _windows_of_recordings(estimator, X, y)
        estimator = estimator.estimator_
    plan = read_estimator(estimator)
    metadata = make_metadata(plan, *names, sampling_rate, quantize, recognizer).to_json()
    windows = plan.likely_windows() if X is None else _windows(plan, X)
    if kind == "ONNX":
        # The converter makes one operator of a whole LSTM only if it is a loop.
        model = plan.compose(max_written_out=0)
        content = convert_to_onnx(model, batch_size, metadata, quantize=quantize is not None)
    else:
        model = plan.compose(max_written_out=_MAX_WRITTEN_OUT, exact=quantize == "float16")
        content = convert_to_litert(model, batch_size, metadata, quantize=quantize)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(seal(content))
        accepted = None if quantize else tolerance
        report = compare(plan.estimator, part, windows, y, tolerance=accepted, shown_as=path)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return report


def _windows_of_recordings(recognizer: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Return windows of recordings and their labels; windows stay unchanged."""
    if X is None or hasattr(X, "dtype"):
        return X, y
    # Imported here, because it loads pandas, which exported files do not need.
    from sklearn_har.utils._channels import with_channels

    recordings = [with_channels(recording, recognizer.channel_names_in_) for recording in X]
    if y is not None:
        recordings = [recording.with_labels(y[i]) for i, recording in enumerate(recordings)]
    windows = recognizer.preparation_.windows(
        recordings, label_rule=recognizer.label_rule, unlabelled=recognizer.unlabelled
    )
    return windows.data, windows.target


def _windows(plan: Any, X: Any) -> npt.NDArray[np.float32]:
    """Return windows with three axes."""
    n_timesteps, n_channels = plan.shape
    windows = np.asarray(X, dtype=np.float32)
    if not len(windows) or windows[0].size != n_timesteps * n_channels:
        raise ValueError(
            f"X must be windows of {n_timesteps} time steps and {n_channels} channel(s), "
            f"got shape {windows.shape}."
        )
    return windows.reshape(len(windows), n_timesteps, n_channels)
