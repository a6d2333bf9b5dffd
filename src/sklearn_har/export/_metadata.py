"""Read and write the metadata of exported files: plain JSON, the same in all formats.

Neither format has a checksum, and TensorFlow has no public function that writes metadata into a
LiteRT file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sklearn_har._version import __version__
from sklearn_har.utils._numbers import check_rate

_FORMAT = 2
_UNSEALED = "0" * 64
# As written by `Metadata.to_json`; inside another JSON text the quotes would be escaped.
_SEAL = re.compile(rb'"sha256": "([0-9a-f]{64})"')
_WHOLE = re.compile(rb'\{"classes": .*' + _SEAL.pattern + rb"\}", re.DOTALL)


@dataclass(frozen=True)
class Metadata:
    """The metadata of an exported file.

    `classes` are the labels in the order of the probabilities, and `activity_names` their names for
    people. `recognizer` is the result of `ActivityRecognizer.describe`. `sha256` is that of the
    whole file with 64 zeros in its place; it comes last, where `find_metadata` expects it.
    """

    classes: list[Any]
    classes_dtype: str
    activity_names: list[str]
    channel_names: list[str] | None
    sampling_rate: float | None
    n_timesteps: int
    n_channels: int
    quantize: str | None
    estimator: str
    recognizer: dict[str, Any] | None = None
    sklearn_har: str = __version__
    format: int = _FORMAT
    sha256: str = _UNSEALED

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Metadata:
        """Read the text of :meth:`to_json`, or raise a ValueError."""
        try:
            content = json.loads(text)
            found = content["format"]
        except (ValueError, TypeError, KeyError):
            raise ValueError("the metadata of the file cannot be read") from None
        if found != _FORMAT:
            raise ValueError(
                f"the metadata of the file has format {found}; this version of sklearn-har "
                f"reads format {_FORMAT}. Read it by the version {content.get('sklearn_har')} that "
                "wrote it, or export the estimator again"
            )
        try:
            return cls(**content)
        except TypeError as error:
            raise ValueError(f"the metadata of the file is incomplete ({error})") from None

    def labels(self) -> Any:
        """Return the classes in the form given to `fit`."""
        return np.array(self.classes, dtype=np.dtype(self.classes_dtype))


def find_metadata(content: bytes) -> str | None:
    """Return the metadata in a file whose runtime does not return them, or None."""
    found = _WHOLE.search(content)
    return None if found is None else found[0].decode("utf-8")


def seal(content: bytes) -> bytes:
    """Write the SHA-256 of a file into its place in the metadata.

    The runtimes parse files in native code, which may crash on an altered file; the seal detects
    this earlier.
    """
    start, end = _place_of_seal(content)
    return content[:start] + _digest(content, start, end) + content[end:]


def check_seal(content: bytes) -> None:
    """Raise a ValueError unless the file is, byte for byte, the sealed one."""
    start, end = _place_of_seal(content)
    if _digest(content, start, end) != content[start:end]:
        raise ValueError(
            "its SHA-256 is not the one that it was written with: it was altered or is incomplete. "
            "Copy it again, or export the estimator again"
        )


def _digest(content: bytes, start: int, end: int) -> bytes:
    """Return the SHA-256 of a file with a blank seal, in the form of the seal."""
    digest = hashlib.sha256(content[:start] + _UNSEALED.encode() + content[end:])
    return digest.hexdigest().encode()


def _place_of_seal(content: bytes) -> tuple[int, int]:
    places = [match.span(1) for match in _SEAL.finditer(content)]
    if len(places) != 1:
        raise ValueError(
            "it has no checksum where files of sklearn-har have one: it is another kind of file, "
            "damaged, or older than the checksum; if it is one of yours, export the estimator again"
        )
    return places[0]


def make_metadata(
    plan: Any,
    activity_names: Sequence[str] | None,
    channel_names: Sequence[str] | None,
    sampling_rate: float | None,
    quantize: str | None,
    recognizer: dict[str, Any] | None,
) -> Metadata:
    """Check and collect the metadata of a file from the parts of an estimator."""
    classes = np.asarray(plan.estimator.classes_)
    n_timesteps, n_channels = plan.shape
    names = _names(activity_names, "activity_names", len(classes), "classes of the estimator")
    channels = _names(channel_names, "channel_names", n_channels, "channels of a window")
    if sampling_rate is not None:
        sampling_rate = check_rate(sampling_rate)
    steps = getattr(plan.estimator, "steps", [("", plan.estimator)])
    return Metadata(
        classes=classes.tolist(),
        classes_dtype="object" if classes.dtype == object else classes.dtype.str,
        activity_names=names if names is not None else [str(label) for label in classes.tolist()],
        channel_names=channels if channels is not None else plan.channel_names,
        sampling_rate=sampling_rate,
        n_timesteps=n_timesteps,
        n_channels=n_channels,
        quantize=quantize,
        estimator=", ".join(type(step).__name__ for _, step in steps),
        recognizer=recognizer,
    )


def _names(names: Sequence[str] | None, argument: str, n: int, of: str) -> list[str] | None:
    if names is None:
        return None
    if isinstance(names, str) or len(names) != n:
        raise ValueError(
            f"{argument} must name each of the {n} {of}, in their order, got {names!r}."
        )
    return [str(name) for name in names]
