"""Share of a core, and memory, to recognise a stream of 50 Hz.

What counts is the processor time of all threads, once for each network and each number of samples
that are pushed at once. Run it as

    python benchmarks/bench_streaming.py
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import time
import tracemalloc
from typing import Any

import numpy as np
from _measure import parser, report
from _rivals import classifiers
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har.datasets import make_har_recordings, make_har_windows
from sklearn_har.preprocessing import ChannelwiseTransformer
from sklearn_har.recognition import ActivityRecognizer, StreamingRecognizer
from sklearn_har.recordings import Recording

RATE = 50.0


def stream(recognizer: StreamingRecognizer, samples: Any, piece: int) -> float:
    """Return the processor time in s, of all threads."""
    pieces = [samples[i : i + piece] for i in range(0, len(samples), piece)]
    start = time.process_time()
    for part in pieces:
        recognizer.push(part)
    return time.process_time() - start


def main() -> None:
    """Measure each network with pieces of several lengths."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("--minutes", type=float, default=10.0, help="length of the stream")
    args = options.parse_args()
    X, y = make_har_windows(n_subjects=2, random_state=0, return_X_y=True)
    phone = make_har_recordings(n_subjects=1, seconds_per_activity=60.0, random_state=0)
    n_samples = round(args.minutes * 60 * RATE)
    samples = np.resize(phone.recordings[0].samples, (n_samples, 6))

    lines = [
        f"Streams of {args.minutes:g} min at {RATE:g} Hz, decisions every 1.28 s",
        "",
        f"{'classifier':24}{'samples a push':>16}{'processor time':>16}{'share of a core':>17}",
    ]
    scaler = ChannelwiseTransformer(StandardScaler())
    # Untrained as good as trained: the time of a prediction does not depend on the weights.
    networks = {name: made(epochs=1, random_state=0) for name, made in classifiers().items()}
    models = {}
    for name, classifier in {"none (constant)": DummyClassifier(), **networks}.items():
        model = models[name] = make_pipeline(scaler, classifier).fit(X, y)
        for piece in (1, 10, 50):
            recognizer = StreamingRecognizer(model)
            # The first windows pay for what TensorFlow prepares.
            stream(recognizer, samples[:500], piece)
            recognizer.reset()
            seconds = stream(recognizer, samples, piece)
            share = seconds / (60 * args.minutes)
            lines.append(f"{name:24}{piece:16d}{seconds:14.2f} s{100 * share:15.2f} %")

    model = models["cnn-lstm"]
    whole = ActivityRecognizer.from_classifier(model)
    start = time.process_time()
    whole.decisions([Recording(samples, sampling_rate=RATE)])
    at_once = time.process_time() - start

    recognizer = StreamingRecognizer(model)
    stream(recognizer, samples[:3000], 10)
    tracemalloc.start()
    stream(recognizer, samples[:3000], 10)
    before = tracemalloc.get_traced_memory()[0]
    stream(recognizer, samples, 10)
    growth = tracemalloc.get_traced_memory()[0] - before
    lines += [
        "",
        f"cnn-lstm, the same by ActivityRecognizer.decisions: {at_once:.2f} s",
        f"cnn-lstm, state {len(recognizer.get_state()) / 1e3:.1f} kB, growth of memory while it "
        f"runs {growth / 1e3:.1f} kB",
    ]
    report("streaming", lines, save=args.save)


if __name__ == "__main__":
    main()
