"""Write a page that runs a recognizer in the browser of a phone.

The page prepares samples by its own modules, because no library for browsers gives the numbers of
our preparation. onnxruntime-web runs the model.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from sklearn_har._version import __version__
from sklearn_har.exceptions import ExportError
from sklearn_har.export._classifier import ExportedClassifier
from sklearn_har.export._exporting import to_onnx
from sklearn_har.export._report import ExportReport, compare
from sklearn_har.export._web_runtime import read_runtime

_FORMAT = 1
_MODEL, _FACTS, _WORKER, _MANIFEST = "model.onnx", "model.json", "sw.js", "app.webmanifest"
# A rate lower by this factor than that of the training lacks frequencies of the model.
_LOWER_RATE = 0.9
# In s: the duration of an activity if the recognizer gives none, as in timelines.
_EXPECTED_DURATION = 10.0
_AXIS = re.compile(r"(?i)(?<![a-z])([xyz])(?![a-z])|([xyz])$")


def to_web(
    recognizer: Any,
    folder: str | os.PathLike[str],
    *,
    title: str | None = None,
    runtime: str | os.PathLike[str] | None = None,
) -> ExportReport:
    """Write a page that recognises activities in the browser of a phone.

    The page reads the motion sensors of the phone, prepares the samples, runs the model and shows
    the activity. It computes the decisions of
    :meth:`~sklearn_har.recognition.ActivityRecognizer.stream`. It also records samples, with labels
    that you tap, as CSV files for `sklearn-har train`. Everything runs on the phone: once opened,
    the page works without a network, and it sends nothing.

    The folder holds static files for any web server. Phones give pages access to their sensors only
    over HTTPS or from `localhost`.

    Parameters
    ----------
    recognizer : ActivityRecognizer
        Fitted on three accelerations, including gravity, with or without three angular velocities.
    folder : str or path-like
        The folder to write: new, empty, or written by this function before.
    title : str, default=None
        The title of the page. None for "What am I doing?".
    runtime : str or path-like, default=None
        The folder of the npm package `onnxruntime-web`, or a `node_modules` that contains it; two
        files (14 MB) are copied from it. None searches `node_modules` in the working directory and
        above; without one, npm fetches the package once.

    Returns
    -------
    ExportReport
        The report of the model on the page, as from :func:`to_onnx`.

    Raises
    ------
    TypeError
        If `recognizer` is not an ActivityRecognizer.
    NotFittedError
        If it is not fitted.
    ExportError
        If it needs channels that the browser of a phone lacks, or its classifier cannot be
        exported.
    FileExistsError
        If `folder` contains other files.
    FileNotFoundError
        If there is no `runtime`, and npm is not installed.

    See Also
    --------
    to_onnx : Write only the model.
    sklearn_har.preparation.preparation_coefficients : Compute the coefficients for the page.

    Examples
    --------
    >>> from sklearn_har.export import to_web
    >>> from sklearn_har.recognition import load_pretrained
    >>> report = to_web(load_pretrained(), "phone")  # doctest: +SKIP
    >>> print(report)  # doctest: +SKIP
    phone/model.onnx: ONNX, 183 kB
    compared on 64 windows: the same activity in 100.00%, probabilities within 0.0e+00
    """
    facts = _facts_of(recognizer, "What am I doing?" if title is None else title)
    target = Path(folder)
    _check_folder(target)
    content = read_runtime(runtime)
    for file in (files("sklearn_har.export") / "web").iterdir():
        if file.is_file():
            content[file.name] = file.read_bytes()
    target.mkdir(parents=True, exist_ok=True)
    report = _write_model(recognizer, target / _MODEL)
    # A phone with a saved page fetches it again when the bytes of any file change.
    content[_FACTS] = json.dumps(facts).encode()
    manifest = json.loads(content[_MANIFEST]) | {"name": facts["title"]}
    content[_MANIFEST] = json.dumps(manifest).encode()
    digest = hashlib.sha256((target / _MODEL).read_bytes())
    for name in sorted(content):
        digest.update(content[name])
    told = {"VERSION": digest.hexdigest(), "FILES": sorted({*content, _MODEL} - {_WORKER})}
    lines = [f"const {name} = {json.dumps(value)};\n" for name, value in told.items()]
    content[_WORKER] = "".join(lines).encode() + content[_WORKER]
    for name, data in content.items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return report


def _facts_of(recognizer: Any, title: str) -> dict[str, Any]:
    """Return the data that the page needs, fit for JSON."""
    if not hasattr(recognizer, "describe") or isinstance(recognizer, type):
        raise TypeError(
            f"recognizer must be a fitted ActivityRecognizer, got {recognizer!r:.80}. "
            "ActivityRecognizer.from_classifier(classifier, preparation) makes one of a classifier "
            "of windows."
        )
    # Imported here: exported models are also used without scikit-learn and scipy.
    from sklearn_har.preparation import preparation_coefficients
    from sklearn_har.utils._uci_har_names import RECORDED_CHANNEL_NAMES

    told = recognizer.describe()
    preparation = recognizer.preparation_
    names = told["channel_names"] or RECORDED_CHANNEL_NAMES
    numbers = preparation_coefficients(preparation, names)
    params, learnt = told["params"], told["training_facts"]
    duration = params["expected_duration"]
    if isinstance(duration, str) or np.ndim(duration):
        raise ExportError(
            "The page takes one expected_duration for all activities, got "
            f"{duration!r}: set_params(expected_duration=...) to a number of seconds."
        )
    rate = preparation.sampling_rate
    return {
        "format": _FORMAT,
        "sklearn_har": __version__,
        "title": title,
        "activities": [str(activity) for activity in recognizer.classes_.tolist()],
        "inputs": _inputs(numbers),
        "lowest_rate": _LOWER_RATE * min(rate, learnt.get("sampling_rate", rate)),
        "preparation": numbers,
        "smoothing": {
            "method": params["smoothing"],
            "expected_duration": float(_EXPECTED_DURATION if duration is None else duration),
            "class_prior": learnt.get("activities", {}).get("class_prior"),
            "min_probability": params["min_probability"],
        },
        "novelty": learnt.get("novelty"),
    }


def _inputs(numbers: dict[str, Any]) -> list[str]:
    """Return the value of a motion event for each channel, such as "acceleration.x"."""
    names, n_moving = numbers["channel_names"], numbers["n_acceleration"]
    n_turning = numbers["n_angular_velocity"]
    others = names[n_moving + n_turning :]
    if others or n_moving != 3 or n_turning not in (0, 3):
        raise ExportError(
            "A phone's browser measures acceleration and angular velocity along x, y and z; the "
            f"recognizer reads acceleration={names[:n_moving]}, "
            f"angular_velocity={names[n_moving : n_moving + n_turning]} and other={others}. Train "
            "one with Preparation.from_preset('uci-har') or 'accelerometer' on these channels."
        )
    moving = _axes(names[:3], "acceleration")
    return moving + (_axes(names[3:], "rotation") if n_turning else [])


def _axes(names: Sequence[str], kind: str) -> list[str]:
    found = [(match[1] or match[2]).lower() for name in names if (match := _AXIS.search(name))]
    # Names without axes count as x, y and z.
    return [f"{kind}.{axis}" for axis in (found if sorted(found) == [*"xyz"] else "xyz")]


def _check_folder(folder: Path) -> None:
    """Raise an error unless a folder is new, empty, or a page of this package."""
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"folder must be a folder, '{folder}' is a file.")
    if folder.is_dir() and any(folder.iterdir()) and not _is_page(folder):
        raise FileExistsError(
            f"folder must be new or empty, or hold a page of sklearn-har, which is replaced; "
            f"'{folder}' has other files."
        )


def _is_page(folder: Path) -> bool:
    try:
        return "sklearn_har" in json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return False


def _write_model(recognizer: Any, path: Path) -> ExportReport:
    classifier = recognizer.estimator_
    if not isinstance(classifier, ExportedClassifier):
        return to_onnx(recognizer, path)
    if classifier.format != "ONNX":
        raise ExportError(
            f"The page runs ONNX files, and the classifier is a {classifier.format} file: export "
            "the recognizer that it was made of."
        )
    if classifier.batch_size not in (None, 1):
        raise ExportError(
            f"The page classifies one window at a time, and the classifier is a file for "
            f"batch_size={classifier.batch_size}: export it again with any batch_size, or 1."
        )
    path.write_bytes(classifier._content)
    shape = 64, classifier.n_timesteps_in_, classifier.n_channels_in_
    windows = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return compare(classifier, path, windows, None, tolerance=0.0, shown_as=path)
