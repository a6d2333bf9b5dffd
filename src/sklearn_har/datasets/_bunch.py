"""Shared by the data sets: the Bunch of windows, its frame, and the names of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch, check_random_state

__all__ = ["feature_names", "names_of_codes", "windows_bunch"]


def feature_names(channel_names: Sequence[str], n_timesteps: int) -> list[str]:
    """Name the columns of ``data.reshape(n_windows, -1)``: time is the slow index.

    The number of the time step is padded with zeros to three digits (more for longer windows), so
    that the names sort as the columns do.
    """
    width = max(3, len(str(n_timesteps - 1)))
    return [f"{channel}_{t:0{width}d}" for t in range(n_timesteps) for channel in channel_names]


def names_of_codes(labels: NDArray[np.int64], target_names: Sequence[str]) -> NDArray[Any]:
    """Return the names of labels from 0 on, None for -1."""
    return np.array([*target_names, None], dtype=object)[labels]


def windows_bunch(
    data: NDArray[Any],
    target: ArrayLike,
    subject: ArrayLike,
    *,
    target_names: Sequence[str],
    channel_names: Sequence[str],
    sampling_rate: float,
    descr: str,
    as_frame: bool = False,
    return_X_y: bool = False,
    shuffle: bool = False,
    random_state: int | np.random.RandomState | None = None,
    per_window: Mapping[str, ArrayLike] | None = None,
    **extra: Any,
) -> Bunch | tuple[Any, Any]:
    """Wrap windows as scikit-learn wraps a table, with the fields of `fetch_uci_har`.

    The entries of `per_window` have one value a window and are shuffled with the windows. `extra`
    is kept as it is. The axes of `data` are `(n_windows, n_timesteps, n_channels)`.
    """
    target = np.asarray(target, dtype=np.int64)
    subject = np.asarray(subject, dtype=np.int64)
    fields = {name: np.asarray(value) for name, value in (per_window or {}).items()}
    if shuffle:
        order = check_random_state(random_state).permutation(len(data))
        data, target, subject = data[order], target[order], subject[order]
        fields = {name: value[order] for name, value in fields.items()}

    names = feature_names(channel_names, data.shape[1])
    X: Any = data
    y: Any = target
    who: Any = subject
    frame: pd.DataFrame | None = None
    if as_frame:
        X = pd.DataFrame(data.reshape(len(data), -1), columns=names)
        y = pd.Series(target, name="target")
        who = pd.Series(subject, name="subject")
        frame = pd.concat([X, who, y], axis=1)
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        subject=who,
        frame=frame,
        target_names=list(target_names),
        channel_names=list(channel_names),
        feature_names=names,
        sampling_rate=float(sampling_rate),
        DESCR=descr,
        **fields,
        **extra,
    )
