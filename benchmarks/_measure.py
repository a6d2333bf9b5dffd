"""Parts that all benchmarks share: data, runs in turn, ratios, and the file of results."""

from __future__ import annotations

import argparse
import datetime
import fcntl
import importlib.metadata
import json
import os
import platform
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def parser(
    description: str | None, *, runs: int | None = 7, dataset: str | None = "UCI HAR"
) -> argparse.ArgumentParser:
    """Return a parser with the options that scripts share; None leaves the option for it out."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if runs is not None:
        made.add_argument("--runs", type=int, default=runs, help="counted runs of each rival")
    if dataset is not None:
        made.add_argument("--archive", help=f"local copy of {dataset}; by default it is downloaded")
    made.add_argument("--save", action="store_true", help="write the table to results/")
    return made


def uci_har(archive: str | None, subset: str = "train") -> tuple[Any, Any]:
    """Return windows (n_windows, 128, 9) and labels of UCI HAR."""
    from sklearn_har.datasets import fetch_uci_har

    bunch = fetch_uci_har(subset=subset, archive=archive)
    return bunch.data, bunch.target


def resident_mb(pid: int | str = "self") -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def in_turn(
    rivals: dict[str, Callable[[], Any]], runs: int, *, warm_up: int = 1
) -> dict[str, list[float]]:
    """Time the rivals one after the other, `runs` times over, in seconds.

    In turn, because the speed of a shared machine drifts: within one round all meet the same.
    """
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for i in range(warm_up + runs):
        for name, run in rivals.items():
            start = time.perf_counter()
            run()
            if i >= warm_up:
                times[name].append(time.perf_counter() - start)
    return times


def ratios(times: dict[str, list[float]], ours: str, rival: str) -> list[float]:
    """Return how many times faster `ours` was than `rival`, round by round."""
    return [b / a for a, b in zip(times[ours], times[rival], strict=True)]


def spread(found: Sequence[float]) -> str:
    """Return ratios as "median (lowest to highest)"."""
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def mean_and_deviation(accuracies: Iterable[float]) -> str:
    """Return shares in per cent as "mean (deviation)", 14 characters wide; one has no deviation."""
    shares = [100 * share for share in accuracies]
    deviation = f"({statistics.pstdev(shares):.2f})" if len(shares) > 1 else " " * 6
    return f"{statistics.mean(shares):6.2f} {deviation}".rjust(14)


def worst_subject(by_subject: Sequence[dict[str, float]]) -> str:
    """Return the lowest mean accuracy of a subject over trainings as "per cent (no. subject)"."""
    means = {s: statistics.mean(run[s] for run in by_subject) for s in by_subject[0]}
    worst = min(means, key=means.__getitem__)
    return f"{100 * means[worst]:6.1f} (no. {worst:>2})"


def table(
    times: dict[str, list[float]], ours: str, *, unit: str = "s", per: float = 1.0
) -> list[str]:
    """Return the lines of a table: median and range of each, and the ratio to `ours`."""
    factor = {"s": 1.0, "ms": 1e3, "us": 1e6}[unit] / per
    width = max(map(len, times))
    lines = [f"{'':{width}}  {'median':>10}  {'from':>10} {'to':>10}   times as long as {ours}"]
    for name, values in times.items():
        scaled = [value * factor for value in values]
        line = (
            f"{name:{width}}  {statistics.median(scaled):8.3f} {unit:>2} "
            f" {min(scaled):10.3f} {max(scaled):10.3f}"
        )
        if name != ours:
            line += f"   {spread(ratios(times, ours, name))}"
        lines.append(line)
    return lines


def operations_of(run: Callable[[], Any], n_shown: int = 12) -> list[str]:
    """Return the operations of TensorFlow that take most of the time of a call, with their shares.

    TensorFlow's profiler writes them; operations side by side count both.
    """
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        run()
        tf.profiler.experimental.stop()
        (file,) = Path(folder).rglob("*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(file.read_bytes())
    times: dict[str, float] = {}
    for plane in space.planes:
        for event in (event for line in plane.lines for event in line.events):
            operation = plane.event_metadata[event.metadata_id].name.rpartition(":")[2].strip()
            # The others contain operations, or wait for them.
            if operation in tf.raw_ops.__dict__ or operation.startswith("_Mkl"):
                times[operation] = times.get(operation, 0.0) + event.duration_ps
    total = sum(times.values())
    largest = sorted(times, key=times.__getitem__, reverse=True)[:n_shown]
    lines = [f"{name.removeprefix('_Mkl'):36} {times[name] / total:6.1%}" for name in largest]
    rest = 1.0 - sum(times[name] for name in largest) / total
    return [*lines, f"{f'{len(times) - len(largest)} others':36} {rest:6.1%}"]


def machine(packages: Sequence[str]) -> list[str]:
    """Return the date, the processor and the versions."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    return [
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, "
        f"{cores} core{'' if cores == 1 else 's'}, {model}",
        ", ".join(versions),
    ]


def run_jobs(run: Callable[..., str], jobs: Iterable[tuple[Any, ...]], workers: int) -> None:
    """Run the jobs, so many at a time, and print the line that each returns."""
    if workers > 1:
        # Read by each worker when it loads these libraries.
        for name in ("OMP_NUM", "OPENBLAS_NUM", "NUMBA_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
            os.environ[f"{name}_THREADS"] = "1"
    # New processes rather than forks, which TensorFlow does not survive.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for future in as_completed([pool.submit(run, *job) for job in jobs]):
            print(future.result(), flush=True)


def _in_few_lines(text: str) -> str:
    """Put each list or object of plain values in JSON on a line of its own."""
    return re.sub(r"(?<=[\[{])\s+[^][{}]*?\s+(?=[\]}])", lambda m: " ".join(m[0].split()), text)


class Kept:
    """Results of hours, in a JSON file beside the script that measured them."""

    def __init__(self, script: str) -> None:
        self.path = Path(script).with_suffix(".json")

    def load(self) -> dict[str, Any]:
        """Return what is there."""
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}

    def keep(self, entry: Any, *names: str) -> None:
        """Set what stands under the names, one within the other; several processes may do so."""
        with Path(tempfile.gettempdir(), f"{self.path.stem}.lock").open(
            "w", encoding="utf-8"
        ) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            results = inner = self.load()
            for name in names[:-1]:
                inner = inner.setdefault(name, {})
            inner[names[-1]] = entry
            text = _in_few_lines(json.dumps(results, indent=1, sort_keys=True)) + "\n"
            # Who reads meanwhile must not meet half a file.
            written = self.path.with_suffix(".tmp")
            written.write_text(text, encoding="utf-8")
            written.replace(self.path)


def report(
    name: str,
    lines: Sequence[str],
    *,
    save: bool,
    packages: Sequence[str] = ("keras", "tensorflow", "scikit-learn", "numpy"),
) -> None:
    """Print a table under its heading and, with `save`, write it to `results/<name>.txt`."""
    text = "\n".join([*machine(packages), "", *lines, ""])
    print(text)
    if save:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.txt").write_text(text, encoding="utf-8")
