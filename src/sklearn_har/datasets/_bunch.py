"""Make the Bunch of a data set of windows or recordings, with its frame and names."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import Bunch, check_random_state

from sklearn_har.recordings import Recording


def feature_names(channel_names: Sequence[str], n_timesteps: int) -> list[str]:
    """Name the columns of ``data.reshape(n_windows, -1)``; time is the slow index.

    The number of the time step is padded with zeros to three digits (more for longer windows), so
    that names sort like the columns.
    """
    width = max(3, len(str(n_timesteps - 1)))
    return [f"{channel}_{t:0{width}d}" for t in range(n_timesteps) for channel in channel_names]


def names_of_codes(labels: NDArray[np.int64], target_names: Sequence[str]) -> NDArray[Any]:
    """Return the names of labels from 0 on; None for -1."""
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
    """Wrap windows like a table of scikit-learn, with the fields of `fetch_uci_har`.

    The entries of `per_window`, such as `subject`, have one value per window: they are shuffled
    with the windows and become columns of the frame. `extra` stays unchanged. The axes of `data`
    are `(n_windows, n_timesteps, n_channels)`.
    """
    target = np.asarray(target, dtype=np.int64)
    fields: dict[str, Any] = {"subject": np.asarray(subject, dtype=np.int64)}
    fields |= {name: np.asarray(value) for name, value in (per_window or {}).items()}
    if shuffle:
        order = check_random_state(random_state).permutation(len(data))
        data, target = data[order], target[order]
        fields = {name: value[order] for name, value in fields.items()}

    names = feature_names(channel_names, data.shape[1])
    X: Any = data
    y: Any = target
    frame: pd.DataFrame | None = None
    if as_frame:
        X = pd.DataFrame(data.reshape(len(data), -1), columns=names)
        y = pd.Series(target, name="target")
        fields = {name: pd.Series(value, name=name) for name, value in fields.items()}
        frame = pd.concat([X, *fields.values(), y], axis=1)
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        frame=frame,
        target_names=list(target_names),
        channel_names=list(channel_names),
        feature_names=names,
        sampling_rate=float(sampling_rate),
        DESCR=descr,
        **fields,
        **extra,
    )


def recordings_bunch(
    arrays: Mapping[str, NDArray[Any]],
    *,
    subset: str,
    facts: Sequence[str],
    target_names: Sequence[str],
    channel_names: Sequence[str],
    sampling_rate: float,
    descr: str,
    as_frame: bool = False,
) -> Bunch:
    """Wrap recordings that follow one another in arrays, with the fields of `fetch_hapt`.

    Recording `i` is the part from `offsets[i]` to `offsets[i + 1]` of `samples` and `labels`.
    `subject`, `in_test` and the `facts` have one value per recording.
    """
    split = np.where(arrays["in_test"] == 1, "test", "train")
    chosen = np.flatnonzero((split == subset) | (subset == "all"))
    parts = [slice(*arrays["offsets"][i : i + 2]) for i in chosen]
    samples = [arrays["samples"][part] for part in parts]
    labels = [arrays["labels"][part] for part in parts]
    per_recording = {name: arrays[name][chosen] for name in (*facts, "subject")}
    frame = None
    if as_frame:
        lengths = [len(part) for part in samples]
        frame = pd.DataFrame(np.concatenate(samples), columns=list(channel_names))
        frame["time"] = np.concatenate([np.arange(n) / sampling_rate for n in lengths])
        for name, values in per_recording.items():
            frame[name] = np.repeat(values, lengths)
        frame["target"] = np.concatenate(labels)
    return Bunch(
        recordings=[
            Recording(
                samples[i],
                sampling_rate=sampling_rate,
                channel_names=channel_names,
                labels=names_of_codes(labels[i], target_names),
                subject=int(per_recording["subject"][i]),
                facts={name: int(per_recording[name][i]) for name in facts},
            )
            for i in range(len(chosen))
        ],
        labels=labels,
        split=split[chosen],
        frame=frame,
        target_names=list(target_names),
        channel_names=list(channel_names),
        sampling_rate=float(sampling_rate),
        DESCR=descr,
        **per_recording,
    )
