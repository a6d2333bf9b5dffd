"""Run parallel work of scikit-learn on the workers of Dask or Ray.

joblib has a backend for each. These differ in one way: if a worker is lost, only its current work
is lost, and it is repeated elsewhere.
"""

from __future__ import annotations

import mmap
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
from joblib import parallel_config
from joblib.parallel import ParallelBackendBase

from sklearn_har.utils._optional import import_optional

__all__ = ["use_dask", "use_ray"]

# Smaller values travel with each task; larger ones are kept by the engine and sent once.
_KEPT_FROM_BYTES = 100_000


def use_dask(client: Any = None, *, shared_files: bool = False) -> AbstractContextManager[None]:
    """Run parallel work of scikit-learn and of this package on the workers of a Dask client.

    In the `with` block, all work that goes through joblib uses all workers, unless it has
    ``n_jobs=1``. Examples are `GridSearchCV`, `cross_val_score`,
    :class:`~sklearn_har.model_selection.OptunaSearchCV` and
    :func:`~sklearn_har.evaluation.repeated_evaluation`.

    Parameters
    ----------
    client : distributed.Client or None, default=None
        The client of a cluster, which stays open; None for the last one made in this process. Use
        one thread per worker (``LocalCluster(threads_per_worker=1)``): two trainings in one process
        wait for each other.
    shared_files : bool, default=False
        Whether all workers see the files of this machine under the same names, as on one machine or
        with a network file system. Workers then open arrays of ``np.load(..., mmap_mode="r")``
        themselves.

    Returns
    -------
    context manager
        For a `with` statement.

    Raises
    ------
    ImportError
        If Dask is not installed: ``pip install "sklearn-har[dask]"``.
    ValueError
        If there is no client.

    See Also
    --------
    use_ray : Run parallel work on Ray.

    Notes
    -----
    joblib's own ``parallel_config(backend="dask")`` sends each array of more than 1 kB to a single
    worker, from which the others fetch it. If that worker dies, the array is lost, and the search
    stops with an error or waits for ever. Here the scheduler keeps the arrays and sends them to
    replacement workers. It therefore needs memory for one copy of the data; above a few hundred
    megabytes, use `shared_files`.

    The task of a worker that died is run again, up to three times by default (the setting
    ``distributed.scheduler.allowed-failures`` of Dask).

    Examples
    --------
    >>> from dask.distributed import Client  # doctest: +SKIP
    >>> from sklearn_har.utils.parallel import use_dask
    >>> with Client("127.0.0.1:8786") as client, use_dask(client):  # doctest: +SKIP
    ...     search.fit(X, y, groups=subject)
    """
    distributed = import_optional("distributed", extra="dask", needed_by="use_dask")
    if client is None:
        try:
            client = distributed.default_client()
        except ValueError as error:
            raise ValueError(
                "client is None and no client was made in this process: pass "
                "distributed.Client(address), or Client() for workers on this machine."
            ) from error
    return _running_on(_Dask(client, shared_files))


def use_ray(*, shared_files: bool = False) -> AbstractContextManager[None]:
    """Run parallel work of scikit-learn and of this package on the workers of Ray.

    It works like :func:`use_dask`, on all processors of the cluster of `ray.init`.

    Parameters
    ----------
    shared_files : bool, default=False
        As in :func:`use_dask`.

    Returns
    -------
    context manager
        For a `with` statement.

    Raises
    ------
    ImportError
        If Ray is not installed: ``pip install "sklearn-har[ray]"``.
    ValueError
        If `ray.init` was not called.

    Notes
    -----
    A task takes one processor. If its worker dies, it is run again, up to three times (the setting
    `max_retries` of Ray). Ray's object store holds the data once per machine, in memory that all
    its workers share.

    Examples
    --------
    >>> import ray  # doctest: +SKIP
    >>> from sklearn_har.utils.parallel import use_ray
    >>> ray.init(num_cpus=4)  # doctest: +SKIP
    >>> with use_ray():  # doctest: +SKIP
    ...     search.fit(X, y, groups=subject)
    """
    ray = import_optional("ray", extra="ray", needed_by="use_ray")
    if not ray.is_initialized():
        raise ValueError(
            "Ray is not running in this process: call ray.init() for workers on this machine, or "
            "ray.init(address='auto') to join a cluster."
        )
    return _running_on(_Ray(ray, shared_files))


@contextmanager
def _running_on(backend: _Backend) -> Iterator[None]:
    with parallel_config(backend=backend, n_jobs=-1):
        yield


class _Backend(ParallelBackendBase):
    """A backend of joblib with the operations of Dask or Ray."""

    supports_retrieve_callback = True
    # joblib before 1.5 reads these attributes.
    supports_return_generator = True
    supports_timeout = True
    default_n_jobs = -1

    def __init__(self, shared_files: bool) -> None:
        super().__init__(nesting_level=0)
        self._shared_files = shared_files
        # By identity, with the value itself to keep the identity unique. Values are kept during the
        # whole block: a search of many steps sends its windows once.
        self._kept: dict[int, tuple[Any, Any]] = {}
        self._futures: list[Any] = []

    @abstractmethod
    def n_slots(self) -> int:
        """Return how many tasks can run in parallel."""

    @abstractmethod
    def keep(self, value: Any) -> Any:
        """Return a reference to a value for tasks; each worker gets the value once."""

    @abstractmethod
    def start(self, tasks: list[Any], kept: list[Any]) -> Any:
        """Start the tasks in one worker and return a future with `add_done_callback`."""

    @abstractmethod
    def cancel(self, futures: list[Any]) -> None:
        """Cancel started work."""

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        if n_jobs == 0:
            raise ValueError("n_jobs must not be 0; None and -1 mean all workers.")
        # At least two: for one, joblib would run everything in this process.
        return 1 if n_jobs == 1 else max(2, self.n_slots())

    def submit(self, func: Any, callback: Callable[[Any], None] | None = None) -> Any:
        kept: list[Any] = []

        def lend(value: Any) -> Any:
            if _size(value) < _KEPT_FROM_BYTES:
                return value
            if id(value) not in self._kept:
                # A part of a memory-mapped array does not store its position in the file.
                whole = isinstance(value, np.memmap) and isinstance(value.base, mmap.mmap)
                sent = _File(value) if whole and self._shared_files else value
                self._kept[id(value)] = (self.keep(sent), value)
            kept.append(self._kept[id(value)][0])
            return _Kept(len(kept) - 1)

        tasks = [
            (function, list(map(lend, args)), {name: lend(value) for name, value in kwargs.items()})
            for function, args, kwargs in func.items
        ]
        future = self.start(tasks, kept)
        self._futures.append(future)
        if callback is not None:
            future.add_done_callback(callback)
        return future

    # joblib before 1.5 calls this name.
    apply_async = submit

    def retrieve_result_callback(self, out: Any) -> Any:
        """Return the results of a finished batch, or raise its error."""
        return out.result()

    def stop_call(self) -> None:
        """Forget the batches of a finished call of `joblib.Parallel`."""
        self._futures.clear()

    def abort_everything(self, ensure_ready: bool = True) -> None:
        """Cancel running work after an error."""
        self.cancel([future for future in self._futures if not future.done()])
        self._futures.clear()


class _Dask(_Backend):
    def __init__(self, client: Any, shared_files: bool) -> None:
        super().__init__(shared_files)
        self._client = client

    def n_slots(self) -> int:
        return sum(self._client.nthreads().values())

    def keep(self, value: Any) -> Any:
        from dask import config

        # A task instead of scattered data, because the scheduler can repeat it. The warning of Dask
        # about its size does not apply.
        with config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            return self._client.submit(_open, value, pure=False)

    def start(self, tasks: list[Any], kept: list[Any]) -> Any:
        return self._client.submit(_run, tasks, kept, pure=False)

    def cancel(self, futures: list[Any]) -> None:
        self._client.cancel(futures)


class _Ray(_Backend):
    def __init__(self, ray: Any, shared_files: bool) -> None:
        super().__init__(shared_files)
        self._ray = ray
        self._remote = ray.remote(_run_unpacked)

    def n_slots(self) -> int:
        return int(self._ray.cluster_resources().get("CPU", 1))

    def keep(self, value: Any) -> Any:
        return self._ray.put(value)

    def start(self, tasks: list[Any], kept: list[Any]) -> Any:
        # Ray replaces references by values only in the arguments themselves, not in lists.
        reference = self._remote.remote(tasks, *kept)
        future = reference.future()
        future.reference = reference
        return future

    def cancel(self, futures: list[Any]) -> None:
        for future in futures:
            self._ray.cancel(future.reference)


class _Kept:
    """The position of a kept value among the arguments of a task."""

    def __init__(self, position: int) -> None:
        self.position = position


class _File:
    """A memory-mapped array that workers open themselves."""

    def __init__(self, array: np.memmap[Any, Any]) -> None:
        self.path = str(array.filename)
        self.how = {
            "dtype": array.dtype,
            "shape": array.shape,
            "offset": array.offset,
            "order": "C" if array.flags.c_contiguous else "F",
        }

    def open(self) -> Any:
        return np.memmap(self.path, mode="r", **self.how)


def _open(value: Any) -> Any:
    return value.open() if isinstance(value, _File) else value


def _run(tasks: list[Any], kept: list[Any]) -> list[Any]:
    """Run calls one after the other in a worker."""
    kept = [_open(value) for value in kept]

    def resolve(value: Any) -> Any:
        return kept[value.position] if isinstance(value, _Kept) else value

    return [
        function(
            *(resolve(value) for value in args),
            **{name: resolve(value) for name, value in kwargs.items()},
        )
        for function, args, kwargs in tasks
    ]


def _run_unpacked(tasks: list[Any], *kept: Any) -> list[Any]:
    return _run(tasks, list(kept))


def _size(value: Any) -> int:
    """Return the bytes of an array or a frame; 0 for other objects."""
    n_bytes = getattr(value, "nbytes", None)
    if n_bytes is None and hasattr(value, "memory_usage"):
        n_bytes = value.memory_usage().sum()
    return int(n_bytes) if isinstance(n_bytes, int | np.integer) else 0
