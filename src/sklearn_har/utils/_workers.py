"""Configure TensorFlow in worker processes of joblib, Dask and Ray.

They divide the cores among their workers by limiting the threads of OpenMP and BLAS. TensorFlow has
its own thread pools, which in each worker use all cores. Two workers on two cores would then run
four threads that wait for each other.
"""

import multiprocessing
import os

# The engines set this variable in their workers to the number of threads of each.
_SHARE = "OMP_NUM_THREADS"

# The names of the processes of joblib and Dask (those started by a nanny).
_NAMES = ("LokyProcess", "Dask Worker process")

# Ray does not name its processes, but sets this variable.
_MASTER = "RAY_RAYLET_PID"


def share_cores() -> bool:
    """In a worker, limit TensorFlow to this worker's share of threads; call it before its import.

    Only processes of joblib, Dask or Ray, which exist for their jobs alone, are changed, and
    variables that are set stay as they are. Return whether this is a worker.
    """
    named = multiprocessing.current_process().name.startswith(_NAMES)
    if not named and _MASTER not in os.environ:
        return False
    share = os.environ.get(_SHARE, "")
    if share.isdecimal():
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", share)
        os.environ.setdefault("TF_NUM_INTEROP_THREADS", share)
    # Otherwise each worker prints the same lines about the processor.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    return True
