"""Reading the known files of a data set out of an archive that nobody vouches for.

Nothing is ever extracted. A file is read into memory when its name is one that the data set has,
no further than the size that it must have, and handed on when its SHA-256 is the published one;
whatever else an archive holds is not touched.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sklearn_har.exceptions import ArchiveError
from sklearn_har.utils._errors import one_line

# An official archive has about 50 members and a nested one of 61 MB; a zip file beyond these
# limits is not a repacked copy but an attempt to fill the memory.
_MAX_MEMBERS = 10_000
_MAX_NESTED_BYTES = 384 * 1024 * 1024
_MAX_SINGLE_READ = 1024 * 1024
# The readers of other methods cannot be told where to stop.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

_ENCRYPTED = 0x1
# What zipfile and zlib raise for bytes that are not the zip file that they claim to be.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,  # of zipfile: a method or a version of the format that it does not know
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """A file of a data set, as published."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What an archive of a data set must hold.

    `members` are named by their path below the folder of the data set; `nested` is the name of the
    archive within the archive, None where the publisher does not nest.
    """

    title: str
    folder: str
    members: Mapping[str, Member]
    nested: str | None = None

    @property
    def fingerprint(self) -> str:
        """Change whenever an expected file changes."""
        lines = (f"{self.members[name].sha256}  {name}\n" for name in sorted(self.members))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


class ArchiveReader:
    """Verified access to the files of a data set; made by `open_archive`."""

    def __init__(
        self,
        contents: Contents,
        origin: str,
        opener: Callable[[str], IO[bytes]],
    ) -> None:
        self._contents = contents
        self._origin = origin
        self._opener = opener
        self._n_read = 0
        self._watcher: Callable[[int], None] | None = None

    def watch(self, watcher: Callable[[int], None]) -> None:
        """Call `watcher` with the number of the file before each is read."""
        self._watcher = watcher

    def read(self, name: str) -> bytes:
        """Return the file `name`, a key of the members, once its SHA-256 is right."""
        expected = self._contents.members[name]
        self._n_read += 1
        if self._watcher is not None:
            self._watcher(self._n_read)
        try:
            with self._opener(name) as file:
                content = _read_at_most(file, expected.size)
        except ArchiveError:
            raise
        except PermissionError:
            raise
        except _DAMAGE as error:
            raise self._altered(name, f"it cannot be read ({one_line(error)})") from error
        if content is None:
            raise self._altered(name, f"it is longer than its {expected.size} bytes")
        if len(content) != expected.size:
            raise self._altered(name, f"it has {len(content)} bytes instead of {expected.size}")
        found = hashlib.sha256(content).hexdigest()
        if found != expected.sha256:
            raise self._altered(name, f"its SHA-256 is {found} instead of {expected.sha256}")
        return content

    def _altered(self, name: str, reason: str) -> ArchiveError:
        return ArchiveError(
            f"{name!r} of the {self._contents.title} data set is not the published file: {reason}. "
            f"It was read from {self._origin}; download or unpack that again, without converting "
            f"line ends."
        )


@contextlib.contextmanager
def open_archive(path: Path, contents: Contents) -> Iterator[ArchiveReader]:
    """Open a copy of a data set, whatever its form.

    Parameters
    ----------
    path : Path
        The official archive, the archive nested in it, a repacked zip file, or an unpacked folder
        (also its parent, or the folder that holds the nested archive).
    contents : Contents
        What the archive must hold.

    Yields
    ------
    reader : ArchiveReader
        Reads the files, verified one by one.

    Raises
    ------
    FileNotFoundError
        If `path` does not exist.
    ArchiveError
        If `path` is not an archive of the data set, or is incomplete, damaged or unsafe.
    """
    origin = f"archive={str(path)!r}"
    if not path.exists():
        raise FileNotFoundError(
            f"{origin} does not exist; expected the {contents.title} archive as a zip file or as "
            f"an unpacked folder."
        )
    if path.is_dir():
        root = _folder_root(path, contents)
        if root is None and contents.nested and (path / contents.nested).is_file():
            path = path / contents.nested
        else:
            yield _folder_reader(root or path, contents, origin)
            return
    if not path.is_file():
        raise ArchiveError(f"{origin} is neither a file nor a folder.")
    with path.open("rb") as file, contextlib.ExitStack() as stack:
        yield _zip_reader(file, contents, origin, stack, nested=contents.nested)


def looks_like_html(head: bytes) -> bool:
    """Tell whether `head`, the first bytes of a file, begin a web page."""
    start = head[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype", b"<html", b"<head"))


def _read_at_most(file: IO[bytes], size: int) -> bytes | None:
    """Read all of `file` in small steps; None when there is more than `size`."""
    content = bytearray()
    while chunk := file.read(min(_MAX_SINGLE_READ, size + 1 - len(content))):
        content += chunk
        if len(content) > size:
            return None
    return bytes(content)


def _folder_root(path: Path, contents: Contents) -> Path | None:
    """Find the folder of the data set: `path` itself or the one of its name in it."""
    candidates = (path, path / contents.folder, path / contents.folder / contents.folder)
    return next(
        (
            folder
            for folder in candidates
            if any((folder / name).is_file() for name in contents.members)
        ),
        None,
    )


def _folder_reader(root: Path, contents: Contents, origin: str) -> ArchiveReader:
    _check_complete({n for n in contents.members if (root / n).is_file()}, contents, origin)
    return ArchiveReader(contents, origin, lambda name: (root / name).open("rb"))


def _zip_reader(
    file: IO[bytes],
    contents: Contents,
    origin: str,
    stack: contextlib.ExitStack,
    *,
    nested: str | None,
) -> ArchiveReader:
    archive = stack.enter_context(_open_zip(file, origin))
    infos = _safe_infos(archive, origin)
    root = _zip_root(infos, contents)
    if root is None and nested:
        inner = [name for name in infos if name.rpartition("/")[2] == nested]
        if len(inner) == 1:
            content = _read_nested(archive, infos[inner[0]], origin)
            return _zip_reader(
                io.BytesIO(content), contents, f"{nested!r} in {origin}", stack, nested=None
            )
    root = root or ""
    present = {name for name in contents.members if root + name in infos}
    _check_complete(present, contents, origin)
    for name in contents.members:
        _check_member(infos[root + name], contents.members[name].size, origin)
    return ArchiveReader(contents, origin, lambda name: archive.open(infos[root + name]))


class _SmallReads(io.BufferedIOBase):
    """A file that refuses to be read in large steps.

    `zipfile` reads the list of members in one step whose length the file itself states, and makes
    an object of each entry before anybody can count them.
    """

    def __init__(self, file: IO[bytes], origin: str) -> None:
        self._file = file
        self._origin = origin

    def read(self, size: int | None = -1, /) -> bytes:
        longest = _MAX_SINGLE_READ + 1
        content = self._file.read(longest if size is None or size < 0 else min(size, longest))
        if len(content) == longest:
            raise ArchiveError(
                f"The list of members of {self._origin} is far too long for this data set."
            )
        return content

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _open_zip(file: IO[bytes], origin: str) -> zipfile.ZipFile:
    head = file.read(512)
    if looks_like_html(head):
        raise ArchiveError(
            f"{origin} is a web page saved under the name of an archive; download the archive "
            f"itself."
        )
    try:
        return zipfile.ZipFile(_SmallReads(file, origin))
    except ArchiveError:
        raise
    except _DAMAGE as error:
        what = "is empty" if not head else "is not a whole zip file"
        raise ArchiveError(
            f"{origin} {what} ({one_line(error)}): it may be truncated; download it again."
        ) from error


def _safe_infos(archive: zipfile.ZipFile, origin: str) -> dict[str, zipfile.ZipInfo]:
    """Return the files of `archive` by name, less the litter of file managers."""
    infos = archive.infolist()
    if len(infos) > _MAX_MEMBERS:
        raise ArchiveError(f"{origin} has {len(infos)} members, far too many for this data set.")
    for info in infos:
        # zipfile itself cuts a name at its first NUL and turns backslashes on Windows only.
        if _climbs(info.orig_filename):
            raise ArchiveError(
                f"{origin} has a member that points out of the archive, {info.orig_filename!r}; "
                f"no copy of the data set does. Download it again from a source that you trust."
            )
    files = [info for info in infos if not info.is_dir() and not _is_litter(info.filename)]
    repeated = [n for n, count in Counter(info.filename for info in files).items() if count > 1]
    if repeated:
        raise ArchiveError(
            f"{origin} has more than one member of the name {repeated[0]!r}; pack it again."
        )
    return {info.filename: info for info in files}


def _climbs(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in name


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or parts[-1] == ".DS_Store"


def _zip_root(infos: Mapping[str, zipfile.ZipInfo], contents: Contents) -> str | None:
    """Find the prefix under which most files of the data set are; None where none is."""
    votes = Counter(
        name.removesuffix(member)
        for name in infos
        for member in contents.members
        if name == member or name.endswith("/" + member)
    )
    return max(votes, key=lambda root: (votes[root], -len(root))) if votes else None


def _check_complete(present: set[str], contents: Contents, origin: str) -> None:
    missing = [name for name in contents.members if name not in present]
    if len(missing) == len(contents.members):
        raise ArchiveError(
            f"{origin} holds no file of the {contents.title} data set; expected "
            f"'{contents.folder}/{missing[0]}' and {len(missing) - 1} others."
        )
    if missing:
        raise ArchiveError(
            f"{origin} lacks {len(missing)} of the {len(contents.members)} files needed of the "
            f"{contents.title} data set: {', '.join(map(repr, missing))}. Download or unpack it "
            f"again."
        )


def _check_member(info: zipfile.ZipInfo, size: int | None, origin: str) -> None:
    """Refuse a member that cannot be what it should be, before a byte of it is inflated."""
    problem = None
    if stat.S_ISLNK(info.external_attr >> 16):
        problem = "is a link"
    elif info.flag_bits & _ENCRYPTED:
        problem = "is encrypted"
    elif info.compress_type not in _METHODS:
        problem = f"is packed by method {info.compress_type} where stored or deflated is read"
    elif size is not None and info.file_size != size:
        problem = f"unpacks to {info.file_size} bytes instead of {size}"
    elif size is None and info.file_size > _MAX_NESTED_BYTES:
        problem = f"unpacks to {info.file_size} bytes, far more than the data set has"
    if problem:
        raise ArchiveError(
            f"Member {info.filename!r} of {origin} {problem}; download the archive again, or "
            f"unpack it and pass the folder as archive=."
        )


def _read_nested(archive: zipfile.ZipFile, info: zipfile.ZipInfo, origin: str) -> bytes:
    _check_member(info, None, origin)
    content = None
    reason: object = "more bytes than it declares"
    try:
        with archive.open(info) as file:
            content = _read_at_most(file, info.file_size)
    except _DAMAGE as error:
        reason = one_line(error)
    if content is None or len(content) != info.file_size:
        raise ArchiveError(
            f"Member {info.filename!r} of {origin} is damaged ({reason}); download it again."
        )
    return content
