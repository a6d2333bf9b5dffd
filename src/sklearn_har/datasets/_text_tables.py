"""Reading the plain text files in which the data sets are published."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklearn_har.exceptions import ArchiveError

__all__ = ["parse_integers", "parse_table"]

_LARGEST_INTEGER = 2**53


def parse_table(content: bytes, path: str, n_columns: int) -> NDArray[np.float64]:
    """Parse numbers between spaces, `n_columns` a line."""
    try:
        # A single space is parsed in half the time that the pattern for any space takes.
        frame = pd.read_csv(
            BytesIO(content), sep=" ", skipinitialspace=True, header=None, low_memory=False
        )
        table = frame.to_numpy(dtype=np.float64)
    except (ValueError, OverflowError) as error:
        raise ArchiveError(f"{path!r} is not a table of numbers: {error}") from error
    if table.shape[1] != n_columns:
        raise ArchiveError(
            f"{path!r} has {table.shape[1]} numbers a line where {n_columns} are expected."
        )
    if not np.isfinite(table).all():
        raise ArchiveError(f"{path!r} has a number that is missing or not finite.")
    return table


def parse_integers(content: bytes, path: str, n_columns: int) -> NDArray[np.int64]:
    """Parse whole numbers between spaces, `n_columns` a line."""
    values = parse_table(content, path, n_columns)
    # Beyond the limit a float64 cannot hold each whole number, and at last no int64 can.
    if (values != np.trunc(values)).any() or (np.abs(values) > _LARGEST_INTEGER).any():
        raise ArchiveError(f"{path!r} has a number that is not whole, or far too large.")
    return values.astype(np.int64)
