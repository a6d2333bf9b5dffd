"""Timelines as frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["timeline_frame"]

Floats = NDArray[np.float64]


def timeline_frame(
    activity: NDArray[Any], start: Floats, end: Floats, probability: Floats | None = None
) -> pd.DataFrame:
    columns: dict[str, Any] = {"activity": activity, "start": start, "end": end}
    if probability is not None:
        columns["probability"] = probability
    return pd.DataFrame(columns)
