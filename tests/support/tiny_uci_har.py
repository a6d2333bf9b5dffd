"""A tiny data set in the layout of UCI HAR.

It replaces the real one's description only: what reads, checks, caches and downloads it
is the code that users run.
"""

import dataclasses
import hashlib
import io
import zipfile

import numpy as np

# The registry has no public name: users call fetchers. Tests replace an entry by that of a tiny
# data set, and take the registry from here.
from sklearn_har.datasets._registry import DATASETS, Member, Remote

FOLDER = "UCI HAR Dataset"
ACTIVITY_NAMES = [
    "walking",
    "walking_upstairs",
    "walking_downstairs",
    "sitting",
    "standing",
    "laying",
]
CHANNEL_NAMES = [
    f"{signal}_{axis}" for signal in ("total_acc", "body_acc", "body_gyro") for axis in "xyz"
]
# Of each part the windows per activity and the subjects.
PARTS = {"train": ((2, 1, 1, 2, 1, 1), (1, 3)), "test": ((1, 1, 1, 1, 1, 1), (2, 4))}
# Published, but not read.
UNUSED = ("README.txt", "activity_labels.txt")


# The windows of each recording, of each part.
RECORDINGS = {"train": "1:5 2:3", "test": "3:2 5:4"}


class TinyUciHar:
    """Files of the tiny data set, what they were made from, and the forms that users have."""

    def __init__(self):
        rng = np.random.default_rng(0)
        labels = (f"{i} {name.upper()}\n" for i, name in enumerate(ACTIVITY_NAMES, start=1))
        self.files = {
            "README.txt": "Università\r\n".encode("latin-1"),
            "activity_labels.txt": "".join(labels).encode(),
        }
        self.arrays = {}
        for subset, (counts, subjects) in PARTS.items():
            target = rng.permutation(np.repeat(np.arange(6), counts))
            subject = np.resize(subjects, len(target))
            data = np.round(rng.normal(size=(len(target), 128, 9)), 5)
            self.arrays[subset] = (data.astype(np.float32), target, subject)
            for name, column in (("y", target + 1), ("subject", subject)):
                content = "".join(f"{value}\n" for value in column)
                self.files[f"{subset}/{name}_{subset}.txt"] = content.encode()
            for i, channel in enumerate(CHANNEL_NAMES):
                lines = ("".join(f" {v:15.7e}" for v in row) + "\r\n" for row in data[:, :, i])
                path = f"{subset}/Inertial Signals/{channel}_{subset}.txt"
                self.files[path] = "".join(lines).encode()

    def members(self, files=None):
        return {
            name: Member(len(content), hashlib.sha256(content).hexdigest())
            for name, content in (files or self.files).items()
            if name not in UNUSED
        }

    def zipped(self, files=None, *, folder=FOLDER, extra=(), compression=zipfile.ZIP_DEFLATED):
        """Return a zip file: the files below `folder`, then `extra` pairs of name and content."""
        buffer = io.BytesIO()
        files = self.files if files is None else files
        named = [(f"{folder}/{name}" if folder else name, c) for name, c in files.items()]
        with zipfile.ZipFile(buffer, "w") as z:
            for name, content in [*named, *extra]:
                # A ZipInfo has a fixed date: the bytes, and so their SHA-256, are always the same.
                info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
                z.writestr(info, content, compression)
        return buffer.getvalue()

    def outer(self, inner=None):
        """Return the inner zip file within another, as the repository publishes it."""
        inner = self.zipped() if inner is None else inner
        files = {f"{FOLDER}.zip": inner, f"{FOLDER}.names": b"Names"}
        return self.zipped(files, folder="", compression=zipfile.ZIP_STORED)

    def unpack(self, folder, files=None):
        for name, content in (self.files if files is None else files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder

    def remotes(self, *urls):
        """Describe two addresses, of the outer and of the inner zip file."""
        return tuple(
            Remote(url, len(content), hashlib.sha256(content).hexdigest())
            for url, content in zip(urls, (self.outer(), self.zipped()), strict=True)
        )

    def dataset(self, *urls):
        """Describe the tiny data set as the registry describes the real one."""
        return with_members(
            dataclasses.replace(DATASETS["uci_har"], remotes=self.remotes(*urls)), self.members()
        )


def with_members(dataset, members):
    """Return a data set whose members are not those of its list."""
    dataset = dataclasses.replace(dataset)
    vars(dataset)["members"] = members
    return dataset
