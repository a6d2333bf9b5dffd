"""Tables of samples from a device that lies still."""

import numpy as np
import pandas as pd

N = 200
AXES = ["ax", "ay", "az"]


def still_table(n=N, rate=50.0, **columns):
    """Return samples in g, with noise, and further columns."""
    rng = np.random.default_rng(0)
    values = rng.normal(scale=0.02, size=(n, 3)) + np.array([0.0, 0.0, 1.0])
    frame = pd.DataFrame(values, columns=AXES)
    frame.insert(0, "time", np.arange(n) / rate)
    return frame.assign(**columns)


def disordered_table():
    """Return eight samples of which some are late and one repeats a time."""
    frame = still_table(8, mark=np.arange(8))
    frame["time"] = [0.0, 0.02, 0.06, 0.04, 0.04, 0.08, 0.02, 0.1]
    return frame
