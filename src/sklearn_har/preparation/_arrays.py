"""Convert arrays to recordings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sklearn_har.recordings import Recording


def as_recording(
    recording: Recording | ArrayLike,
    time: ArrayLike | None,
    original_rate: float | None,
    labels: ArrayLike | None = None,
    breaks: ArrayLike = (),
) -> Recording:
    """Return a recording unchanged, or make one from an array and its description."""
    if isinstance(recording, Recording):
        described = {"time": time, "original_rate": original_rate, "labels": labels}
        given = [name for name, value in described.items() if value is not None]
        given += ["breaks"] * (np.size(breaks) > 0)
        if given:
            raise ValueError(
                f"{given[0]} describes the samples of an array, got a Recording, which has its own."
            )
        return recording
    if time is None and original_rate is None:
        raise ValueError("time or original_rate must be given with an array, got neither.")
    return Recording(recording, time, sampling_rate=original_rate, labels=labels, breaks=breaks)
