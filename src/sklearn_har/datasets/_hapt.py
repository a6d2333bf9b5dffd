"""Smartphone-Based Recognition of Human Activities and Postural Transitions ("HAPT").

Made by Jorge L. Reyes-Ortiz, Davide Anguita, Luca Oneto and Xavier Parra at the Università degli
Studi di Genova and the Universitat Politècnica de Catalunya; published in 2015 by the UCI Machine
Learning Repository, https://doi.org/10.24432/C54G7M.
"""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from sklearn_har.datasets._archives import ArchiveReader
from sklearn_har.datasets._base import fetch_recordings, share_docs
from sklearn_har.datasets._registry import DATASETS
from sklearn_har.utils._uci_har_names import ACTIVITY_NAMES

#: The position is the label.
TARGET_NAMES = (
    *ACTIVITY_NAMES,
    "stand_to_sit",
    "sit_to_stand",
    "sit_to_lie",
    "lie_to_sit",
    "stand_to_lie",
    "lie_to_stand",
)
_TEST_SUBJECTS = (2, 4, 9, 10, 12, 13, 18, 20, 24)


def parse_hapt(reader: ArchiveReader) -> dict[str, NDArray[Any]]:
    """Read the text files into arrays.

    The recordings follow one another in `samples` and `labels`; recording `i` is the part from
    `offsets[i]` to `offsets[i + 1]`.
    """
    pattern = re.compile(r"RawData/acc_(exp(\d+)_user(\d+)\.txt)")
    found = [match for name in DATASETS["hapt"].members if (match := pattern.fullmatch(name))]

    def parse(match: re.Match[str]) -> NDArray[np.float32]:
        tables = [reader.read_table(f"RawData/{sensor}_{match[1]}") for sensor in ("acc", "gyro")]
        return np.concatenate(tables, axis=1, dtype=np.float32)

    # Inflating, hashing and parsing release the interpreter lock, so two threads halve the time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        pieces = list(pool.map(parse, found))
    experiments = [int(match[2]) for match in found]
    subject = np.array([int(match[3]) for match in found], dtype=np.int64)
    offsets = np.cumsum([0, *map(len, pieces)], dtype=np.int64)

    # Between the labelled segments the label is -1.
    labels = np.full(offsets[-1], -1, dtype=np.int64)
    segments = reader.read_table("RawData/labels.txt").astype(np.int64)
    begin = dict(zip(experiments, offsets.tolist(), strict=False))
    for experiment, _, activity, first, last in segments.tolist():
        # Activities and samples are counted from 1, and a segment includes its last sample.
        labels[begin[experiment] + first - 1 : begin[experiment] + last] = activity - 1
    return {
        "samples": np.ascontiguousarray(np.concatenate(pieces)),
        "labels": labels,
        "offsets": offsets,
        "experiment": np.array(experiments, dtype=np.int64),
        "subject": subject,
        "in_test": np.isin(subject, _TEST_SUBJECTS).astype(np.int64),
    }


@share_docs
def fetch_hapt(
    *,
    subset: str = "all",
    data_home: str | os.PathLike[str] | None = None,
    archive: str | os.PathLike[str] | None = None,
    download_if_missing: bool = True,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch:
    """Load the HAPT data set of recordings of a phone's inertial signals (classification).

    The experiments of :func:`fetch_uci_har` before filters and windows: recordings of several
    minutes with a label for each sample, including transitions between postures. They are
    downloaded and parsed on first use, then read from a cache.

    ==================   =============================================
    Classes                      12 (6 activities, 6 postural transitions)
    Recordings                                                     61
    Subjects                                 30 (21 train, 9 test)
    Samples total                        1122772 at 50 Hz, 6 channels
    Labelled segments                                            1214
    Unlabelled samples                                        27.4 %
    Accelerations                                                in g
    Angular velocities                                       in rad/s
    ==================   =============================================

    Parameters
    ----------
    subset : {"all", "train", "test"}, default="all"
        The recordings to load: all of them, or those of the subjects of one official part. The
        default differs from :func:`fetch_uci_har`, because no published result depends on a split
        of these recordings.

    {place}

    as_frame : bool, default=False
        If True, `frame` is a pandas DataFrame with one row for each sample.

    {retries}

    Returns
    -------
    dataset : :class:`~sklearn.utils.Bunch`
        Dictionary-like object, with the following attributes.

        recordings : list of Recording
            Total acceleration x y z in g and angular velocity x y z in rad/s, as measured, in
            float32. Their labels are the names of the activities, or None for unlabelled samples;
            their facts hold the number of the experiment.
        {recordings}
        experiment : ndarray of shape (n_recordings,), dtype int64
            The number of the experiment, from 1 to 61.
        frame : DataFrame of shape (n_samples, 10)
            The channels, `time` in s from the beginning of the recording, `experiment`, `subject`
            and `target`; None unless `as_frame` is True.
        {origin}

    {raises}

    See Also
    --------
    fetch_uci_har : Load windows of the same experiments, as published.
    make_har_recordings : Simulate recordings of the same form, without a download.
    sklearn_har.segmentation.segment_recordings : Cut recordings into windows.

    References
    ----------
    .. [1] J.-L. Reyes-Ortiz, L. Oneto, A. Samà, X. Parra and D. Anguita (2016). Transition-Aware
       Human Activity Recognition Using Smartphones. Neurocomputing 171, 754-767.
       https://doi.org/10.1016/j.neucom.2015.07.085
    .. [2] J. Reyes-Ortiz, D. Anguita, L. Oneto and X. Parra (2015). Smartphone-Based Recognition of
       Human Activities and Postural Transitions. UCI Machine Learning Repository.
       https://doi.org/10.24432/C54G7M

    Examples
    --------
    >>> from sklearn_har.datasets import fetch_hapt
    >>> hapt = fetch_hapt()  # doctest: +SKIP
    >>> hapt.recordings[0]  # doctest: +SKIP
    Recording(20598 samples, 6 channels, 50 Hz, 411.94 s, subject 1)
    >>> from sklearn_har.preparation import Preparation
    >>> windows = Preparation().windows(hapt.recordings)  # doctest: +SKIP
    >>> windows.data.shape[1:]  # doctest: +SKIP
    (128, 9)
    """
    return fetch_recordings(
        "hapt",
        parse_hapt,
        "experiment",
        target_names=TARGET_NAMES,
        subset=subset,
        as_frame=as_frame,
        data_home=data_home,
        archive=archive,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
    )
