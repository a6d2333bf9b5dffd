"""The state of a recogniser as bytes: arrays and parameters, nothing that could be executed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sklearn_har._stages import State

__all__ = ["pack", "unpack"]

_FORMAT = 1


def pack(arrays: Mapping[str, NDArray[Any]], parameters: Mapping[str, Any]) -> bytes:
    """Write arrays and the parameters that they belong to."""
    header = json.dumps({"format": _FORMAT, "parameters": parameters}, default=_as_number)
    file = io.BytesIO()
    named: dict[str, Any] = {**arrays, "header": np.frombuffer(header.encode(), dtype=np.uint8)}
    np.savez(file, **named)
    return file.getvalue()


def _as_number(value: Any) -> Any:
    # NumPy's numbers, in parameters that were computed.
    return value.item()


def unpack(state: bytes, parameters: Mapping[str, Any]) -> State:
    """Read what `pack` wrote, for a recogniser of these parameters."""
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop("header").tobytes())
        form, written = header["format"], dict(header["parameters"])
    except (ValueError, TypeError, KeyError, EOFError, OSError, zipfile.BadZipFile) as error:
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
                f"state must be of a recogniser with the same parameters, got one with "
                f"{name}={written.get(name)!r} where this one has {value!r}."
            )
    return arrays
