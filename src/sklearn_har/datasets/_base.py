"""Shared code of the fetchers: the data home, and loading arrays from archives."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from inspect import cleandoc
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from sklearn_har.datasets._archives import ArchiveReader, open_archive
from sklearn_har.datasets._bunch import recordings_bunch
from sklearn_har.datasets._cache import (
    ArrayCache,
    CacheDamagedError,
    CacheMissError,
    clear_caches,
    folder_error,
)
from sklearn_har.datasets._download import download
from sklearn_har.datasets._registry import DATASETS, DataSet, load_descr
from sklearn_har.exceptions import DownloadError
from sklearn_har.utils._progress import ProgressLine
from sklearn_har.utils._uci_har_names import RECORDED_CHANNEL_NAMES
from sklearn_har.utils._validation import check_choice
from sklearn_har.utils._warnings import warn_user

_ENVIRONMENT = "SKLEARN_HAR_DATA"
_DEFAULT_HOME = "~/sklearn_har_data"
# In Hz, for both data sets of recordings.
_RECORDED_RATE = 50.0
T = TypeVar("T", bound=Callable[..., Any])

# What the docstrings of the fetchers have in common; see `share_docs`.
_SHARED = {
    "place": """\
data_home : str or path-like, default=None
    The folder of downloads and caches. None for that of :func:`get_data_home`.

archive : str or path-like, default=None
    A local copy of the data set, for machines that cannot download: the published archive, the zip
    file inside it if there is one, a repacked zip file, or the unpacked folder. Each file in it
    must have the published SHA-256. It is ignored if the cache has the data; otherwise it replaces
    the download.

download_if_missing : bool, default=True
    If False, raise an OSError if the data are not locally available, instead of downloading them.
""",
    "retries": """\
n_retries : int, default=3
    Number of retries of a download, at each address, after a temporary failure. A refusal, an
    unknown host or a wrong file is not retried.

delay : float, default=1.0
    Seconds before the first retry, doubled for each further one. A waiting time of up to a minute
    from the server takes precedence.
""",
    "recordings": """\
labels : list of ndarray of shape (n_samples,), dtype int64
        The same labels as numbers: the position of the activity of each sample in `target_names`;
        -1 for unlabelled samples.
    subject : ndarray of shape (n_recordings,), dtype int64
        The person, counted from 1.
    split : ndarray of shape (n_recordings,), dtype str
        "train" or "test", as in `subset`.
    target_names, channel_names : list of str
        The names of the activities, and of the six channels.
""",
    "origin": """\
sampling_rate : float
        50.0, in Hz.
    DESCR : str
        Statements on origin, units, split, citation and licence.
""",
    "raises": """\
Raises
------
ArchiveError
    If `archive` is not a complete and unaltered copy of the data set.
DownloadError
    If the data are neither in the cache nor available for download; it is an OSError.
OSError
    If `download_if_missing` is False and the data are not in the cache, or if the cache folder
    cannot be used.
""",
}


def share_docs(fetch: T) -> T:
    """Fill the placeholders in the docstring of a fetcher, such as `{place}`."""
    doc = cleandoc(fetch.__doc__ or "")
    for name, text in _SHARED.items():
        doc = doc.replace(f"{{{name}}}\n", text)
    fetch.__doc__ = doc
    return fetch


def get_data_home(data_home: str | os.PathLike[str] | None = None) -> str:
    """Return the path of the sklearn-har data directory.

    Fetchers store their data sets there, so that each is downloaded and parsed only once. The
    folder is made if it does not exist.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The path of the data directory; `~` is the home folder. If None, the environment variable
        `SKLEARN_HAR_DATA` is used or, if that is not set, `~/sklearn_har_data`.

    Returns
    -------
    data_home : str
        The path of the data directory.

    Raises
    ------
    OSError
        If the folder does not exist and cannot be made.

    See Also
    --------
    clear_data_home : Delete the data sets in the data directory.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_har.datasets import get_data_home
    >>> folder = tempfile.TemporaryDirectory()
    >>> data_home = get_data_home(os.path.join(folder.name, "har"))
    >>> os.path.isdir(data_home)
    True
    >>> folder.cleanup()
    """
    home = _home_path(data_home)
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(home, error) from error
    return str(home)


def clear_data_home(data_home: str | os.PathLike[str] | None = None) -> None:
    """Delete the data sets that fetchers store in the data directory.

    Only files of the fetchers are deleted: caches, recognised by their file name, and remains of
    interrupted downloads. Other files stay, and so do folders that contain any.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The path of the data directory, as in :func:`get_data_home`.

    Raises
    ------
    OSError
        If the data cannot be deleted.

    See Also
    --------
    get_data_home : Return the path of the data directory.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn_har.datasets import clear_data_home, get_data_home
    >>> folder = tempfile.TemporaryDirectory()
    >>> data_home = get_data_home(os.path.join(folder.name, "har"))
    >>> clear_data_home(data_home)
    >>> os.path.isdir(data_home)
    False
    >>> folder.cleanup()
    """
    clear_caches(_home_path(data_home))


def _home_path(data_home: str | os.PathLike[str] | None) -> Path:
    if data_home is None:
        # An empty variable counts as unset; otherwise it would mean the working directory.
        data_home = os.environ.get(_ENVIRONMENT) or _DEFAULT_HOME
    return _as_path("data_home", data_home)


def _as_path(name: str, value: str | os.PathLike[str]) -> Path:
    try:
        return Path(value).expanduser()
    except TypeError:
        raise TypeError(f"{name} must be a str, a path-like or None; got {value!r}") from None
    except RuntimeError as error:
        raise OSError(f"{name}={str(value)!r} cannot be used as a path: {error}") from error


def load_arrays(
    name: str,
    parse: Callable[[ArchiveReader], Mapping[str, NDArray[Any]]],
    fields: Sequence[str],
    *,
    data_home: str | os.PathLike[str] | None,
    archive: str | os.PathLike[str] | None,
    download_if_missing: bool,
    n_retries: int,
    delay: float,
) -> dict[str, NDArray[Any]]:
    """Return arrays of a data set: from the cache, or from `archive` or a server.

    `name` is a key of the registry. `parse` reads the files into arrays by name; `fields` of these
    are returned, writable and owned by the caller. The other parameters are those of the fetchers.
    """
    dataset = DATASETS[name]
    cache = ArrayCache(_home_path(data_home) / name, dataset.fingerprint)
    try:
        # Without the lock, because the folder may be read-only.
        return cache.load(fields)
    except CacheMissError as error:
        if archive is None and not download_if_missing:
            raise OSError(
                f"The {dataset.title} data set cannot be loaded: {error}, and "
                f"download_if_missing is False. {_other_ways(dataset)}"
            ) from error
    with cache.lock():
        try:
            return cache.load(fields)
        except CacheDamagedError as error:
            warn_user(f"{error}; the cache is built again.")
        except CacheMissError:
            pass
        if archive is not None:
            arrays = _parse_archive(dataset, parse, _as_path("archive", archive))
        else:
            path = _download(dataset, cache.folder, n_retries, delay)
            try:
                arrays = _parse_archive(dataset, parse, path)
            finally:
                # Before the cache is written, so that a kill leaves no archive beside a cache.
                with contextlib.suppress(OSError):
                    path.unlink()
        cache.store(arrays)
        return {field: arrays[field] for field in fields}


def _parse_archive(
    dataset: DataSet, parse: Callable[[ArchiveReader], Mapping[str, NDArray[Any]]], path: Path
) -> Mapping[str, NDArray[Any]]:
    with open_archive(path, dataset) as reader, ProgressLine(pause=0.2) as progress:
        names = list(dataset.members)

        def show(name: str) -> None:
            progress.show(f"Reading {dataset.title}: file {names.index(name) + 1} of {len(names)}")

        reader.on_read = show
        return parse(reader)


def _download(dataset: DataSet, folder: Path, n_retries: int, delay: float) -> Path:
    try:
        return download(dataset.remotes, folder, n_retries=n_retries, delay=delay)
    except DownloadError as error:
        raise DownloadError(
            f"The {dataset.title} data set could not be downloaded ({error}), and "
            f"{str(folder)!r} has no usable copy of it. {_other_ways(dataset)}"
        ) from error


def _other_ways(dataset: DataSet) -> str:
    return (
        f"Download {dataset.remotes[0].url} on another machine and pass the file as archive=, or "
        f"pass a folder that has the data set as data_home=."
    )


def check_fetch_parameters(
    *, subset: Any, subsets: Sequence[str], n_retries: Any, delay: Any, **flags: Any
) -> None:
    """Check the common parameters of the fetchers before a download."""
    check_choice(subset, "subset", subsets)
    if isinstance(n_retries, bool) or not isinstance(n_retries, Integral) or n_retries < 0:
        raise ValueError(f"n_retries must be an integer of at least 0; got {n_retries!r}")
    if isinstance(delay, bool) or not isinstance(delay, Real) or not 0 <= float(delay) < np.inf:
        raise ValueError(f"delay must be a number of seconds of at least 0; got {delay!r}")
    for name, value in flags.items():
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"{name} must be True or False; got {value!r}")


def fetch_recordings(
    name: str,
    parse: Callable[[ArchiveReader], dict[str, NDArray[Any]]],
    fact: str,
    *,
    target_names: Sequence[str],
    subset: Any,
    as_frame: Any,
    download_if_missing: Any,
    n_retries: Any,
    delay: Any,
    **place: Any,
) -> Bunch:
    """Return the recordings of a data set, each with a number as the fact `fact`."""
    retries = {"n_retries": n_retries, "delay": delay}
    flags = {"download_if_missing": download_if_missing}
    check_fetch_parameters(
        subset=subset, subsets=("all", "train", "test"), as_frame=as_frame, **retries, **flags
    )
    fields = ("samples", "labels", "offsets", fact, "subject", "in_test")
    return recordings_bunch(
        load_arrays(name, parse, fields, **place, **retries, **flags),
        subset=subset,
        facts=(fact,),
        target_names=target_names,
        channel_names=RECORDED_CHANNEL_NAMES,
        sampling_rate=_RECORDED_RATE,
        descr=load_descr(name),
        as_frame=as_frame,
    )
