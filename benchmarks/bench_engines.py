"""Cost of the engines of joblib, and a search whose worker dies.

GridSearchCV with 16 fits on windows of the size of UCI HAR, by two workers on this machine. A fit
is a mean and a nap of 0.2 s: what is measured is the engine, not a network. Seconds are those of
the search, with workers that have just been started; MB are what went through the loopback
interface (of the whole machine: let nothing else use it), beside the 34 MB of the windows. Each
engine is tried again with a worker that is killed by its id in the middle. Run it as

    python benchmarks/bench_engines.py
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _measure import parser, report

SHAPE = (7352, 128, 9)
PATIENCE = 240.0  # seconds, after which a search is given up


def sent_mb() -> float:
    """Return what the loopback interface has sent since the machine was started."""
    for line in Path("/proc/net/dev").read_text(encoding="utf-8").splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == "lo":
            return int(numbers.split()[8]) / 1e6
    raise RuntimeError("There is no loopback interface.")


@contextmanager
def dask_client() -> Iterator[Any]:
    """Start two workers of Dask."""
    from dask.distributed import Client, LocalCluster

    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1"}
    with LocalCluster(dashboard_address=None, **options) as cluster, Client(cluster) as client:
        yield client


@contextmanager
def ray_cluster() -> Iterator[None]:
    """Start Ray with two processors."""
    os.environ["RAY_AUTH_MODE"] = "disabled"
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
    yield
    ray.shutdown()


@contextmanager
def loky(path: Path) -> Iterator[Any]:
    """Yield the windows; joblib's own processes."""
    from joblib import parallel_config

    with parallel_config(backend="loky", n_jobs=2):
        yield np.load(path)


@contextmanager
def joblib_dask(path: Path, scatter: bool) -> Iterator[Any]:
    """Yield the windows; joblib's backend for Dask."""
    from joblib import parallel_config

    X = np.load(path)
    with dask_client(), parallel_config(backend="dask", **({"scatter": [X]} if scatter else {})):
        yield X


@contextmanager
def our_dask(path: Path, shared_files: bool) -> Iterator[Any]:
    """Yield the windows; the package's backend for Dask."""
    from sklearn_har.utils.parallel import use_dask

    with dask_client() as client, use_dask(client, shared_files=shared_files):
        yield np.load(path, mmap_mode="r" if shared_files else None)


@contextmanager
def joblib_ray(path: Path) -> Iterator[Any]:
    """Yield the windows; Ray's backend for joblib."""
    from joblib import parallel_config

    with ray_cluster():
        from ray.util.joblib import register_ray

        register_ray()
        with parallel_config(backend="ray", n_jobs=2):
            yield np.load(path)


@contextmanager
def our_ray(path: Path, shared_files: bool) -> Iterator[Any]:
    """Yield the windows; the package's backend for Ray."""
    from sklearn_har.utils.parallel import use_ray

    with ray_cluster(), use_ray(shared_files=shared_files):
        yield np.load(path, mmap_mode="r" if shared_files else None)


ENGINES: dict[str, Callable[[Path], Any]] = {
    "loky (n_jobs=2)": loky,
    "joblib, dask": partial(joblib_dask, scatter=False),
    "joblib, dask, scatter=[X]": partial(joblib_dask, scatter=True),
    "use_dask": partial(our_dask, shared_files=False),
    "use_dask, shared_files": partial(our_dask, shared_files=True),
    "joblib, ray": joblib_ray,
    "use_ray": partial(our_ray, shared_files=False),
    "use_ray, shared_files": partial(our_ray, shared_files=True),
}


def search(engine: str, folder: Path, kill: bool) -> dict[str, float]:
    """Search in this process; with `kill`, the process of a worker is killed in the third fit."""
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.model_selection import GridSearchCV

    victim = folder / f"victim-{os.getpid()}"

    class Nap(ClassifierMixin, BaseEstimator):
        def __init__(self, place: int = 0) -> None:
            self.place = place

        def fit(self, X: Any, y: Any) -> Any:
            if kill and self.place == 1:
                try:
                    with victim.open("x") as file:
                        file.write(str(os.getpid()))
                    time.sleep(60)
                except FileExistsError:
                    pass
            time.sleep(0.2)
            self.classes_ = np.unique(y)
            self.mean_ = X.mean()
            return self

        def predict(self, X: Any) -> Any:
            return np.full(len(X), self.classes_[self.place % 6])

    def killer() -> None:
        while not (victim.exists() and victim.read_text()):
            time.sleep(0.02)
        os.kill(int(victim.read_text()), signal.SIGKILL)

    y = np.arange(SHAPE[0]) % 6
    with ENGINES[engine](folder / "X.npy") as X:
        if kill:
            threading.Thread(target=killer, daemon=True).start()
        before, start = sent_mb(), time.perf_counter()
        grid = GridSearchCV(Nap(), {"place": [0, 1, 2, 3]}, cv=4, refit=False).fit(X, y)
        seconds, sent = time.perf_counter() - start, sent_mb() - before
    assert np.isfinite(grid.cv_results_["mean_test_score"]).all()
    return {"seconds": seconds, "sent": sent}


def run(engine: str, folder: Path, *, kill: bool) -> dict[str, Any]:
    """Search in a process of its own and return what became of it."""
    command = [sys.executable, __file__, "--inside", engine, str(folder), "kill" * kill]
    # A group of its own, so that workers end with it.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        output, errors = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"outcome": f"not done after {PATIENCE:g} s"}
    if process.returncode:
        raised = [line for line in errors.splitlines() if line and not line[0].isspace()]
        named = [line for line in raised if "Error" in line.partition(":")[0]]
        return {"outcome": (named or raised)[-1].partition(":")[0].rpartition(".")[2]}
    return {"outcome": "all scores", **json.loads(output.strip().splitlines()[-1])}


def main() -> None:
    """Try each engine in processes of its own."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    args = options.parse_args()
    if args.inside:
        engine, folder, kill = args.inside
        print(json.dumps(search(engine, Path(folder), bool(kill))))
        return
    lines = [
        "GridSearchCV, 16 fits of 0.2 s on windows of 34 MB, two workers",
        "",
        f"{'':26} seconds  MB sent   a worker is killed",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        X = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
        np.save(folder / "X.npy", X)
        for engine in ENGINES:
            whole, broken = (run(engine, folder, kill=kill) for kill in (False, True))
            if "seconds" in whole:
                figures = f"{whole['seconds']:7.1f}  {whole['sent']:7.0f}"
            else:
                figures = whole["outcome"]
            line = f"{engine:26} {figures}   {broken['outcome']}"
            if "seconds" in broken:
                line += f", {broken['seconds']:.1f} s"
            print(line, file=sys.stderr, flush=True)
            lines.append(line)
    packages = ("scikit-learn", "joblib", "distributed", "ray")
    report("engines", lines, save=args.save, packages=packages)


if __name__ == "__main__":
    main()
