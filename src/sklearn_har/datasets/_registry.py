"""The registry of the data sets that can be fetched.

The fetchers, the command line, the tests and messages about archives use it. The module has no
heavy imports, because the command line reads it for its help.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources


@dataclass(frozen=True)
class Remote:
    """An archive on a server.

    If no `sha256` of an archive is published, it is None. The `size` in bytes is then approximate,
    and only the files in the archive are verified.
    """

    url: str
    size: int
    sha256: str | None = None


@dataclass(frozen=True)
class Member:
    """A file of a data set, as published."""

    size: int
    sha256: str


@dataclass(frozen=True)
class DataSet:
    """The properties of a data set that are known before it is fetched.

    `name` is that of the module `_<name>.py`, the function `fetch_<name>`, the text files
    `descr/<name>.rst` and `files/<name>.txt`, and the folder below the data home. `description` is
    for the help of the command line. `folder` is the folder within the archive, and `nested` the
    name of an archive within it. `remotes` are the addresses of archives, in order of preference.
    """

    name: str
    title: str
    description: str
    folder: str
    remotes: tuple[Remote, ...]
    nested: str | None = None
    has_recordings: bool = True

    @property
    def fetcher(self) -> str:
        """Return the name of the public function that loads the data set."""
        return f"fetch_{self.name}"

    @cached_property
    def members(self) -> dict[str, Member]:
        """Return the files to read, by their path below the folder of the data set."""
        lines = resource_text("files", f"{self.name}.txt").splitlines()
        columns = (line.split(" ", 2) for line in lines)
        return {path: Member(int(size), sha256) for sha256, size, path in columns}

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash that changes with any expected file."""
        return hashlib.sha256(repr(sorted(self.members.items())).encode()).hexdigest()


def load_descr(name: str) -> str:
    return resource_text("descr", f"{name}.rst")


def resource_text(folder: str, name: str) -> str:
    return (resources.files("sklearn_har.datasets") / folder / name).read_text(encoding="utf-8")


def _read_registry() -> dict[str, DataSet]:
    registry = tomllib.loads(resource_text("files", "registry.toml"))
    return {
        name: DataSet(name, **{**fields, "remotes": tuple(Remote(**r) for r in fields["remotes"])})
        for name, fields in registry.items()
    }


DATASETS = _read_registry()
