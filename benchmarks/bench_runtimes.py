"""Time of one window in exported models, their size, and the answers they lose.

The three networks, trained for a few epochs on standardised channels, and the recipes, in their own
estimator, in ONNX Runtime and in LiteRT with each kind of quantisation. One window at a time, one
thread, called through `ExportedClassifier.predict_proba`, checks included. Each file is asked in
processes of its own without TensorFlow, in turn; the memory is what loading it and predicting with
it adds to such a process, which has imported the runtime. Run it as

    python benchmarks/bench_runtimes.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from _measure import parser, report, resident_mb, uci_har
from _rivals import MODELS

CALLS = 100
# Until the processor is as fast as it gets.
WARM_UP = 200
RECIPES = ("make_lstm", "make_cnn_lstm", "make_conv_lstm", "make_best")


def train(name: str, X: Any, y: Any, epochs: int) -> Any:
    """Return a fitted recipe, or a pipeline around a network."""
    if name in RECIPES:
        from sklearn_har import recipes

        model = getattr(recipes, name)(epochs=epochs, random_state=0)
        least = [param for param in model.get_params() if param.endswith("min_updates")]
        return model.set_params(**dict.fromkeys(least, 0)).fit(X, y)

    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
    from sklearn_har.preprocessing import ChannelwiseTransformer

    made = {
        "lstm": LSTMClassifier,
        "cnn-lstm": CNNLSTMClassifier,
        "conv-lstm": ConvLSTMClassifier,
    }[name](epochs=epochs, random_state=0)
    return make_pipeline(ChannelwiseTransformer(StandardScaler()), made).fit(X, y)


def export(pipeline: Any, folder: Path, data: tuple[Any, Any]) -> dict[str, Any]:
    """Write all files and return their reports by name."""
    from sklearn_har.export import to_litert, to_onnx

    on = {"X": data[0][::6], "y": data[1][::6]}
    reports = {
        "ONNX": to_onnx(pipeline, folder / "har.onnx", **on),
        "ONNX dynamic": to_onnx(pipeline, folder / "dynamic.onnx", quantize="dynamic", **on),
    }
    for quantize in (None, "float16", "dynamic"):
        reports[f"LiteRT {quantize or ''}".strip()] = to_litert(
            pipeline, folder / f"{quantize}.tflite", quantize=quantize, **on
        )
    return reports


def timed(clf: Any, window: Any, n_calls: int) -> list[float]:
    """Return how long calls for one window take, in ms."""
    times = []
    for _ in range(n_calls):
        start = time.perf_counter()
        clf.predict_proba(window)
        times.append(1e3 * (time.perf_counter() - start))
    return times


def inside(path: str) -> tuple[float, list[float]]:
    """Return what a file adds to this process, in MB, and how long calls take, in ms."""
    from sklearn_har.export import ExportedClassifier

    import_module("onnxruntime" if path.endswith("onnx") else "ai_edge_litert.interpreter")
    before = resident_mb()
    clf = ExportedClassifier(path)
    shape = 1, clf.n_timesteps_in_, clf.n_channels_in_
    window = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    timed(clf, window, WARM_UP)
    more = resident_mb() - before
    times = timed(clf, window, CALLS)
    assert "tensorflow" not in sys.modules
    return more, times


def alone(path: Path) -> tuple[float, list[float]]:
    """Return what `inside` does, of a process of its own."""
    command = [sys.executable, __file__, "--inside", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    more, times = json.loads(run.stdout.splitlines()[-1])
    return more, times


def main() -> None:
    """Train, export, measure the three networks."""
    made = parser(__doc__, runs=5)
    made.add_argument("--epochs", type=int, default=3, help="of each training")
    made.add_argument("--inside", help=argparse.SUPPRESS)
    args = made.parse_args()
    if args.inside:
        print(json.dumps(inside(args.inside)))
        return
    warnings.simplefilter("ignore")  # what quantisation loses is in the table

    X, y = uci_har(args.archive)
    data = uci_har(args.archive, "test")
    lines = [
        f"one window at a time, one thread, {args.runs} rounds of {CALLS} calls; trained for "
        f"{args.epochs} epochs",
        "on every second training window; accuracy and agreement with the estimator on "
        f"{len(data[0][::6])} test windows",
        "",
    ]
    heading = f"{'':22}{'p50 ms':>8}{'p99 ms':>8}{'file kB':>9}{'memory MB':>11}"
    heading += f"{'accuracy':>10}{'agreement':>11}"
    for name in (*MODELS, *RECIPES):
        pipeline = train(name, X[::2], y[::2], args.epochs)
        with tempfile.TemporaryDirectory() as folder:
            reports = export(pipeline, Path(folder), data)
            timed(pipeline, data[0][:1], CALLS)  # warms up
            times: dict[str, list[float]] = {"estimator": [], **{key: [] for key in reports}}
            memory = {}
            for _ in range(args.runs):
                times["estimator"] += timed(pipeline, data[0][:1], CALLS)
                for key, r in reports.items():
                    memory[key], taken = alone(r.path)
                    times[key] += taken
            block = [f"{name:22}{heading[22:]}"]
            for key, values in times.items():
                p50, p99 = np.percentile(values, [50, 99])
                line = f"  {key:20}{p50:8.3f}{p99:8.3f}"
                if key in reports:
                    r = reports[key]
                    line += f"{r.n_bytes / 1e3:9.0f}{memory[key]:11.1f}"
                    line += f"{r.accuracy:10.2%}{r.agreement:11.2%}"
                else:
                    line += f"{'':20}{reports['ONNX'].estimator_accuracy:10.2%}"
                block.append(line)
            block.append("")
        print(*block, sep="\n", flush=True)
        lines += block
    report(
        "runtimes",
        lines,
        save=args.save,
        packages=("onnxruntime", "ai-edge-litert", "tf2onnx", "keras", "tensorflow", "numpy"),
    )


if __name__ == "__main__":
    main()
