"""Store arrays in one `.npz` file on disk, written under another name and then renamed.

`joblib.Memory` stores pickles, which can execute code, and has no lock.

Readers therefore find a complete file or none. If the system has `fcntl`, processes lock the
folder, so that only one does the work. Otherwise each does it, and the last file wins. The CRC-32
of each array protects from accidents, not from people who can write to the folder.
"""

import contextlib
import errno
import os
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har.utils._progress import is_watched

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# The prefix of unfinished files. A killed process leaves them, and the next one removes them.
STRAY_PREFIX = ".sklearn-har-"
# The name identifies the package, because the data home may hold other files.
FILE_NAME = "sklearn-har-arrays.npz"
# Raise it whenever a parser returns other arrays, or the format of the file changes.
_FORMAT = 2
_LONGEST_DOWNLOAD = 24 * 3600.0
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EBADF)


class CacheMissError(Exception):
    """There is no cache of this format and content."""


class CacheDamagedError(CacheMissError):
    """The cache is not what was written."""


def folder_error(folder: Path, error: OSError) -> OSError:
    """Return an error of the same kind that names the folder and a remedy."""
    return OSError(
        error.errno,
        f"the cache folder {str(folder)!r} cannot be used: {error.strerror or error}. Make room or "
        f"grant access there, or pass another folder as data_home=",
    )


class ArrayCache:
    """The arrays of one data set in one file below `folder`.

    A cache of something with another `fingerprint` is a miss.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self.path = folder / FILE_NAME
        self._made_from = f"{_FORMAT} {fingerprint}"

    def load(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Read the arrays `names` into memory, writable and owned by the caller."""
        try:
            with self.path.open("rb") as file, zipfile.ZipFile(file) as members:
                if str(_read_array(members, "made_from")) == self._made_from:
                    return {name: _read_array(members, name) for name in names}
        except (FileNotFoundError, NotADirectoryError) as error:
            raise CacheMissError(f"there is no cache in {str(self.folder)!r}") from error
        except Exception as error:  # zipfile and numpy raise many kinds for damaged files
            # Such a file may give negative positions, or name another decompressor.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise folder_error(self.folder, error) from error
            raise CacheDamagedError(f"{str(self.path)!r} is damaged ({error})") from error
        raise CacheMissError(f"{str(self.path)!r} is of another version")

    def store(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        part = self.folder / f"{STRAY_PREFIX}{uuid.uuid4().hex}.npz"
        contents: dict[str, Any] = {"made_from": np.array(self._made_from), **arrays}
        try:
            # Not by tempfile, which excludes other users, while the data home may be shared.
            with part.open("xb") as file:
                np.savez(file, **contents)
            try:
                part.replace(self.path)
            except PermissionError:
                # Windows cannot replace a file that another process reads. The caller has the
                # arrays, and the next call tries again if the file is damaged.
                if not self.path.exists():
                    raise
        except OSError as error:
            raise folder_error(self.folder, error) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Make the folder, keep other processes out, and remove the folder if it stays empty."""
        try:
            descriptor = self._locked_folder()
        except OSError as error:
            raise folder_error(self.folder, error) from error
        try:
            self._sweep(is_locked=descriptor is not None)
            yield
        finally:
            with contextlib.suppress(OSError):
                self.folder.rmdir()
            if descriptor is not None:
                # Closing is not enough: a child forked meanwhile holds the same lock.
                fcntl.flock(descriptor, fcntl.LOCK_UN)
                os.close(descriptor)

    def _locked_folder(self) -> int | None:
        """Wait for the lock on the folder; return its descriptor, or None if locks are
        unavailable."""
        while True:
            self.folder.mkdir(parents=True, exist_ok=True)
            if fcntl is None:
                return None
            try:
                descriptor = os.open(self.folder, os.O_RDONLY)
            except FileNotFoundError:
                continue  # The previous process has just removed the folder.
            try:
                _wait_for_lock(descriptor)
                if os.path.samestat(os.fstat(descriptor), self.folder.stat()):
                    return descriptor
            except FileNotFoundError:
                pass  # The folder was removed while this process waited.
            except BaseException as error:
                os.close(descriptor)
                # Some network file systems have no locks, or none on folders.
                if isinstance(error, OSError) and error.errno in _NO_LOCKS:
                    return None
                raise
            os.close(descriptor)

    def _sweep(self, *, is_locked: bool) -> None:
        """Remove remains of killed processes: all of them under the lock, otherwise old ones."""
        for path in self.folder.glob(f"{STRAY_PREFIX}*"):
            with contextlib.suppress(OSError):
                if is_locked or time.time() - path.stat().st_mtime > _LONGEST_DOWNLOAD:
                    path.unlink()

    def clear(self) -> None:
        """Remove the cache, and the folder if it is then empty."""
        try:
            if not self.path.exists() and not any(self.folder.glob(f"{STRAY_PREFIX}*")):
                return
        except PermissionError:
            return  # A user who cannot list the folder has not written to it.
        with self.lock():
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                raise folder_error(self.folder, error) from error


def clear_caches(home: Path) -> None:
    """Clear every cache below `home`, and remove `home` if it is then empty."""
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


def _read_array(members: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with members.open(f"{name}.npy") as member:
        values: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
        # zipfile checks the CRC-32 at the end, which a damaged header may put elsewhere.
        if member.read(1):
            raise ValueError("an array is longer than its header says")
    return values


def _wait_for_lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if is_watched():
            print("Waiting for another process that prepares the same data.", file=sys.stderr)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
