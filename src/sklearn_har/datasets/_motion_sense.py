"""MotionSense: recordings of a phone in a trouser pocket.

Made by Mohammad Malekzadeh, Richard G. Clegg, Andrea Cavallaro and Hamed Haddadi at the Queen Mary
University of London and Imperial College London; published in 2018 at
https://github.com/mmalekzadeh/motion-sense.
"""

from __future__ import annotations

import io
import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import Bunch

from sklearn_har.datasets._archives import ArchiveReader
from sklearn_har.datasets._base import fetch_recordings, share_docs
from sklearn_har.datasets._registry import DATASETS

#: The position is the label; activities have the same names as in UCI HAR.
TARGET_NAMES = (
    "walking",
    "walking_upstairs",
    "walking_downstairs",
    "sitting",
    "standing",
    "jogging",
)
_ABBREVIATIONS = ("wlk", "ups", "dws", "sit", "std", "jog")
_COLUMNS = [
    f"{signal}.{axis}"
    for signal in ("gravity", "userAcceleration", "rotationRate")
    for axis in "xyz"
]
_FIRST_TEST_SUBJECT = 19


def parse_motion_sense(reader: ArchiveReader) -> dict[str, NDArray[Any]]:
    """Read the CSV files into arrays, ordered by subject and trial.

    The recordings follow one another in `samples` and `labels`; recording `i` is the part from
    `offsets[i]` to `offsets[i + 1]`.
    """
    found = [
        re.fullmatch(r"(\w+)_(\d+)/sub_(\d+)\.csv", n) for n in DATASETS["motion_sense"].members
    ]
    files = sorted((int(m[3]), int(m[2]), m[1], m[0]) for m in found if m)
    subjects, trials, activities, names = zip(*files, strict=True)

    def parse(name: str) -> NDArray[np.float32]:
        table = pd.read_csv(io.BytesIO(reader.read(name)), usecols=_COLUMNS)[_COLUMNS].to_numpy()
        # On iOS gravity points down; elsewhere a phone at rest measures the force that supports it.
        total = -(table[:, :3] + table[:, 3:6])
        return np.concatenate([total, table[:, 6:]], axis=1, dtype=np.float32)

    # Inflating, hashing and parsing release the interpreter lock.
    with ThreadPoolExecutor(max_workers=2) as pool:
        pieces = list(pool.map(parse, names))
    lengths = [len(piece) for piece in pieces]
    codes = np.array([_ABBREVIATIONS.index(activity) for activity in activities], dtype=np.int64)
    subject = np.array(subjects, dtype=np.int64)
    return {
        "samples": np.concatenate(pieces),
        "labels": np.repeat(codes, lengths),
        "offsets": np.cumsum([0, *lengths], dtype=np.int64),
        "trial": np.array(trials, dtype=np.int64),
        "subject": subject,
        "in_test": (subject >= _FIRST_TEST_SUBJECT).astype(np.int64),
    }


@share_docs
def fetch_motion_sense(
    *,
    subset: str = "all",
    data_home: str | os.PathLike[str] | None = None,
    archive: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch:
    """Load the MotionSense recordings of a phone in a trouser pocket (classification).

    The phone was put into the pocket again for each of 15 trials, and each trial is one activity.
    The data are downloaded and parsed on first use, then read from a cache.

    ==================   =============================================
    Classes                                                         6
    Recordings                        360 (15 trials of each subject)
    Subjects                                 24 (18 train, 6 test)
    Samples total                        1412865 at 50 Hz, 6 channels
    Accelerations                                                in g
    Angular velocities                                       in rad/s
    ==================   =============================================

    Parameters
    ----------
    subset : {"all", "train", "test"}, default="all"
        The recordings to load: all of them, or those of subjects 1 to 18 ("train") or 19 to 24
        ("test"). This split was chosen for sklearn-har; the publisher defines none.

    {place}

    as_frame : bool, default=False
        If True, `frame` is a pandas DataFrame with one row for each sample.

    {retries}

    Returns
    -------
    dataset : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        recordings : list of Recording
            Total acceleration x y z in g and angular velocity x y z in rad/s, in float32, ordered
            by subject and trial. Their labels are the names of the activities, and their facts hold
            the number of the trial.
        {recordings}
        trial : ndarray of shape (n_recordings,), dtype int64
            The number of the trial: 1 to 9 are long, 11 to 16 short.
        frame : DataFrame of shape (n_samples, 10)
            The channels, `time` in s from the beginning of the recording, `trial`, `subject` and
            `target`; None unless `as_frame` is True.
        {origin}

    {raises}

    See Also
    --------
    fetch_hapt : Load recordings of a phone at the waist.
    make_har_recordings : Simulate recordings of phones in any orientation.

    Notes
    -----
    The published files have the signs of iOS, where a phone on its back measures -1 g along z;
    other devices measure +1 g. The returned total acceleration is therefore ``-(gravity +
    userAcceleration)``. Angular velocity has the same sign in both conventions.

    References
    ----------
    .. [1] M. Malekzadeh, R. G. Clegg, A. Cavallaro and H. Haddadi (2019). Mobile sensor data
       anonymization. Proceedings of the International Conference on Internet of Things Design and
       Implementation (IoTDI '19), 49-58. https://doi.org/10.1145/3302505.3310068

    Examples
    --------
    >>> from sklearn_har.datasets import fetch_motion_sense
    >>> motion_sense = fetch_motion_sense()  # doctest: +SKIP
    >>> motion_sense.recordings[0]  # doctest: +SKIP
    Recording(1751 samples, 6 channels, 50 Hz, 35 s, subject 1)
    >>> motion_sense.recordings[0].labels[0]  # doctest: +SKIP
    'walking_downstairs'
    """
    return fetch_recordings(
        "motion_sense",
        parse_motion_sense,
        "trial",
        target_names=TARGET_NAMES,
        subset=subset,
        as_frame=as_frame,
        data_home=data_home,
        archive=archive,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
    )
