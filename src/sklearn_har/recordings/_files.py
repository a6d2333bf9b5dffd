"""Read files and tables of samples as frames.

pandas reads the tables, but keeps lines that are not rows, such as messages of a logger.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from sklearn_har.recordings._cleaning import without_text
from sklearn_har.recordings._rows import RowShape, first_bytes, odd_lines, row_shape
from sklearn_har.recordings._sniffing import check_encoding, guess_encoding
from sklearn_har.utils._optional import import_optional

_TEXT = {".csv", ".tsv", ".txt", ".dat", ".log"}
PARQUET = {".parquet", ".pq"}
_COMPRESSED = {".gz", ".bz2", ".xz", ".zip", ".zst"}


def path_of(source: Any) -> Path | None:
    """Return the path of a file; None for a table or an open file."""
    if isinstance(source, pd.DataFrame) or hasattr(source, "read"):
        return None
    try:
        return Path(source).expanduser()
    except TypeError:
        raise TypeError(
            f"source must be a path, an open file or a DataFrame, got {type(source).__name__}. "
            "Recording takes arrays."
        ) from None


def table_of(
    source: Any, options: dict[str, Any], roles: Mapping[str, Any], told: list[str]
) -> pd.DataFrame:
    """Read a whole table.

    `roles` gives the columns that the arguments of `read_recording` name. `told` gets sentences
    about omitted rows.
    """
    frame = raw_table_of(source, options, told)
    return without_text(frame, roles, options.get("decimal", "."), told)


def raw_table_of(source: Any, options: dict[str, Any], told: list[str]) -> pd.DataFrame:
    """Read a whole table, including rows that hold text among numbers."""
    path = path_of(source)
    if isinstance(source, pd.DataFrame):
        _refuse_options(options)
        return source
    if path is not None and kind_of(path) in PARQUET:
        _pyarrow("pyarrow", path)
        return pd.read_parquet(path, **options)
    return _text_table(source if path is None else path, options, told)


def _text_table(source: Any, options: dict[str, Any], told: list[str]) -> pd.DataFrame:
    """Read a whole text file; only blocks with odd lines are checked line by line."""
    shape, read = _shape_of(source, options)
    at = source.tell() if shape is not None and hasattr(source, "tell") else None
    frame: pd.DataFrame | None = None
    with _reading_errors(source):
        # pandas drops cells beyond the last name, so these lines must be found first.
        if shape is None or not shape.has_empty_end:
            try:
                frame = pd.read_csv(source, **read)
            except pd.errors.ParserError:
                if shape is None:
                    raise
            else:
                texts = any(pd.api.types.is_string_dtype(kind) for kind in frame.dtypes)
                if shape is None or not (texts or frame.iloc[:, -1].isna().any()):
                    return frame
        if at is not None:
            source.seek(at)
        odd = _without_odd_lines(source, shape, read, told)
        if at is not None:
            source.seek(at)
        # Without an odd line, return the table or raise the error again.
        return frame if frame is not None and odd is read else pd.read_csv(source, **odd)


def pieces_of(
    source: Any, options: dict[str, Any], roles: Mapping[str, Any], told: list[str], n_rows: int
) -> Iterator[pd.DataFrame]:
    """Read a table in pieces of at most `n_rows` rows."""
    decimal = options.get("decimal", ".")
    for frame in _pieces_of(source, options, told, n_rows):
        yield without_text(frame, roles, decimal, told)


def _pieces_of(
    source: Any, options: dict[str, Any], told: list[str], n_rows: int
) -> Iterator[pd.DataFrame]:
    path = path_of(source)
    if isinstance(source, pd.DataFrame):
        _refuse_options(options)
        for first in range(0, max(len(source), 1), n_rows):
            yield source.iloc[first : first + n_rows]
    elif path is not None and kind_of(path) in PARQUET:
        if set(options) - {"columns"}:
            raise ValueError(
                "read_options must be None or {'columns': ...} for a Parquet file with chunksize, "
                f"got {options}."
            )
        # With a buffer, pyarrow keeps everything it has read until the file is closed.
        with _pyarrow("pyarrow.parquet", path).ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=n_rows, **options):
                yield batch.to_pandas()
    else:
        file = source if path is None else path
        options = _without_odd_lines(file, *_shape_of(file, options), told) | {"chunksize": n_rows}
        with _reading_errors(file):
            reader = pd.read_csv(file, **options)
        with reader:
            while True:
                with _reading_errors(file):
                    piece = next(reader, None)
                if piece is None:
                    return
                yield piece


@contextmanager
def _reading_errors(source: Any) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Length of header", pd.errors.ParserWarning)
            yield
    except pd.errors.ParserWarning as error:
        raise ValueError(
            "source must have a name for each column, got rows with more values than names. Pass "
            "read_options={'header': 0, 'names': [...]} with the names of all columns."
        ) from error
    except UnicodeDecodeError as error:
        head = first_bytes(source)
        guess = guess_encoding(error.object if head is None or head.isascii() else head)
        raise ValueError(
            f"source must be text in UTF-8, got other bytes ({error}). Pass "
            f"read_options={{'encoding': {guess!r}}}, or the encoding that the logger writes."
        ) from error


def _refuse_options(options: dict[str, Any]) -> None:
    if options:
        raise ValueError(
            f"read_options are for files, got {sorted(options)} with a DataFrame as source."
        )


def kind_of(path: Path) -> str:
    """Return the ending of a file name, without that of its compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    kind = suffixes[-1] if suffixes else ""
    if kind not in _TEXT | PARQUET:
        raise ValueError(
            f"source must be a file of one of the kinds {sorted(_TEXT | PARQUET)}, got "
            f"{path.name!r}. format='auto' reads more kinds. Read others by pandas, and pass the "
            "DataFrame."
        )
    return kind


def _shape_of(source: Any, options: dict[str, Any]) -> tuple[RowShape | None, dict[str, Any]]:
    """Return the shape of a row, None if unknown, and the options for pandas."""
    if {"chunksize", "iterator"} & set(options):
        raise ValueError(
            f"read_options must read the whole table at once, got {options}. "
            "read_recording(..., chunksize=) reads a table in pieces."
        )
    if isinstance(source, Path) and kind_of(source) == ".tsv":
        options = {"sep": "\t"} | options
    if options.get("encoding") is not None:
        check_encoding(options["encoding"])
    head = first_bytes(source)
    shape = None if head is None else row_shape(head, options)
    return shape, options if shape is None else options | shape.end_options


def _without_odd_lines(
    source: Any, shape: RowShape | None, options: dict[str, Any], told: list[str]
) -> dict[str, Any]:
    """Return options that leave out lines that are not rows."""
    odd = [] if shape is None else odd_lines(source, shape)
    if not odd:
        return options
    told.append(
        f"{len(odd)} line(s) are not rows of the table and are left out, the first of them line "
        f"{odd[0] + 1}."
    )
    skipped = options.get("skiprows", 0)
    return options | {
        "skiprows": [*(range(skipped) if isinstance(skipped, int) else skipped), *odd]
    }


def _pyarrow(module: str, path: Path) -> Any:
    return import_optional(module, extra="parquet", needed_by=f"Reading {path.name!r}")
