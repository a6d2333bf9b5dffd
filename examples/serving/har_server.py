"""
=====================
Activities over HTTP
=====================

A fitted pipeline, or a file that :func:`~sklearn_har.export.to_onnx` or
:func:`~sklearn_har.export.to_litert` wrote, answers requests on this machine::

    pip install "sklearn-har[serve,onnx]"
    python har_server.py har.onnx --port 8000

Windows in g and rad/s go in, as JSON or as the bytes of ``numpy.save``; activities and
probabilities come out::

    curl -X POST 127.0.0.1:8000/predict -H "Content-Type: application/json" \\
        -d '{"windows": [[[0.1, ...], ...]]}'

The server listens on 127.0.0.1 alone. It has neither encryption nor passwords: what stands between
it and a network has to bring them.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import math
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

# %%
# Limits
# ------
# Each has an answer of its own, and none of them needs the whole request to be read first.

MAX_WINDOWS = 512
MAX_WAITING = 32  # requests that wait for the model; more are turned away
SECONDS_TO_SEND = 10.0  # a request


class Refused(Exception):  # noqa: N818  # said as the server says it
    """A request that is not answered: a status of HTTP, a word for programs and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> JSONResponse:
        """Return the error as JSON."""
        headers = {"Retry-After": "1"} if self.status == 503 else {}
        content = {"error": {"code": self.code, "message": self.message}}
        return JSONResponse(content, status_code=self.status, headers=headers)


# %%
# What comes in
# -------------


async def body_of(request: Request, max_bytes: int) -> bytes:
    """Read the body, and stop reading as soon as it is too long or too slow."""
    too_long = Refused(
        413, "body_too_large", f"The body must have at most {max_bytes} bytes: send fewer windows."
    )
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > max_bytes:
        raise too_long
    parts, size = [], 0
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for part in request.stream():
                size += len(part)
                if size > max_bytes:
                    raise too_long
                parts.append(part)
    except TimeoutError:
        raise Refused(
            408, "body_too_slow", f"The body must arrive within {SECONDS_TO_SEND:g} s."
        ) from None
    return b"".join(parts)


def windows_of_json(body: bytes) -> np.ndarray:
    """Read ``{"windows": [[[...], ...], ...]}``."""

    def no_number(word: str) -> float:
        raise Refused(422, "not_finite", f"windows must hold finite numbers, got {word}.")

    try:
        content = json.loads(body, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "not_json", f"The body must be JSON: {error}.") from None
    if not isinstance(content, dict) or set(content) != {"windows"}:
        got = sorted(content) if isinstance(content, dict) else type(content).__name__
        raise Refused(422, "not_windows", f"The body must be {{'windows': [...]}}, got {got}.")
    try:
        array = np.asarray(content["windows"])
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise Refused(
            422, "not_windows", "windows must be nested lists of numbers, all of one length."
        )
    return array


def windows_of_npy(body: bytes) -> np.ndarray:
    """Read what ``numpy.save`` wrote; the header is believed only as far as there are bytes."""
    file = io.BytesIO(body)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("it has another version than 1.0")
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file, max_header_size=1000)
    except ValueError as error:
        raise Refused(400, "not_npy", f"The body must be an .npy file: {error}.") from None
    if by_columns or dtype not in (np.dtype("<f4"), np.dtype("<f8")):
        raise Refused(
            422, "not_windows", f"The array must be float32 or float64 in C order, got {dtype}."
        )
    told, there = math.prod(shape) * dtype.itemsize, len(body) - file.tell()
    if told != there:
        raise Refused(400, "not_npy", f"The header tells of {told} bytes, {there} follow it.")
    return np.frombuffer(body, dtype, offset=file.tell()).reshape(shape)


READERS: dict[str, Callable[[bytes], np.ndarray]] = {
    "application/json": windows_of_json,
    "application/x-npy": windows_of_npy,
}


def checked(array: np.ndarray, n_timesteps: int, n_channels: int) -> np.ndarray:
    """Return float32 windows of the shape that the model was trained on."""
    if array.ndim != 3 or array.shape[1:] != (n_timesteps, n_channels):
        raise Refused(
            422,
            "wrong_shape",
            f"windows must have the shape (n_windows, {n_timesteps}, {n_channels}): windows, "
            f"time steps, channels; got {array.shape}.",
        )
    if not 0 < len(array) <= MAX_WINDOWS:
        raise Refused(
            413 if len(array) else 422,
            "too_many_windows" if len(array) else "no_windows",
            f"A request must have 1 to {MAX_WINDOWS} windows, got {len(array)}.",
        )
    with np.errstate(over="ignore"):
        windows = array.astype(np.float32)
    broken = np.flatnonzero(~np.isfinite(windows).all(axis=(1, 2)))
    if len(broken):
        raise Refused(
            422,
            "not_finite",
            f"windows must hold finite numbers: window {broken[0]} (counted from 0) does not, and "
            f"{len(broken)} of {len(array)} in all.",
        )
    return windows


# %%
# What goes out
# -------------


class Answer(BaseModel):
    """One entry a window in each list; a row of probabilities has one for each of `classes`."""

    activities: list[str]
    classes: list[str]
    probabilities: list[list[float]]


class Model(BaseModel):
    """What the server expects and knows."""

    n_timesteps: int
    n_channels: int
    channel_names: list[str] | None
    sampling_rate: float | None
    classes: list[str]
    max_windows: int


def create_app(model: Any, *, activity_names: Any = None, n_parallel: int = 1) -> FastAPI:
    """Return the application around a fitted classifier, pipeline or `ExportedClassifier`.

    Names of activities are those of the model or `activity_names`, in the order of its `classes_`.
    As many as `n_parallel` requests are computed at a time.
    """
    parts = [model, *(step for _, step in getattr(model, "steps", ()))]
    shaped = next(part for part in parts if hasattr(part, "n_timesteps_in_"))
    n_timesteps, n_channels = shaped.n_timesteps_in_, shaped.n_channels_in_
    names = getattr(model, "activity_names", None) if activity_names is None else activity_names
    classes = [str(name) for name in (model.classes_ if names is None else names)]
    # The longest number that JSON needs for a float64 has 25 characters, with its comma.
    max_bytes = 25 * MAX_WINDOWS * n_timesteps * n_channels
    at_work, waiting = asyncio.Semaphore(n_parallel), 0
    app = FastAPI(title="sklearn-har", summary="Windows of motion sensors to activities")

    @app.middleware("http")
    async def refuse(request: Request, call: Callable[[Request], Awaitable[Any]]) -> Any:
        try:
            return await call(request)
        except Refused as refused:
            return refused.response()

    @app.get("/model")
    async def describe() -> Model:
        channels = getattr(model, "channel_names", None)
        return Model(
            n_timesteps=n_timesteps,
            n_channels=n_channels,
            channel_names=None if channels is None else list(channels),
            sampling_rate=getattr(model, "sampling_rate", None),
            classes=classes,
            max_windows=MAX_WINDOWS,
        )

    @app.post("/predict")
    async def predict(request: Request) -> Answer:
        nonlocal waiting
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in READERS:
            raise Refused(
                415, "wrong_type", f"Content-Type must be one of {[*READERS]}, got {media!r}."
            )
        if waiting >= MAX_WAITING:
            raise Refused(503, "busy", f"{waiting} requests are waiting already: try again.")
        waiting += 1
        try:
            body = await body_of(request, max_bytes)

            def work() -> np.ndarray:
                return model.predict_proba(checked(READERS[media](body), n_timesteps, n_channels))

            async with at_work:
                # In a thread: meanwhile other requests are read and refused.
                probabilities = await run_in_threadpool(work)
        finally:
            waiting -= 1
        return Answer(
            activities=[classes[i] for i in probabilities.argmax(axis=1)],
            classes=classes,
            probabilities=probabilities.astype(float).round(6).tolist(),
        )

    return app


# %%
# From the shell
# --------------


def load(path: str) -> Any:
    """Open an exported file, or one of skops that holds nothing but types of known packages."""
    if not path.endswith(".skops"):
        from sklearn_har.export import ExportedClassifier

        return ExportedClassifier(path)
    from sklearn_har.utils.saved_models import load_model

    try:
        return load_model(path)
    except ValueError as error:
        raise SystemExit(str(error)) from error


def main() -> None:
    """Serve until Ctrl-C."""
    import uvicorn

    parser = argparse.ArgumentParser(description="Serve a model on 127.0.0.1.")
    parser.add_argument("model", help="an .onnx, .tflite or .skops file")
    parser.add_argument("--port", type=int, default=8000)
    args = parser.parse_args()
    uvicorn.run(
        create_app(load(args.model)),
        host="127.0.0.1",
        port=args.port,
        limit_concurrency=4 * MAX_WAITING,
        timeout_keep_alive=5,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
