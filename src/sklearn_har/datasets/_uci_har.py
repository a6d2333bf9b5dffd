"""Human Activity Recognition Using Smartphones, the reference data set ("UCI HAR").

Made by Davide Anguita, Alessandro Ghio, Luca Oneto, Xavier Parra and Jorge L. Reyes-Ortiz at the
Università degli Studi di Genova and the Universitat Politècnica de Catalunya; published in 2012 by
the UCI Machine Learning Repository, https://doi.org/10.24432/C54S4K.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from sklearn_har.datasets._archives import ArchiveReader
from sklearn_har.datasets._base import check_fetch_parameters, load_arrays, share_docs
from sklearn_har.datasets._bunch import windows_bunch
from sklearn_har.datasets._registry import load_descr
from sklearn_har.utils._uci_har_names import ACTIVITY_NAMES, CHANNEL_NAMES

SAMPLING_RATE = 50.0
_SUBSETS = ("train", "test")
#: The experiments of HAPT in the order of the windows, each with its number of windows. They are
#: not published: they were found by locating each window in the filtered recordings.
WINDOWS_OF_RECORDINGS = {
    "train": (
        "1:176 2:171 5:175 6:166 9:159 10:143 11:166 12:159 13:161 14:147 15:134 16:147 "
        "22:154 23:162 28:162 29:161 30:161 31:167 32:179 33:187 34:190 35:178 38:188 39:172 "
        "42:211 43:197 44:161 45:160 46:186 47:186 50:205 51:204 52:197 53:195 54:184 55:192 "
        "56:208 57:174 58:174 59:170 60:199 61:184"
    ),
    "test": (
        "3:158 4:144 7:164 8:153 17:144 18:144 19:147 20:78 21:69 24:161 25:159 26:172 27:155 "
        "36:188 37:176 40:180 41:174 48:187 49:194"
    ),
}


def parse_uci_har(reader: ArchiveReader) -> dict[str, NDArray[Any]]:
    """Read the text files into `{train,test}_{data,target,subject}`."""
    arrays: dict[str, NDArray[Any]] = {}
    for subset in _SUBSETS:
        target, subject = (
            reader.read_table(f"{subset}/{name}_{subset}.txt")[:, 0].astype(np.int64)
            for name in ("y", "subject")
        )

        def read_signal(channel: str, subset: str = subset) -> NDArray[np.float32]:
            path = f"{subset}/Inertial Signals/{channel}_{subset}.txt"
            return reader.read_table(path).astype(np.float32)

        # Inflating, hashing and parsing release the interpreter lock, so two threads halve the
        # time.
        with ThreadPoolExecutor(max_workers=2) as pool:
            data = np.stack(list(pool.map(read_signal, CHANNEL_NAMES)), axis=2)
        # The files count the activities from 1.
        arrays |= {f"{subset}_data": data, f"{subset}_target": target - 1}
        arrays[f"{subset}_subject"] = subject
    return arrays


@share_docs
def fetch_uci_har(
    *,
    subset: str = "train",
    data_home: str | os.PathLike[str] | None = None,
    archive: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    shuffle: bool = False,
    random_state: int | np.random.RandomState | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch | tuple[Any, Any]:
    """Load the UCI HAR data set of windows of a phone's inertial signals (classification).

    The data are downloaded and parsed on first use, then read from a cache in a few hundredths of a
    second.

    ==================   =============================================
    Classes                                                         6
    Windows total                          10299 (7352 train, 2947 test)
    Subjects                               30 (21 train, 9 test)
    Window                         128 time steps at 50 Hz, 9 channels
    Accelerations                                                in g
    Angular velocities                                       in rad/s
    ==================   =============================================

    The training and the test windows come from different subjects. Windows overlap by half, so a
    random split would put halves of the same movement on both sides. Split by `subject`, for
    example with :class:`~sklearn.model_selection.GroupKFold`.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        The official part to load; "all" is the training windows followed by the test windows.

    {place}

    shuffle : bool, default=False
        Whether to shuffle the windows, together with their labels, subjects and recordings.

    random_state : int, RandomState instance or None, default=None
        Determines the shuffling. Pass an int for reproducible output.

    return_X_y : bool, default=False
        If True, return ``(data, target)`` instead of a Bunch.

    as_frame : bool, default=False
        If True, the windows are rows of a DataFrame with a column for each time step of each
        channel, and `target`, `subject`, `recording` and `split` are Series.

    {retries}

    Returns
    -------
    dataset : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        data : ndarray of shape (n_windows, 128, 9), dtype float32
            The windows, as `(n_windows, n_timesteps, n_channels)`: total and body acceleration in
            g, angular velocity in rad/s. With `as_frame`, a DataFrame of shape (n_windows, 1152)
            with the columns `feature_names`.
        target : ndarray of shape (n_windows,), dtype int64
            The activity, from 0 to 5 in the order of `target_names`.
        subject : ndarray of shape (n_windows,), dtype int64
            The person, from 1 to 30.
        recording : ndarray of shape (n_windows,), dtype int64
            The recording of each window, from 1 to 61: the `experiment` of :func:`fetch_hapt`. The
            position of the phone was constant in a recording.
        split : ndarray of shape (n_windows,), dtype str
            "train" or "test". Only with `subset="all"`.
        frame : DataFrame of shape (n_windows, 1155)
            `data` with the columns `subject`, `recording` and `target`, and with `split` before
            `target` if `subset` is "all"; None unless `as_frame` is True.
        target_names : list of str
            The six activities.
        channel_names : list of str
            The nine channels, in the order of the last axis.
        feature_names : list of str
            Names of the columns of ``data.reshape(n_windows, -1)``, such as "total_acc_x_000".
        {origin}

    (data, target) : tuple if ``return_X_y`` is True
        The windows and the activities, as above.

    {raises}

    See Also
    --------
    make_har_windows : Simulate windows of the same form, without a download.
    fetch_hapt : Load the recordings of the windows.

    References
    ----------
    .. [1] D. Anguita, A. Ghio, L. Oneto, X. Parra and J. L. Reyes-Ortiz (2013). A public domain
       dataset for human activity recognition using smartphones. 21st European Symposium on
       Artificial Neural Networks, Computational Intelligence and Machine Learning (ESANN),
       437-442.
    .. [2] J. Reyes-Ortiz, D. Anguita, A. Ghio, L. Oneto and X. Parra (2013). Human Activity
       Recognition Using Smartphones. UCI Machine Learning Repository.
       https://doi.org/10.24432/C54S4K

    Examples
    --------
    >>> from sklearn_har.datasets import fetch_uci_har
    >>> train = fetch_uci_har()  # doctest: +SKIP
    >>> train.data.shape  # doctest: +SKIP
    (7352, 128, 9)
    >>> X_test, y_test = fetch_uci_har(subset="test", return_X_y=True)  # doctest: +SKIP
    >>> X_test.shape  # doctest: +SKIP
    (2947, 128, 9)
    """
    check_fetch_parameters(
        subset=subset,
        subsets=(*_SUBSETS, "all"),
        n_retries=n_retries,
        delay=delay,
        download_if_missing=download_if_missing,
        shuffle=shuffle,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )
    parts = _SUBSETS if subset == "all" else (subset,)
    arrays = load_arrays(
        "uci_har",
        parse_uci_har,
        [f"{part}_{field}" for part in parts for field in ("data", "target", "subject")],
        data_home=data_home,
        archive=archive,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
    )

    def joined(field: str) -> NDArray[Any]:
        # concatenate would copy 34 MB for a single part.
        pieces = [arrays[f"{part}_{field}"] for part in parts]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    runs = " ".join(WINDOWS_OF_RECORDINGS[part] for part in parts).split()
    number, n_windows = np.array([run.split(":") for run in runs], dtype=np.int64).T
    per_window = {"recording": np.repeat(number, n_windows)}
    if subset == "all":
        per_window["split"] = np.repeat(parts, [len(arrays[f"{part}_target"]) for part in parts])
    return windows_bunch(
        joined("data"),
        joined("target"),
        joined("subject"),
        per_window=per_window,
        target_names=ACTIVITY_NAMES,
        channel_names=CHANNEL_NAMES,
        sampling_rate=SAMPLING_RATE,
        descr=load_descr("uci_har"),
        shuffle=shuffle,
        random_state=random_state,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )
