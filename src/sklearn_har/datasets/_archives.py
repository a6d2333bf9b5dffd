"""Read the files of a data set from an archive of any origin.

`zipfile` verifies CRC-32, not SHA-256; pooch verifies the archive as a whole and unpacks it.

Nothing is unpacked to the disk. A member is found by its published name, read up to its published
size, and used only if its SHA-256 is the published one. This excludes altered files and links. No
other member is read, so duplicate names and names outside the archive do no harm.
"""

import contextlib
import hashlib
import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.datasets._registry import DATASETS, DataSet
from sklearn_har.exceptions import ArchiveError
from sklearn_har.utils._errors import one_line

# The largest nested archive has 61 MB. The limit keeps a zip bomb from filling the memory.
_MAX_NESTED_BYTES = 384 * 1024 * 1024
# Decompressors of other methods do not stop at a given size.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# The errors of zipfile and zlib for damaged files. Encrypted members raise a RuntimeError, unknown
# methods and versions of the format a NotImplementedError.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_Openers = dict[str, Callable[[], IO[bytes]]]


class ArchiveReader:
    """Read and verify the files of a data set, which `openers` opens by name."""

    def __init__(self, dataset: DataSet, openers: _Openers, origin: str) -> None:
        self._dataset = dataset
        self._openers = openers
        self._origin = origin
        #: Called with the name of each file before it is read.
        self.on_read: Callable[[str], None] = lambda name: None

    def read(self, name: str) -> bytes:
        """Return the file `name`, a key of the members, after checking its SHA-256."""
        expected = self._dataset.members[name]
        self.on_read(name)
        try:
            with self._openers[name]() as file:
                content = file.read(expected.size + 1)
        except PermissionError:
            raise
        except _DAMAGE as error:
            raise self._alteration(name, f"it cannot be read ({one_line(error)})") from error
        found, size = hashlib.sha256(content).hexdigest(), expected.size
        if len(content) > size:
            raise self._alteration(name, f"it is longer than its {size} bytes")
        if len(content) < size:
            raise self._alteration(name, f"it has {len(content)} bytes instead of {size}")
        if found != expected.sha256:
            raise self._alteration(name, f"its SHA-256 is {found} instead of {expected.sha256}")
        return content

    def read_table(self, name: str) -> NDArray[np.float64]:
        """Return the numbers of a text file with spaces as separators."""
        # Parsing a single space takes half the time of a pattern for white space.
        table = pd.read_csv(
            io.BytesIO(self.read(name)), sep=" ", skipinitialspace=True, header=None
        )
        return table.to_numpy(dtype=np.float64)

    def _alteration(self, name: str, reason: str) -> ArchiveError:
        return ArchiveError(
            f"{name!r} of the {self._dataset.title} data set is not the published file: {reason}. "
            f"It was read from {self._origin}; download or unpack that again, without converting "
            f"line ends."
        )


@contextlib.contextmanager
def open_archive(path: Path, dataset: DataSet) -> Iterator[ArchiveReader]:
    """Open a copy of a data set in any form.

    `path` is the official archive, the archive nested in it, a repacked zip file, or an unpacked
    folder (also its parent, or the folder with the nested archive). Anything else, or a missing
    file, raises an ArchiveError.
    """
    origin = f"archive={str(path)!r}"
    if not path.exists():
        raise FileNotFoundError(
            f"{origin} does not exist; expected the {dataset.title} archive as a zip file or as "
            f"an unpacked folder."
        )
    if not (path.is_dir() or path.is_file()):
        raise ArchiveError(f"{origin} is neither a file nor a folder.")
    with contextlib.ExitStack() as stack:
        if path.is_dir():
            find = partial(_find_in_folder, path)
        else:
            file = stack.enter_context(path.open("rb"))
            find = partial(_find_in_zip, stack.enter_context(_open_zip(file, origin)))
        openers = find(dataset)
        if dataset.nested and list(openers) == [dataset.nested]:
            inner = _read_nested(openers[dataset.nested], dataset.nested, origin)
            origin = f"{dataset.nested!r} in {origin}"
            find = partial(_find_in_zip, stack.enter_context(_open_zip(inner, origin)))
            openers = find(dataset)
        _check_complete(dataset, openers, find, origin)
        yield ArchiveReader(dataset, openers, origin)


def looks_like_html(head: bytes) -> bool:
    """Return whether the first bytes of a file begin a web page."""
    start = head[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype", b"<html", b"<head"))


def _names(dataset: DataSet) -> list[str]:
    return [*dataset.members, *([dataset.nested] if dataset.nested else [])]


def _find_in_folder(path: Path, dataset: DataSet) -> _Openers:
    """Find the files of a data set in a folder: directly or below a folder of its name."""
    roots = (path, path / dataset.folder, path / dataset.folder / dataset.folder)
    found: Iterator[_Openers] = (
        {n: partial(_open_file, root / n) for n in _names(dataset) if (root / n).is_file()}
        for root in roots
    )
    return max(found, key=len)


def _find_in_zip(archive: zipfile.ZipFile, dataset: DataSet) -> _Openers:
    """Find the files of a data set in a zip file: below the path with most of them."""
    wanted = set(_names(dataset))
    infos = {info.filename: info for info in archive.infolist()}
    roots: Counter[str] = Counter()
    for name in infos:
        parts = name.split("/")
        tails = ("/".join(parts[i:]) for i in range(len(parts)))
        roots.update(name.removesuffix(tail) for tail in tails if tail in wanted)
    if not roots:
        return {}
    root = max(roots, key=lambda root: (roots[root], -len(root)))
    return {n: partial(_open_member, archive, infos[root + n]) for n in wanted if root + n in infos}


def _open_file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _open_zip(file: IO[bytes], origin: str) -> zipfile.ZipFile:
    head = file.read(512)
    if looks_like_html(head):
        raise ArchiveError(
            f"{origin} is a web page saved under the name of an archive; download the archive "
            f"itself."
        )
    try:
        return zipfile.ZipFile(file)
    except _DAMAGE as error:
        problem = "is not a whole zip file" if head else "is empty"
        raise ArchiveError(
            f"{origin} {problem} ({one_line(error)}): it may be truncated; download it again."
        ) from error


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    if info.compress_type not in _METHODS:
        raise ValueError(f"it is packed by method {info.compress_type}, not stored or deflated")
    return archive.open(info)


def _read_nested(opener: Callable[[], IO[bytes]], name: str, origin: str) -> IO[bytes]:
    try:
        with opener() as file:
            content = file.read(_MAX_NESTED_BYTES + 1)
    except _DAMAGE as error:
        raise ArchiveError(
            f"Member {name!r} of {origin} is damaged ({one_line(error)}); download it again."
        ) from error
    if len(content) > _MAX_NESTED_BYTES:
        raise ArchiveError(f"Member {name!r} of {origin} is far larger than the data set.")
    return io.BytesIO(content)


def _check_complete(
    dataset: DataSet, found: _Openers, find: Callable[[DataSet], _Openers], origin: str
) -> None:
    missing = [name for name in dataset.members if name not in found]
    if not missing:
        return
    other = max(DATASETS.values(), key=lambda other: len(find(other)))
    if other.name != dataset.name and len(find(other)) > len(found):
        raise ArchiveError(
            f"{origin} holds the {other.title} data set, but {dataset.title} is expected. Load "
            f"it with {other.fetcher}, or pass the {dataset.title} archive."
        )
    if len(missing) == len(dataset.members):
        raise ArchiveError(
            f"{origin} holds no file of the {dataset.title} data set; expected "
            f"'{dataset.folder}/{missing[0]}' and {len(missing) - 1} others."
        )
    raise ArchiveError(
        f"{origin} lacks {len(missing)} of the {len(dataset.members)} files needed of the "
        f"{dataset.title} data set: {', '.join(map(repr, missing))}. Download or unpack it again."
    )
