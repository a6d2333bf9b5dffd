"""Files and tables of samples, as frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sklearn_har.utils._optional import import_optional

__all__ = ["path_of", "pieces_of", "table_of"]

_TEXT = {".csv", ".tsv", ".txt"}
_PARQUET = {".parquet", ".pq"}
_COMPRESSED = {".gz", ".bz2", ".xz", ".zip", ".zst"}


def path_of(source: Any) -> Path | None:
    """Return the path of a file, None for a table or an open file."""
    if isinstance(source, pd.DataFrame) or hasattr(source, "read"):
        return None
    try:
        return Path(source).expanduser()
    except TypeError:
        raise TypeError(
            f"source must be a path, an open file or a DataFrame, got {type(source).__name__}. "
            "Recording takes arrays."
        ) from None


def table_of(source: Any, options: dict[str, Any]) -> pd.DataFrame:
    """Read a whole table."""
    if isinstance(source, pd.DataFrame):
        _refuse_options(options)
        return source
    path = path_of(source)
    if path is not None and _kind(path) in _PARQUET:
        _pyarrow("pyarrow", path)
        return pd.read_parquet(path, **options)
    frame: pd.DataFrame = pd.read_csv(
        source if path is None else path, **_text_options(path, options)
    )
    return frame


def pieces_of(source: Any, options: dict[str, Any], n_rows: int) -> Iterator[pd.DataFrame]:
    """Read a table in pieces of at most `n_rows` rows."""
    path = path_of(source)
    if isinstance(source, pd.DataFrame):
        _refuse_options(options)
        for first in range(0, max(len(source), 1), n_rows):
            yield source.iloc[first : first + n_rows]
    elif path is not None and _kind(path) in _PARQUET:
        if set(options) - {"columns"}:
            raise ValueError(
                "read_options must be None or {'columns': ...} for a Parquet file with chunksize, "
                f"got {options}."
            )
        # With a buffer, pyarrow keeps what it has read until the file is closed.
        with _pyarrow("pyarrow.parquet", path).ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=n_rows, **options):
                yield batch.to_pandas()
    else:
        options = _text_options(path, options) | {"chunksize": n_rows}
        with pd.read_csv(source if path is None else path, **options) as reader:
            yield from reader


def _refuse_options(options: dict[str, Any]) -> None:
    if options:
        raise ValueError(
            f"read_options are for files, got {sorted(options)} with a DataFrame as source."
        )


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    kind = suffixes[-1] if suffixes else ""
    if kind not in _TEXT | _PARQUET:
        raise ValueError(
            f"source must be a file of one of the kinds {sorted(_TEXT | _PARQUET)}, got "
            f"{path.name!r}. Read other files with pandas and pass the DataFrame."
        )
    return kind


def _text_options(path: Path | None, options: dict[str, Any]) -> dict[str, Any]:
    if {"chunksize", "iterator"} & set(options):
        raise ValueError(
            f"read_options must read the whole table at once, got {options}. "
            "read_recording(..., chunksize=) reads a table in pieces."
        )
    tabs = path is not None and _kind(path) == ".tsv"
    return ({"sep": "\t"} if tabs else {}) | options


def _pyarrow(module: str, path: Path) -> Any:
    return import_optional(module, extra="parquet", needed_by=f"Reading {path.name!r}")
