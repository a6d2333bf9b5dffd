"""How long does one window take in an exported model, how large is it, and what does it lose?

The three networks, trained for a few epochs on standardised channels, and the recipes, in their own
estimator, in ONNX Runtime and in LiteRT with each kind of quantisation. One window at a time, one
thread, called through `ExportedClassifier.predict_proba`, checks included. The memory is what
loading a file and predicting with it adds to a fresh process that has imported its runtime. Run it
as

    python benchmarks/bench_runtimes.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from _measure import parser, report, uci_har
from _rivals import MODELS

# What a process holds before and after it has loaded a file and predicted with it, in kB.
_MEMORY = """
import sys, numpy as np
from sklearn_har.export import ExportedClassifier
if sys.argv[1].endswith("onnx"):
    import onnxruntime
else:
    import ai_edge_litert.interpreter
def held():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
before = held()
clf = ExportedClassifier(sys.argv[1])
for _ in range(50):
    clf.predict_proba(np.zeros((1, clf.n_timesteps_in_, clf.n_channels_in_)))
print(held() - before)
"""


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


def export(pipeline: Any, folder: Path, X: Any, data: tuple[Any, Any]) -> dict[str, Any]:
    """Write all files and return their reports by name."""
    from sklearn_har.export import to_litert, to_onnx

    on = {"X": data[0][::6], "y": data[1][::6]}
    reports = {
        "ONNX": to_onnx(pipeline, folder / "har.onnx", **on),
        "ONNX dynamic": to_onnx(pipeline, folder / "dynamic.onnx", quantize="dynamic", **on),
    }
    for quantize in (None, "float16", "dynamic", "int8"):
        calibration = X[::25] if quantize == "int8" else None
        reports[f"LiteRT {quantize or ''}".strip()] = to_litert(
            pipeline,
            folder / f"{quantize}.tflite",
            quantize=quantize,
            X_calibration=calibration,
            **on,
        )
    return reports


def memory(path: Path) -> float:
    """Return what a file adds to a process, in MB."""
    run = subprocess.run(
        [sys.executable, "-c", _MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    return int(run.stdout.split()[-1]) / 1e3


def latencies(calls: dict[str, Any], runs: int, per_run: int) -> dict[str, Any]:
    """Time single calls, `per_run` of each rival in turn, in ms."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for i in range(runs + 1):
        for name, call in calls.items():
            for _ in range(per_run):
                start = time.perf_counter()
                call()
                if i:  # the first round warms up
                    times[name].append(1e3 * (time.perf_counter() - start))
    return {name: np.array(values) for name, values in times.items()}


def main() -> None:
    """Train, export, measure the three networks."""
    made = parser(__doc__, runs=5)
    made.add_argument("--epochs", type=int, default=3, help="of each training")
    args = made.parse_args()
    warnings.simplefilter("ignore")  # what quantisation loses is in the table

    from sklearn_har.export import ExportedClassifier

    X, y = uci_har(args.archive)
    data = uci_har(args.archive, "test")
    lines = [
        f"one window at a time, one thread, {args.runs} rounds of 100 calls; trained for "
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
            reports = export(pipeline, Path(folder), X, data)
            files = {key: ExportedClassifier(r.path) for key, r in reports.items()}
            calls = {
                key: (lambda clf=clf: clf.predict_proba(data[0][:1]))
                for key, clf in {"estimator": pipeline, **files}.items()
            }
            times = latencies(calls, args.runs, 100)
            lines += [f"{name:22}{heading[22:]}"]
            for key, values in times.items():
                p50, p99 = np.percentile(values, [50, 99])
                line = f"  {key:20}{p50:8.3f}{p99:8.3f}"
                if key in reports:
                    r = reports[key]
                    line += f"{r.n_bytes / 1e3:9.0f}{memory(r.path):11.1f}"
                    line += f"{r.accuracy:10.2%}{r.agreement:11.2%}"
                else:
                    line += f"{'':20}{reports['ONNX'].estimator_accuracy:10.2%}"
                lines.append(line)
            lines.append("")
        print(*lines[lines.index(f"{name:22}{heading[22:]}") :], sep="\n", flush=True)
    report(
        "runtimes",
        lines,
        save=args.save,
        packages=("onnxruntime", "ai-edge-litert", "keras", "tensorflow", "numpy"),
    )


if __name__ == "__main__":
    main()
