"""Measure what recognising a stream of 50 Hz takes: the share of one core, and the memory.

Run from the root of the repository::

    python benchmarks/bench_streaming.py
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.datasets import make_har_recordings, make_har_windows
from sklearn_har.preprocessing import ChannelwiseTransformer
from sklearn_har.streaming import StreamingRecognizer, recognize_recording

RATE = 50.0


def stream(recognizer: StreamingRecognizer, samples: Any, piece: int) -> tuple[float, int]:
    """Return the processor time in s, of all threads, and the number of decisions."""
    pieces = [samples[i : i + piece] for i in range(0, len(samples), piece)]
    n_decisions = 0
    start = time.process_time()
    for part in pieces:
        n_decisions += len(recognizer.push(part))
    return time.process_time() - start, n_decisions


def main() -> None:
    """Print one line for each network and length of a piece."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the stream")
    args = parser.parse_args()
    X, y = make_har_windows(n_subjects=2, random_state=0, return_X_y=True)
    phone = make_har_recordings(n_subjects=1, seconds_per_activity=60.0, random_state=0)
    n_samples = round(args.minutes * 60 * RATE)
    samples = np.resize(phone.recordings[0], (n_samples, 6))

    print(f"{args.minutes:g} minutes at {RATE:g} Hz, decisions every 1.28 s")
    print(f"{'classifier':24}{'samples a push':>16}{'processor time':>16}{'share of a core':>17}")
    scaler = ChannelwiseTransformer(StandardScaler())
    # Untrained as good as trained: the time of a prediction does not depend on the weights.
    models = {
        "none (constant)": make_pipeline(scaler, DummyClassifier()),
        "CNNLSTMClassifier": make_pipeline(scaler, CNNLSTMClassifier(epochs=1, random_state=0)),
        "ConvLSTMClassifier": make_pipeline(scaler, ConvLSTMClassifier(epochs=1, random_state=0)),
        "LSTMClassifier": make_pipeline(scaler, LSTMClassifier(epochs=1, random_state=0)),
    }
    for name, model in models.items():
        model.fit(X, y)
        for piece in (1, 10, 50):
            recognizer = StreamingRecognizer(model)
            # The first windows pay for what TensorFlow prepares.
            stream(recognizer, samples[:500], piece)
            recognizer.reset()
            seconds, _ = stream(recognizer, samples, piece)
            share = seconds / (60 * args.minutes)
            print(f"{name:24}{piece:16d}{seconds:14.2f} s{100 * share:15.2f} %")

    model = models["CNNLSTMClassifier"]
    start = time.process_time()
    recognize_recording(model, samples, original_rate=RATE)
    print(f"recognize_recording, the same at once: {time.process_time() - start:.2f} s")

    recognizer = StreamingRecognizer(model)
    stream(recognizer, samples[:3000], 10)
    tracemalloc.start()
    stream(recognizer, samples[:3000], 10)
    before = tracemalloc.get_traced_memory()[0]
    stream(recognizer, samples, 10)
    growth = tracemalloc.get_traced_memory()[0] - before
    print(f"state: {len(recognizer.get_state()) / 1e3:.1f} kB; growth: {growth / 1e3:.1f} kB")


if __name__ == "__main__":
    main()
