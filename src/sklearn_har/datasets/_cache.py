"""Arrays kept on disk: written whole or not at all, noticed when damaged, safe for many processes.

A cache is a folder with plain `.npy` files and a manifest of their sizes, shapes and checksums. It
is built under another name and renamed, so that a reader sees no half of one, and under a lock, so
that of several processes one does the work. A checksum (CRC-32, 20 ms for the 34 MB of UCI HAR's
training windows) guards against accidents; who can write to the folder can also write a manifest.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import os
import shutil
import sys
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sklearn_har._version import __version__
from sklearn_har.utils._progress import is_watched

# How the names of unfinished files begin. A killed process leaves them, the next one removes them.
STRAY_PREFIX = ".sklearn-har-"

_FORMAT = 1
# The names say whose they are, because the data home may hold files of others.
_WRITER = "sklearn-har"
_ARRAYS = "sklearn-har-arrays"
_MANIFEST = "manifest.json"
_LOCK = f"{STRAY_PREFIX}lock"
# What a manifest may name: not objects, and nothing that numpy would have to interpret.
_DTYPES = frozenset(np.dtype(kind).str for kind in (np.float32, np.float64, np.int64))


class CacheMissError(Exception):
    """There is no cache to read, or none of this format and content."""


class CacheDamagedError(CacheMissError):
    """There is a cache, and it is not what was written."""


def folder_error(folder: Path, error: OSError) -> OSError:
    """Say which folder could not be used and what to do, in an error of the same kind."""
    return OSError(
        error.errno,
        f"the cache folder {str(folder)!r} cannot be used: {error.strerror or error}. Make room or "
        f"grant access there, or pass another folder as data_home=",
    )


class ArrayCache:
    """The arrays of one data set in one folder.

    Parameters
    ----------
    folder : Path
        The folder of the data set below the data home.
    fingerprint : str
        Identifies what the arrays are made from; a cache made from something else is a miss.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self._fingerprint = fingerprint

    def load(self, names: Sequence[str]) -> dict[str, np.ndarray[Any, Any]]:
        """Read the arrays `names` into memory, writable and owned by the caller."""
        try:
            manifest = self._manifest()
            return {name: self._load_array(name, manifest) for name in names}
        except (FileNotFoundError, NotADirectoryError) as error:
            # Also what a reader meets while the process with the lock puts a new cache in place.
            raise CacheMissError(f"no cache in {str(self.folder)!r}") from error
        except OSError as error:
            raise folder_error(self.folder, error) from error

    def _manifest(self) -> dict[str, Any]:
        path = self.folder / _ARRAYS / _MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            written_by, format_, made_from, _ = (
                manifest[key] for key in ("written_by", "format", "made_from", "arrays")
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CacheDamagedError(f"{str(path)!r} is not a manifest") from error
        if (written_by, format_, made_from) != (_WRITER, _FORMAT, self._fingerprint):
            raise CacheMissError(f"the cache in {str(self.folder)!r} is of another version")
        return dict(manifest["arrays"])

    def _load_array(self, name: str, manifest: Mapping[str, Any]) -> np.ndarray[Any, Any]:
        path = self.folder / _ARRAYS / f"{name}.npy"
        try:
            entry = manifest[name]
            if entry["dtype"] not in _DTYPES:
                raise ValueError("its kind of number is not one that is written")
            dtype, shape = np.dtype(entry["dtype"]), tuple(entry["shape"])
            n_header = entry["bytes"] - dtype.itemsize * math.prod(shape)
            if path.stat().st_size != entry["bytes"] or n_header < 0:
                raise ValueError("its size is not the one that was written")
            with path.open("rb") as file:
                # The checksum vouches for the header too, so there is no need to parse it.
                header = file.read(n_header)
                array = np.fromfile(file, dtype).reshape(shape)
            if _checksum(array, header) != entry["crc32"]:
                raise ValueError("its content is not the one that was written")
        except (ValueError, KeyError, TypeError, MemoryError) as error:
            raise CacheDamagedError(f"{str(path)!r} is damaged: {error}") from error
        return array

    def store(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Write `arrays` in place of whatever the cache holds."""
        final = self.folder / _ARRAYS
        building, replaced = self._scratch(), self._scratch()
        try:
            building.mkdir()
            entries = {}
            for name, array in arrays.items():
                entries[name] = _write_array(building / f"{name}.npy", array)
            manifest = {
                "written_by": _WRITER,
                "version": __version__,
                "format": _FORMAT,
                "made_from": self._fingerprint,
                "arrays": entries,
            }
            (building / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            with contextlib.suppress(FileNotFoundError):
                # A folder cannot be renamed over another one that has files.
                final.rename(replaced)
            building.rename(final)
        except OSError as error:
            raise folder_error(self.folder, error) from error
        finally:
            _remove(building)
            _remove(replaced)

    def _scratch(self) -> Path:
        # Not tempfile's: those folders are closed to other users, and the data home may be shared.
        return self.folder / f"{STRAY_PREFIX}{uuid.uuid4().hex}"

    @contextlib.contextmanager
    def lock(self, *, wait: bool = True) -> Iterator[None]:
        """Make the folder and keep other processes from changing it; wait for them if need be.

        Without `wait` it is a BlockingIOError if another process is at work.
        """
        try:
            file, held = self._lock_file(wait)
        except OSError as error:
            raise folder_error(self.folder, error) from error
        with file:
            try:
                if held:
                    self._sweep()
                yield
            finally:
                if held:
                    with contextlib.suppress(OSError):
                        (self.folder / _LOCK).unlink()
                        # Only an empty folder can be removed: one in which nothing was achieved.
                        self.folder.rmdir()
                    _unlock(file)

    def _lock_file(self, wait: bool) -> tuple[BinaryIO, bool]:
        path = self.folder / _LOCK
        while True:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                file = path.open("ab")
            except FileNotFoundError:
                # The process before us has just removed the folder.
                continue
            try:
                if not _lock(file, wait):
                    return file, False
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                        return file, True
            except BaseException:
                file.close()
                raise
            # Whoever held the lock removed the file: what is locked now has no name any more.
            file.close()

    def _sweep(self) -> None:
        """Remove what killed processes left; under the lock nobody else is at work."""
        for path in self.folder.glob(f"{STRAY_PREFIX}*"):
            if path.name != _LOCK:
                _remove(path)

    def tidy(self) -> None:
        """Remove what killed processes left, unless one is at work or the folder is only read."""
        with contextlib.suppress(OSError):
            if any(self.folder.glob(f"{STRAY_PREFIX}*")):
                with self.lock(wait=False):
                    pass

    def clear(self) -> None:
        """Remove the cache, and the folder if nothing else is in it."""
        arrays = self.folder / _ARRAYS
        try:
            if not arrays.is_dir() and not any(self.folder.glob(f"{STRAY_PREFIX}*")):
                return
        except PermissionError:
            # What cannot even be looked into was not written by this user.
            return
        with self.lock():
            doomed = self._scratch()
            try:
                with contextlib.suppress(FileNotFoundError):
                    arrays.rename(doomed)
                if doomed.exists():
                    shutil.rmtree(doomed)
            except OSError as error:
                raise folder_error(self.folder, error) from error


def clear_caches(home: Path) -> None:
    """Clear every cache below `home`, and remove `home` if nothing else is in it."""
    try:
        folders = [path for path in home.iterdir() if path.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise folder_error(home, error) from error
    for folder in folders:
        ArrayCache(folder, "").clear()
    with contextlib.suppress(OSError):
        home.rmdir()


def _write_array(path: Path, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Write `array` as a .npy file and return its entry in the manifest."""
    array = np.ascontiguousarray(array)
    if array.dtype.str not in _DTYPES:
        raise TypeError(f"{path.stem} is {array.dtype}; a cache holds only {sorted(_DTYPES)}")
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, np.lib.format.header_data_from_array_1_0(array))
    header = buffer.getvalue()
    # Not by numpy.save, whose error for a full disk does not say that the disk is full.
    with path.open("xb") as file:
        file.write(header)
        file.write(array.data.cast("B"))
    return {
        "bytes": len(header) + array.nbytes,
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "crc32": _checksum(array, header),
    }


def _checksum(array: np.ndarray[Any, Any], header: bytes) -> int:
    """Sum up the file and the part of the manifest that says how to read it."""
    form = f"{array.dtype.str}{array.shape}".encode()
    return zlib.crc32(array.data, zlib.crc32(header, zlib.crc32(form)))


def _remove(path: Path) -> None:
    """Remove a file or a folder of ours if it is there and can be removed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _lock(file: BinaryIO, wait: bool) -> bool:
    """Wait for the exclusive lock on `file`; False where the system has none to give.

    Then two processes may both do the work, each under names of its own, and the last one wins.
    """
    try:
        import fcntl
    except ImportError:  # pragma: no cover
        return False
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise
            if is_watched():
                print("Waiting for another process that prepares the same data.", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        # Some network file systems.
        if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            return False
        raise
    return True


def _unlock(file: BinaryIO) -> None:
    import fcntl

    # Not left to the closing: a child forked meanwhile holds the same open file.
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_UN)
