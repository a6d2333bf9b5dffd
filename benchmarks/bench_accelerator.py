"""Time of a training epoch on an accelerator, by size of the batches.

The published networks and the recipes on Keras' JAX and PyTorch backends, the same published
networks in plain Keras on the same backend, and in PyTorch. Each way runs in a process of its own.
The windows are random: only the time counts. Of the epochs the first ones, which compile, are left
out. A way that does not finish its part of the time is reported as far as it came. Run it as

    python benchmarks/bench_accelerator.py --minutes 8
"""

from __future__ import annotations

import os
import sys

# The backend must be known before Keras is imported.
if "--inside" in sys.argv:
    os.environ["KERAS_BACKEND"] = sys.argv[sys.argv.index("--inside") + 1].rpartition(" ")[2]

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from _measure import parser, report
from _rivals import MODELS, keras_input, keras_model, torch_model

# Each with its share of the time: JAX compiles the recipes for minutes.
WAYS = {
    "PyTorch on torch": 0.06,
    "plain Keras on jax": 0.14,
    "sklearn-har on torch": 0.3,
    "sklearn-har on jax": 0.5,
}
BATCHES = (512, 64, 2048)
N_WINDOWS, SHAPE, N_CLASSES = 7352, (128, 9), 6
# Epochs in all, and how many of them compile.
EPOCHS, WARM_UP = 7, 2


def windows() -> tuple[Any, Any]:
    """Return random windows and labels."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_WINDOWS, *SHAPE)).astype(np.float32)
    return X, rng.integers(0, N_CLASSES, N_WINDOWS)


def epochs_of(fit: Callable[[Any], Any]) -> list[float]:
    """Return the seconds of each epoch of a training that takes a Keras callback."""
    import keras

    class Clock(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.ends = [time.perf_counter()]

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.ends.append(time.perf_counter())

    clock = Clock()
    fit(clock)
    return np.diff(clock.ends).tolist()


def ours(name: str, batch_size: int, X: Any, y: Any) -> list[float]:
    """Train a published network or a recipe of this package."""
    from _rivals import classifiers

    from sklearn_har import recipes

    settings = {"epochs": EPOCHS, "batch_size": batch_size, "random_state": 0}
    made = (
        getattr(recipes, name)(min_updates=0, **settings)
        if name.startswith("make_")
        else classifiers()[name](**settings)
    )
    return epochs_of(lambda clock: made.set_params(callbacks=[clock]).fit(X, y))


def plain_keras(name: str, batch_size: int, X: Any, y: Any) -> list[float]:
    """Train the network of a tutorial."""
    import keras

    model, one_hot = keras_model(name, SHAPE, N_CLASSES), keras.utils.to_categorical(y)
    options = {"epochs": EPOCHS, "batch_size": batch_size, "verbose": 0}
    return epochs_of(
        lambda clock: model.fit(keras_input(name, X), one_hot, callbacks=[clock], **options)
    )


def pytorch(name: str, batch_size: int, X: Any, y: Any) -> list[float]:
    """Train in PyTorch's usual loop, the data on the device from the start."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = torch_model(name, SHAPE, N_CLASSES).to(device).train()
    adam = torch.optim.Adam(model.parameters())
    inputs, labels = torch.from_numpy(X).to(device), torch.from_numpy(y).to(device)
    seconds = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        for index in torch.randperm(len(X), device=device).split(batch_size):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(model(inputs[index]), labels[index]).backward()
            adam.step()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return seconds


def cases(way: str) -> Iterator[tuple[str, Callable[..., list[float]]]]:
    """Yield the networks of a way and what trains them."""
    if way.startswith("PyTorch"):
        # ConvLSTM is not part of PyTorch.
        yield from ((name, pytorch) for name in MODELS if name != "conv-lstm")
    elif way.startswith("plain"):
        yield from ((name, plain_keras) for name in MODELS)
    else:
        recipes = ("make_cnn_lstm", "make_lstm", "make_conv_lstm")
        yield from ((name, ours) for name in (*MODELS, *recipes))


def inside(way: str) -> None:
    """Measure one way in this process; print a line of JSON for each case."""
    X, y = windows()
    for name, train in cases(way):
        for batch_size in BATCHES:
            try:
                seconds = train(name, batch_size, X, y)
            except Exception as error:  # one way that fails must not hide the others
                print(json.dumps([name, batch_size, f"{type(error).__name__}: {error}"[:60]]))
                continue
            print(json.dumps([name, batch_size, seconds[WARM_UP:]]), flush=True)


def _median_and_range(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.3f} ({min(seconds):.3f} to {max(seconds):.3f})"


def _place(item: tuple[tuple[str, int], Any]) -> tuple[bool, str, int]:
    (name, batch_size), _ = item
    return name.startswith("make_"), name, batch_size


def device() -> str:
    """Name the accelerator."""
    try:
        query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        return subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "no accelerator: the processor"


def main() -> None:
    """Run each way in a process of its own and print the table."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("--minutes", type=float, default=8.0, help="for all ways together")
    options.add_argument("--inside", help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        inside(args.inside)
        return
    found: dict[tuple[str, int], dict[str, str]] = {}
    end = time.monotonic() + 60 * args.minutes
    left = dict(WAYS)
    for way in WAYS:
        share = (end - time.monotonic()) * left[way] / sum(left.values())
        left.pop(way)
        command = [sys.executable, __file__, "--inside", way]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            output, _ = process.communicate(timeout=max(share, 1.0))
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        for line in output.splitlines():
            if line.startswith("["):
                name, batch_size, seconds = json.loads(line)
                shown = seconds if isinstance(seconds, str) else _median_and_range(seconds)
                found.setdefault((name, batch_size), {})[way] = shown
    lines = [
        f"{device()}: seconds of an epoch of {N_WINDOWS} windows, median "
        f"(range) of {EPOCHS - WARM_UP} epochs",
        "",
        f"{'network':16}{'batch':>6}" + "".join(f"{way:>27}" for way in WAYS),
    ]
    for (name, batch_size), row in sorted(found.items(), key=_place):
        shown = "".join(f"{row.get(way, '-'):>27}" for way in WAYS)
        lines.append(f"{name:16}{batch_size:6d}{shown}")
    report("accelerator", lines, save=args.save, packages=("keras", "jax", "torch", "numpy"))


if __name__ == "__main__":
    main()
