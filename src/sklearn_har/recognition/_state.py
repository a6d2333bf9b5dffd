"""Save the state of a recognizer as bytes: arrays and parameters, without code."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Raise it whenever an array gets another name or meaning.
_FORMAT = 4


def pack(arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]) -> bytes:
    """Return arrays and their parameters as bytes."""
    content = {"format": _FORMAT, "crc32": _checksum(arrays), "parameters": parameters}
    header = json.dumps(content, default=_as_number)
    file = io.BytesIO()
    named: dict[str, Any] = {**arrays, "header": np.frombuffer(header.encode(), dtype=np.uint8)}
    np.savez(file, **named)
    return file.getvalue()


def _checksum(arrays: Mapping[str, NDArray[Any]]) -> int:
    total = 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total = zlib.crc32(f"{name}{array.dtype.str}{arrays[name].shape}".encode(), total)
        total = zlib.crc32(array.tobytes(), total)
    return total


def _as_number(value: Any) -> Any:
    # Computed parameters may be NumPy numbers.
    return value.item()


def unpack(state: bytes, parameters: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Read the bytes of `pack` for a recognizer with these parameters."""
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop("header").tobytes())
        form, written = header["format"], dict(header["parameters"])
        if form == _FORMAT and header["crc32"] != _checksum(arrays):
            raise ValueError("its checksum is not the one that was written")
    except Exception as error:  # zipfile, numpy and tokenize raise many kinds for damaged data
        raise ValueError(
            f"state must be what get_state returned, got something else ({error or 'no data'})."
        ) from error
    if form != _FORMAT:
        raise ValueError(
            f"state must be of format {_FORMAT}, got {form}: it is of another version of the "
            "package. Begin a new stream."
        )
    mine = json.loads(json.dumps(parameters, default=_as_number))
    for name, value in mine.items():
        if written.get(name) != value:
            raise ValueError(
                f"state must be of a recognizer with the same parameters, got one with "
                f"{name}={written.get(name)!r} where this one has {value!r}."
            )
    return arrays
