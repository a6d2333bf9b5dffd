"""What the fetchers share: the data home, and the way from an archive to arrays."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.datasets._archives import ArchiveReader, Contents, open_archive
from sklearn_har.datasets._cache import (
    ArrayCache,
    CacheDamagedError,
    CacheMissError,
    clear_caches,
    folder_error,
)
from sklearn_har.datasets._download import RemoteArchive, download
from sklearn_har.exceptions import DownloadError
from sklearn_har.utils._progress import ProgressLine
from sklearn_har.utils._validation import did_you_mean

_ENVIRONMENT = "SKLEARN_HAR_DATA"
_DEFAULT_HOME = "~/sklearn_har_data"


@dataclass(frozen=True)
class DataSet:
    """A data set that is downloaded: its folder below the data home, sources, files and parser."""

    name: str
    contents: Contents
    remotes: Sequence[RemoteArchive]
    parse: Callable[[ArchiveReader], Mapping[str, NDArray[Any]]]


def get_data_home(data_home: str | os.PathLike[str] | None = None) -> str:
    """Return the path of the sklearn-har data directory.

    Fetchers keep their data sets there, so that each is downloaded and parsed once. The folder is
    made if it does not exist.

    Parameters
    ----------
    data_home : str or path-like, default=None
        The path of the data directory; `~` stands for the home folder. If None, the environment
        variable `SKLEARN_HAR_DATA` is used or, where that is not set, `~/sklearn_har_data`.

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
    clear_data_home : Delete what fetchers keep there.

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
    """Delete the data sets that fetchers keep in the data directory.

    Only what fetchers put there is deleted: caches, known by a manifest that says who wrote it,
    and what an interrupted download left. Other files are left alone, and so is a folder, the data
    directory included, in which any remain.

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
        # An empty variable is as good as none; it would mean the working directory.
        data_home = os.environ.get(_ENVIRONMENT) or _DEFAULT_HOME
    return as_path("data_home", data_home)


def as_path(name: str, value: str | os.PathLike[str]) -> Path:
    """Return the argument `name` as a path."""
    try:
        return Path(value).expanduser()
    except TypeError:
        raise TypeError(f"{name} must be a str, a path-like or None; got {value!r}") from None
    except RuntimeError as error:
        raise OSError(f"{name}={str(value)!r} has no meaning here: {error}") from error


def load_arrays(
    dataset: DataSet,
    names: Sequence[str],
    *,
    data_home: str | os.PathLike[str] | None,
    archive: str | os.PathLike[str] | None,
    download_if_missing: bool,
    n_retries: int,
    delay: float,
) -> dict[str, NDArray[Any]]:
    """Return the arrays `names` of `dataset`: from the cache, else from `archive` or a server.

    Parameters
    ----------
    dataset : DataSet
        What to load.
    names : sequence of str
        Names of arrays that its parser returns.
    data_home, archive, download_if_missing, n_retries, delay
        As in the fetchers.

    Returns
    -------
    arrays : dict of str to ndarray
        The arrays by name, writable and the caller's own.

    Raises
    ------
    ArchiveError
        If `archive` is not a copy of the data set.
    OSError
        If the data are not there and cannot be had, or the folder cannot be used.
    """
    home = _home_path(data_home)
    cache = ArrayCache(home / dataset.name, dataset.contents.fingerprint)
    try:
        # Without the lock, which cannot be had in a folder that is only read.
        arrays: Mapping[str, NDArray[Any]] = cache.load(names)
    except CacheMissError as error:
        if archive is None and not download_if_missing:
            raise OSError(
                f"The {dataset.contents.title} data set cannot be loaded: {error}, and "
                f"download_if_missing is False. {_other_ways(dataset)}"
            ) from error
    else:
        # A process may have been killed between the last touch to the cache and its own cleaning.
        cache.tidy()
        return dict(arrays)
    with cache.lock():
        try:
            return cache.load(names)
        except CacheDamagedError as error:
            warnings.warn(f"{error}; the cache is built again.", UserWarning, stacklevel=3)
        except CacheMissError:
            pass
        if archive is not None:
            arrays = parse_archive(dataset, as_path("archive", archive))
            cache.store(arrays)
        else:
            path = _downloaded(dataset, cache.folder, n_retries, delay)
            try:
                arrays = parse_archive(dataset, path)
                cache.store(arrays)
            finally:
                with contextlib.suppress(OSError):
                    path.unlink()
        return {name: arrays[name] for name in names}


def parse_archive(dataset: DataSet, path: Path) -> Mapping[str, NDArray[Any]]:
    """Read and check all arrays of `dataset` from the archive at `path`."""
    with open_archive(path, dataset.contents) as reader, ProgressLine(pause=0.2) as progress:
        total = len(dataset.contents.members)

        def show(n_read: int) -> None:
            progress.show(f"Reading {dataset.contents.title}: file {n_read} of {total}")

        reader.watch(show)
        return dataset.parse(reader)


def _downloaded(dataset: DataSet, folder: Path, n_retries: int, delay: float) -> Path:
    try:
        return download(dataset.remotes, folder, n_retries=n_retries, delay=delay)
    except DownloadError as error:
        raise DownloadError(
            f"The {dataset.contents.title} data set could not be downloaded ({error}), and "
            f"{str(folder)!r} has no usable copy of it. {_other_ways(dataset)}"
        ) from error


def _other_ways(dataset: DataSet) -> str:
    return (
        f"Download {dataset.remotes[0].url} on another machine and pass the file as archive=, or "
        f"pass a folder that has the data set as data_home=."
    )


def load_descr(name: str) -> str:
    """Return the description of the data set `name`."""
    folder = resources.files("sklearn_har.datasets") / "descr"
    return (folder / f"{name}.rst").read_text(encoding="utf-8")


def check_fetch_parameters(
    *, subset: Any, subsets: Sequence[str], n_retries: Any, delay: Any, **flags: Any
) -> None:
    """Check what all fetchers take, before anything is downloaded."""
    if not isinstance(subset, str) or subset not in subsets:
        raise ValueError(
            f"subset must be one of {list(subsets)}; got {subset!r}"
            f"{did_you_mean(str(subset), subsets)}"
        )
    if isinstance(n_retries, bool) or not isinstance(n_retries, Integral) or n_retries < 0:
        raise ValueError(f"n_retries must be an integer of at least 0; got {n_retries!r}")
    if isinstance(delay, bool) or not isinstance(delay, Real) or not 0 <= float(delay) < np.inf:
        raise ValueError(f"delay must be a number of seconds of at least 0; got {delay!r}")
    for name, value in flags.items():
        if not isinstance(value, bool | np.bool_):
            raise TypeError(f"{name} must be True or False; got {value!r}")
