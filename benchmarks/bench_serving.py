"""Windows that the example of a server recognises in a second.

The server runs in a process of its own, on 127.0.0.1, with a CNN-LSTM as an ONNX file. Clients are
threads of this process, each with one connection, and ask again as soon as they have an answer: the
times are those of a full house. Clients and server share the cores. Run it as

    python benchmarks/bench_serving.py
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import http.client
import io
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from _measure import parser, report

SERVER = Path(__file__).parent.parent / "examples" / "serving" / "har_server.py"
# Clients, windows in a request, how they are written.
CASES = [
    (clients, windows, media)
    for media in ("x-npy", "json")
    for windows in (1, 64)
    for clients in (1, 4, 16)
]


def make_model(path: Path) -> np.ndarray:
    """Write a CNN-LSTM of the published size and return windows for it."""
    from sklearn_har import CNNLSTMClassifier
    from sklearn_har.datasets import make_har_windows
    from sklearn_har.export import to_onnx

    har = make_har_windows(n_subjects=2, n_windows_per_activity=8, random_state=0)
    clf = CNNLSTMClassifier(epochs=1, random_state=0).fit(har.data, har.target)
    to_onnx(clf, path, activity_names=har.target_names, X=har.data)
    return har.data


def body_of(windows: np.ndarray, media: str) -> bytes:
    """Write windows as a client would."""
    if media == "json":
        return json.dumps({"windows": windows.tolist()}).encode()
    file = io.BytesIO()
    np.save(file, windows)
    return file.getvalue()


def ask(port: int, body: bytes, media: str, until: float, times: list[float]) -> None:
    """Ask until the time is up and append how long each answer took, in seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": f"application/{media}"}
    while time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("POST", "/predict", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(content.decode())
        times.append(time.perf_counter() - start)
    connection.close()


def load(port: int, n_clients: int, body: bytes, media: str, seconds: float) -> np.ndarray:
    """Let clients ask for some seconds and return the times of all answers, in seconds."""
    until = time.perf_counter() + seconds
    times: list[list[float]] = [[] for _ in range(n_clients)]
    threads = [threading.Thread(target=ask, args=(port, body, media, until, own)) for own in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if not all(times):
        raise RuntimeError("A client got no answer.")
    return np.concatenate(times)


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if server.poll() is not None:
                raise RuntimeError("The server ended.") from None
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server does not answer.")


def main() -> None:
    """Measure all cases."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("--seconds", type=float, default=5.0, help="length of each case")
    args = options.parse_args()
    lines = [
        f"CNN-LSTM in ONNX Runtime on one thread, {args.seconds:g} s each case",
        "",
        "clients  windows a request  written as  requests/s  windows/s    p50 ms    p99 ms",
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "har.onnx"
        windows = make_model(path)
        port = free_port()
        server = subprocess.Popen([sys.executable, str(SERVER), str(path), "--port", str(port)])
        try:
            wait_for(port, server)
            for n_clients, n_windows, media in CASES:
                body = body_of(windows[:n_windows], media)
                load(port, n_clients, body, media, min(1.0, args.seconds))
                start = time.perf_counter()
                times = load(port, n_clients, body, media, args.seconds)
                rate = len(times) / (time.perf_counter() - start)
                p50, p99 = 1e3 * np.percentile(times, [50, 99])
                lines.append(
                    f"{n_clients:7}  {n_windows:17}  {media:>10}  {rate:10.0f}  "
                    f"{rate * n_windows:9.0f}  {p50:8.2f}  {p99:8.2f}"
                )
        finally:
            server.terminate()
            server.wait(timeout=30)
    report("serving", lines, save=args.save, packages=("fastapi", "uvicorn", "onnxruntime"))


if __name__ == "__main__":
    main()
