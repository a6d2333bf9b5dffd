"""The registry of the data sets that can be fetched.

The fetchers, the command line, the tests and messages about archives use it. The module has no
heavy imports, because the command line reads it for its help.
"""

import hashlib
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
    sha256: str | None


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
        lines = _resource("files", f"{self.name}.txt").splitlines()
        columns = (line.split(" ", 2) for line in lines)
        return {path: Member(int(size), sha256) for sha256, size, path in columns}

    @cached_property
    def fingerprint(self) -> str:
        """Return a hash that changes with any expected file."""
        return hashlib.sha256(repr(sorted(self.members.items())).encode()).hexdigest()


def load_descr(name: str) -> str:
    return _resource("descr", f"{name}.rst")


def _resource(folder: str, name: str) -> str:
    return (resources.files("sklearn_har.datasets") / folder / name).read_text(encoding="utf-8")


_UCI = "https://archive.ics.uci.edu"

DATASETS = {
    dataset.name: dataset
    for dataset in (
        DataSet(
            name="uci_har",
            title="UCI HAR",
            description="Human Activity Recognition Using Smartphones: windows of 30 subjects",
            folder="UCI HAR Dataset",
            nested="UCI HAR Dataset.zip",
            has_recordings=False,
            # The first archive contains the second, whose older address is the fallback.
            remotes=(
                Remote(
                    f"{_UCI}/static/public/240/human+activity+recognition+using+smartphones.zip",
                    61_005_872,
                    "c00b803081a5c797cd5e4b83700a9810b38d53d9d84e01917e090e1fdbc81031",
                ),
                Remote(
                    f"{_UCI}/ml/machine-learning-databases/00240/UCI%20HAR%20Dataset.zip",
                    60_999_314,
                    "2045e435c955214b38145fb5fa00776c72814f01b203fec405152dac7d5bfeb0",
                ),
            ),
        ),
        DataSet(
            name="hapt",
            title="HAPT",
            description="the recordings behind UCI HAR, with postural transitions",
            folder="HAPT Data Set",
            remotes=(
                Remote(
                    f"{_UCI}/static/public/341/smartphone+based+recognition+of+human+activities"
                    "+and+postural+transitions.zip",
                    79_596_192,
                    "4ac4ae064227c07045a99551876b54d204837e995e298b6488559e209b3deb09",
                ),
            ),
        ),
        DataSet(
            name="motion_sense",
            title="MotionSense",
            description="recordings of 24 subjects with a phone in the trousers' front pocket",
            folder="A_DeviceMotion_data",
            # No hash of the archive is published.
            remotes=(
                Remote(
                    "https://github.com/mmalekzadeh/motion-sense/raw/master/data/"
                    "A_DeviceMotion_data.zip",
                    74_000_000,
                    None,
                ),
            ),
        ),
    )
}
