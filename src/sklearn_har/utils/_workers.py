"""Settings of TensorFlow for processes that joblib starts.

joblib divides the cores among its workers by limiting the threads of OpenMP and BLAS, and so do
Dask and Ray. TensorFlow has thread pools of its own, as large as the machine in each worker, so
that two workers on two cores run four threads that wait for each other.
"""

from __future__ import annotations

import multiprocessing
import os

__all__ = ["share_cores"]

# What the engines set in their workers: the number of threads that are each worker's share.
_SHARE = "OMP_NUM_THREADS"

# How the processes of joblib and of Dask (those that a nanny started) are called.
_NAMES = ("LokyProcess", "Dask Worker process")

# Ray calls its processes nothing, but tells them who their master is.
_MASTER = "RAY_RAYLET_PID"


def share_cores() -> bool:
    """In a worker, before TensorFlow is imported, keep to this worker's share of threads.

    The process belongs to joblib, Dask or Ray and exists for its jobs alone; in every other process
    nothing is touched, and a variable that is set stays as it is. Return whether this is a worker.
    """
    named = multiprocessing.current_process().name.startswith(_NAMES)
    if not named and _MASTER not in os.environ:
        return False
    share = os.environ.get(_SHARE, "")
    if share.isdecimal():
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", share)
        os.environ.setdefault("TF_NUM_INTEROP_THREADS", share)
    # Each worker would greet with the same lines about the processor.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return True
