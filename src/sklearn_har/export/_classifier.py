"""Predict with exported files. The import needs only numpy, and predicting only the runtime."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sklearn_har.export._metadata import Metadata, check_seal, find_metadata
from sklearn_har.utils._arrays import one_each
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._numbers import check_integer
from sklearn_har.utils._optional import import_optional

# The runtime gets this many windows at once if the file accepts any number.
_BATCH = 256
_AXES = "(n_windows, n_timesteps, n_channels)"
Windows = npt.NDArray[np.float32]
_LITERT_IDENTIFIER = b"TFL3"


class ExportedClassifier:
    """Predict activities with a file of :func:`to_onnx` or :func:`to_litert`.

    It needs only numpy and the runtime of the file: neither TensorFlow nor Keras nor scikit-learn.
    The file contains no Python code, so loading it is safe, and its own SHA-256, so accidental
    changes are detected.

    Parameters
    ----------
    path : str or path-like
        The file; its content determines the format.
    n_threads : int, default=1
        Number of threads of the runtime for one call. The networks are small, so more than one is
        useful only for large batches.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, in the order of the probabilities.
    activity_names : tuple of str
        Their names: those of the export, or else `classes_`.
    channel_names : tuple of str or None
        The channels of a window, in order, if they were known at the export.
    sampling_rate : float or None
        Sampling rate of the windows, in Hz, if it was given at the export.
    recognizer : dict or None
        The result of :meth:`~sklearn_har.recognition.ActivityRecognizer.describe` for an exported
        recognizer; None for a classifier.
    preparation : Preparation or None
        How recordings are prepared, for an exported recognizer.
    n_timesteps_in_ : int
        Number of time steps of a window.
    n_channels_in_ : int
        Number of channels.
    batch_size : int or None
        Number of windows that the file takes at once; None for any number. Other numbers are split
        and padded.
    format : {"ONNX", "LiteRT"}
        The format of the file.
    quantize : {None, "dynamic", "float16"}
        How the model was quantised.
    version : str
        The version of sklearn-har that wrote the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not a model, not from this package, or altered.
    ImportError
        If the runtime is not installed.

    See Also
    --------
    to_onnx : Write such a file.
    to_litert : Write such a file in the format LiteRT.
    sklearn_har.recognition.ActivityRecognizer.from_classifier : Predict from raw recordings.

    Notes
    -----
    Probabilities equal those of the estimator up to rounding. Several threads may use one
    `ExportedClassifier`. A pickle of it includes the content of its file.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_har import CNNLSTMClassifier
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.export import ExportedClassifier, to_onnx
    >>> har = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> clf = CNNLSTMClassifier(epochs=1, random_state=0).fit(har.data, har.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "har.onnx"
    ...     report = to_onnx(clf, path, activity_names=har.target_names, sampling_rate=50.0)
    ...     exported = ExportedClassifier(path)
    >>> exported.predict_proba(har.data[:2]).shape
    (2, 6)
    >>> exported.activity_names[0], exported.sampling_rate
    ('walking', 50.0)
    """

    def __init__(self, path: str | Path, *, n_threads: int = 1) -> None:
        self._load(Path(path).read_bytes(), str(path), n_threads)

    def _load(self, content: bytes, path: str, n_threads: int) -> None:
        self._n_threads = check_integer(n_threads, "n_threads", minimum=1)
        self._content, self._path = content, path
        try:
            # Before the runtime, whose native code may crash on an altered file.
            check_seal(content)
            self._runtime = open_runtime(content, self._n_threads)
            if self._runtime.metadata is None:
                raise ValueError("it lacks the classes that files of sklearn-har contain")
            metadata = Metadata.from_json(self._runtime.metadata)
            self.classes_ = metadata.labels()
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: not a model exported by sklearn-har: {error}.") from error
        self.activity_names = tuple(metadata.activity_names)
        names = metadata.channel_names
        self.channel_names = None if names is None else tuple(names)
        self.sampling_rate = metadata.sampling_rate
        self.recognizer = metadata.recognizer
        self.n_timesteps_in_ = metadata.n_timesteps
        self.n_channels_in_ = metadata.n_channels
        self.n_features_in_ = metadata.n_timesteps * metadata.n_channels
        self.quantize = metadata.quantize
        self.version = metadata.sklearn_har
        self.batch_size = self._runtime.batch_size
        self.format = self._runtime.format

    @property
    def preparation(self) -> Any:
        """Return the preparation of recordings; None if the file has none."""
        if self.recognizer is None:
            return None
        # Imported here: for windows, scikit-learn may be missing.
        from sklearn_har.preparation import Preparation

        items = self.recognizer["preparation"].items()
        # JSON has no tuples.
        params: Any = {name: tuple(v) if isinstance(v, list) else v for name, v in items}
        return Preparation(**params)

    def predict_proba(self, X: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Return the probability of each activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows. Also (n_windows, n_timesteps) for windows with one channel, and subsequences
            (n_windows, n_steps, n_timesteps / n_steps, n_channels).

        Returns
        -------
        ndarray of shape (n_windows, n_classes)
            Probabilities in the order of `classes_`.
        """
        windows = self._check(X)
        size = self.batch_size or _BATCH
        results = []
        for start in range(0, len(windows), size):
            part = windows[start : start + size]
            missing = size - len(part) if self.batch_size else 0
            if missing:
                part = np.concatenate([part, np.zeros((missing, *part.shape[1:]), part.dtype)])
            results.append(self._runtime.run(part)[: size - missing])
        return results[0] if len(results) == 1 else np.concatenate(results)

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return the most probable activity.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`predict_proba` accepts.

        Returns
        -------
        ndarray of shape (n_windows,)
            Labels of `classes_`.
        """
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def score(self, X: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """Return the accuracy.

        Parameters
        ----------
        X : array-like of shape (n_windows, n_timesteps, n_channels)
            Windows, or any other form that :meth:`predict_proba` accepts.
        y : array-like of shape (n_windows,)
            True activities.

        Returns
        -------
        float
            Share of the windows that are recognised correctly.
        """
        predicted = self.predict(X)
        return float(np.mean(predicted == one_each(y, "y", "label", len(predicted))))

    def _check(self, X: npt.ArrayLike) -> npt.NDArray[np.float32]:
        windows = np.asarray(X)
        if windows.dtype.kind not in "biuf":
            raise ValueError(f"X must hold real numbers, got dtype {windows.dtype}.")
        expected = self.n_timesteps_in_, self.n_channels_in_
        if windows.ndim == 2 and windows.shape[1] == self.n_features_in_:
            windows = windows.reshape(len(windows), *expected)
        if windows.ndim == 4 and windows.shape[1] * windows.shape[2] == expected[0]:
            windows = windows.reshape(len(windows), expected[0], -1)
        if windows.ndim != 3 or windows.shape[1:] != expected:
            raise ValueError(
                f"X must be windows of {expected[0]} time steps and {expected[1]} channel(s), as "
                f"the exported model was trained on; axes are {_AXES}; got shape {windows.shape}."
            )
        if not len(windows):
            raise ValueError(f"X must hold at least one window, got shape {windows.shape}.")
        # Before the check, which then also finds values too large for single precision.
        with np.errstate(over="ignore"):
            windows = np.ascontiguousarray(windows, dtype=np.float32)
        if not np.isfinite(windows).all():
            raise ValueError(
                "X has values that are missing (NaN), infinite, or too large for float32."
            )
        return windows

    def __getstate__(self) -> dict[str, Any]:
        return {"content": self._content, "path": self._path, "n_threads": self._n_threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._load(state["content"], state["path"], state["n_threads"])

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self._path!r}: {self.format}, {len(self.classes_)} "
            f"activities, windows of {self.n_timesteps_in_} x {self.n_channels_in_})"
        )


def open_runtime(content: bytes, n_threads: int) -> OnnxRuntime | LiteRTRuntime:
    """Load the bytes of a file into the runtime of its format."""
    if content[4:8] == _LITERT_IDENTIFIER:
        return LiteRTRuntime(content, n_threads)
    return OnnxRuntime(content, n_threads)


class OnnxRuntime:
    """onnxruntime, on processors."""

    format = "ONNX"

    def __init__(self, content: bytes, n_threads: int) -> None:
        runtime = import_optional("onnxruntime", extra="onnx", needed_by="An exported ONNX model")
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
        # Errors are raised; the log only repeats them.
        options.log_severity_level = 4
        # Spinning threads that wait for the next window would keep cores of a phone awake.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        on = ["CPUExecutionProvider"]
        try:
            self._session = runtime.InferenceSession(content, options, providers=on)
        except Exception as error:  # the library has its own class for each kind of failure
            raise ValueError(
                f"not a model that onnxruntime can read ({one_line(error)})"
            ) from error
        (entry,) = self._session.get_inputs()
        self._input, size = entry.name, entry.shape[0]
        self.batch_size: int | None = size if isinstance(size, int) else None
        properties = self._session.get_modelmeta().custom_metadata_map
        self.metadata: str | None = properties.get("sklearn_har")

    def run(self, windows: Windows) -> npt.NDArray[np.float32]:
        return np.asarray(self._session.run(None, {self._input: windows})[0])


class LiteRTRuntime:
    """ai-edge-litert, on processors. It supports one call at a time, because it has one memory."""

    format = "LiteRT"

    def __init__(self, content: bytes, n_threads: int) -> None:
        runtime = import_optional(
            "ai_edge_litert.interpreter", extra="litert", needed_by="An exported LiteRT model"
        )
        self._lock = threading.Lock()
        try:
            # The interpreter reads this memory as long as it exists.
            self._content = content
            self._interpreter = runtime.Interpreter(model_content=content, num_threads=n_threads)
            self._interpreter.allocate_tensors()
            self.metadata: str | None = find_metadata(content)
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"not a model that LiteRT can read ({one_line(error)})") from error
        (entry,) = self._interpreter.get_input_details()
        self._input = entry["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._shape = tuple(entry["shape"])
        signature = entry["shape_signature"]
        self.batch_size: int | None = None if signature[0] < 0 else int(signature[0])

    def run(self, windows: Windows) -> npt.NDArray[np.float32]:
        with self._lock:
            if windows.shape != self._shape:
                self._interpreter.resize_tensor_input(self._input, windows.shape)
                self._interpreter.allocate_tensors()
                self._shape = windows.shape
            self._interpreter.set_tensor(self._input, windows)
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output))
