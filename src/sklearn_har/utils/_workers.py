"""What a process that joblib started for its jobs needs to know about TensorFlow.

joblib divides the cores among its workers by limiting the threads of OpenMP and BLAS. TensorFlow
has thread pools of its own, as large as the machine in each worker, so that two workers on two
cores run four threads that wait for each other.
"""

from __future__ import annotations

import multiprocessing
import os

__all__ = ["share_cores"]

# What joblib sets in its workers: the number of threads that are each worker's share.
_SHARE = "OMP_NUM_THREADS"


def share_cores() -> bool:
    """In a worker of joblib, before TensorFlow is imported, keep to this worker's share of threads.

    The process is joblib's and exists for its jobs alone; in every other process nothing is
    touched, and a variable that is set stays as it is.

    Returns
    -------
    bool
        Whether this is such a worker.
    """
    if not multiprocessing.current_process().name.startswith("LokyProcess"):
        return False
    share = os.environ.get(_SHARE, "")
    if share.isdecimal():
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", share)
        os.environ.setdefault("TF_NUM_INTEROP_THREADS", share)
    # Each worker would greet with the same lines about the processor.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return True
