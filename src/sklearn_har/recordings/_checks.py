"""Check several recordings that are passed as one argument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sklearn_har.recordings._recording import Recording
from sklearn_har.utils._errors import name_of_recording
from sklearn_har.utils._text import first_few


def check_recordings(
    recordings: Any, y: Sequence[Any] | None = None, *, labelled: bool = False, pieces: bool = False
) -> list[Any]:
    """Check the recordings that a function or an estimator gets, and return them as a list.

    Use it like :func:`sklearn.utils.check_array` in your own functions and estimators of
    recordings.

    Parameters
    ----------
    recordings : sequence of Recording
        The recordings, at least one.
    y : sequence, default=None
        The labels of each recording, as `Recording.with_labels` takes them. They replace the
        labels of the recordings.
    labelled : bool, default=False
        Whether all recordings need labels.
    pieces : bool, default=False
        Whether an entry may also be an iterable of the consecutive pieces of one recording.

    Returns
    -------
    recordings : list of Recording
        The recordings, with the labels of `y` if it is given.

    Raises
    ------
    TypeError
        If `recordings` is not a sequence of recordings.
    ValueError
        If there is no recording, `y` has another length, or labels are missing.

    See Also
    --------
    Recording : Samples, times and labels in one object.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_har.recordings import Recording, check_recordings
    >>> recording = Recording(np.zeros((4, 3)), sampling_rate=50.0)
    >>> check_recordings([recording], ["walking"], labelled=True)[0].labels.tolist()
    ['walking', 'walking', 'walking', 'walking']
    """
    if isinstance(recordings, Recording):
        raise TypeError("recordings must be a sequence of Recording, got one: pass [recording].")
    accepted = (
        "recordings must be a sequence of Recording, as read_recordings returns it, got "
        "{}. Recording(samples, sampling_rate=50.0) makes one of an array."
    )
    if isinstance(recordings, str) or not isinstance(recordings, Iterable):
        raise TypeError(accepted.format(type(recordings).__name__))
    listed = list(recordings)
    if not listed:
        raise ValueError("recordings must hold at least one recording, got none.")
    for i, recording in enumerate(listed):
        whole = isinstance(recording, Recording)
        if not whole and not (pieces and _may_hold_pieces(recording)):
            raise TypeError(accepted.format(f"{type(recording).__name__} as recordings[{i}]"))
    if y is not None:
        if len(y) != len(listed):
            raise ValueError(
                f"y must have one entry for each of the {len(listed)} recordings, got {len(y)}."
            )
        return [recording.with_labels(labels) for recording, labels in zip(listed, y, strict=True)]
    if labelled:
        _refuse_unlabelled(listed)
    return listed


def _may_hold_pieces(entry: Any) -> bool:
    # Arrays and strings are iterable too.
    return (
        isinstance(entry, Iterable) and not hasattr(entry, "dtype") and not isinstance(entry, str)
    )


def _refuse_unlabelled(recordings: list[Recording]) -> None:
    without = [i for i, recording in enumerate(recordings) if recording.labels is None]
    if without:
        named = first_few(name_of_recording(recordings[i], i) for i in without)
        raise ValueError(
            f"recordings must have labels, got none in {len(without)} of {len(recordings)}: "
            f"{named}. Add them by recording.with_labels(...), or pass y."
        )
