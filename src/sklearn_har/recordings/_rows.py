"""Examine the first lines of a text file, and find lines that are not rows of its table.

`pandas.read_csv` recognises a bad line by too many fields alone.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

_HEAD, _BLOCK = 1 << 16, 1 << 18
# If more lines are not rows, the layout of the file differs from the one in use.
_MOST_ODD = 0.25
_OPENERS: dict[str, Callable[[Any], Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
# With other options of pandas, these functions do not see the same lines.
_UNDERSTOOD = {"sep", "decimal", "encoding", "skiprows", "header", "names", "skipinitialspace"} | {
    *("comment", "dtype", "usecols", "na_values", "index_col", "low_memory", "float_precision")
}


@dataclass(frozen=True)
class RowShape:
    """The format of the rows of a table."""

    first: int
    n_fields: int
    separator: str | None
    header: bytes | None
    comment: str | None
    has_empty_end: bool

    @property
    def end_options(self) -> dict[str, Any]:
        """Options of `pandas.read_csv` for rows that end with a separator."""
        # Otherwise the first column would become the index, and a space a value.
        return {"index_col": False, "skipinitialspace": True} if self.has_empty_end else {}

    def is_row(self, line: bytes) -> bool:
        """Return whether a line is a row or empty."""
        text = line.decode("latin-1").strip("\r\n")
        if self.comment is not None:
            text, _, after = text.partition(self.comment)
            if after.strip():
                return False
        if not text.strip():
            return True
        found = fields_of(text, self.separator)
        ends_empty = not found[-1].strip(" ")
        even = len(found) == self.n_fields and (ends_empty or not self.has_empty_end)
        longer = len(found) == self.n_fields + 1 and ends_empty
        return (even or longer) and line.strip() != self.header

    def is_clean(self, block: bytes, n_lines: int) -> bool:
        """Return whether the number of separators alone shows that all lines are rows."""
        if self.separator is None:
            return False
        signs = np.frombuffer(block, dtype=np.uint8)
        n_separators = np.count_nonzero(signs == ord(self.separator))
        if n_separators != n_lines * (self.n_fields - 1):
            return False
        if self.has_empty_end:
            end = self.separator.encode() + b"\n"
            if block.replace(b"\r\n", b"\n").count(end) != n_lines:
                return False
        return self.header is None or self.header not in block


def fields_of(line: str, separator: str | None) -> list[str]:
    """Return the fields of a line; without a separator, white space divides them."""
    if separator is None:
        return line.split()
    if '"' not in line:
        return line.split(separator)
    return next(csv.reader([line], delimiter=separator), [])


@contextmanager
def open_bytes(source: Any) -> Iterator[IO[bytes] | None]:
    """Open a source for bytes; None if it cannot be read twice."""
    if isinstance(source, Path):
        if source.suffix.lower() == ".zst":
            yield None
        elif source.suffix.lower() == ".zip":
            with zipfile.ZipFile(source) as archive, archive.open(archive.namelist()[0]) as file:
                yield file
        else:
            with _OPENERS.get(source.suffix.lower(), open)(source, "rb") as file:
                yield file
    elif not hasattr(source, "seekable") or not source.seekable():
        yield None
    else:
        at = source.tell()
        content = source.read()
        source.seek(at)
        yield io.BytesIO(content.encode() if isinstance(content, str) else content)


def first_bytes(source: Any) -> bytes | None:
    """Return the whole lines at the start of a source."""
    with open_bytes(source) as file:
        if file is None:
            return None
        head = file.read(_HEAD)
    return head if len(head) < _HEAD or b"\n" not in head else head[: head.rfind(b"\n") + 1]


def row_shape(head: bytes, options: Mapping[str, Any]) -> RowShape | None:
    """Return the shape of the rows that these options read; None if it is unknown."""
    separator = options.get("sep", ",")
    skipped = options.get("skiprows", 0)
    separator = None if separator == r"\s+" else separator
    if (
        set(options) - _UNDERSTOOD
        or b"\0" in head
        or not (separator is None or (isinstance(separator, str) and len(separator) == 1))
        or not (isinstance(skipped, int) or all(isinstance(i, int) for i in skipped))
        or options.get("header", 0) not in (0, None, "infer")
    ):
        return None
    lines = head.split(b"\n")
    omitted = range(skipped) if isinstance(skipped, int) else skipped
    left = [i for i, line in enumerate(lines) if i not in omitted and line.strip()]
    no_names = "names" in options or options.get("header", 0) is None
    header, rows = (None, left) if no_names else (left[:1], left[1:])
    comment = options.get("comment")
    texts = [lines[i].decode("latin-1").partition(comment or "\n")[0].strip("\r") for i in rows]
    if not texts:
        return None
    found = [fields_of(text, separator) for text in texts]
    n_fields = Counter(map(len, found)).most_common(1)[0][0]
    if n_fields == 1:
        return None
    name_line = lines[header[0]].strip() if header else None
    n_names = (
        len(fields_of(name_line.decode("latin-1"), separator))
        if name_line is not None
        else len(options.get("names", ())) or n_fields
    )
    full = [row for row in found if len(row) == n_fields]
    ends = [row[-1].strip(" ") for row in full]
    empty = n_fields == n_names + 1 and ends.count("") > len(ends) / 2
    if n_fields > n_names and not empty and options.get("index_col") is None:
        _check_numbered(full, n_names)
    first = (header or rows)[0] + (header is not None)
    return RowShape(first, n_fields, separator, name_line, comment, empty)


def _check_numbered(rows: list[list[str]], n_names: int) -> None:
    """Raise an error if rows have more values than names, except for a row number (R)."""
    numbers = [row[0].strip('" ') for row in rows]
    first = int(numbers[0]) if numbers[0].isdecimal() else 0
    counted = [str(number) for number in range(first, first + len(rows))]
    if len(rows[0]) > n_names + 1 or numbers != counted:
        raise ValueError(
            f"source must have a name for each column, got {n_names} names and rows of "
            f"{len(rows[0])} values, the first of them {rows[0]}. Pass "
            "read_options={'header': 0, 'names': [...]} with the names of all columns."
        )


def odd_lines(source: Any, shape: RowShape) -> list[int]:
    """Return the numbers of the lines after the header that are not rows.

    Blocks with the right number of separators are not checked line by line: counting takes a few
    hundredths of the time that pandas needs.
    """
    odd: list[int] = []
    number = 0
    with open_bytes(source) as file:
        if file is None:
            return []
        for _ in range(shape.first):
            number += bool(file.readline())
        while block := file.read(_BLOCK):
            block += file.readline()
            n_lines = int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")))
            if not block.endswith(b"\n") or not shape.is_clean(block, n_lines):
                for i, line in enumerate(block.split(b"\n"), number):
                    if line.count(b'"') % 2:
                        return []  # A field may hold an end of line.
                    if not shape.is_row(line):
                        odd.append(i)
            number += n_lines
    if len(odd) > max(_MOST_ODD * (number - shape.first), 1):
        n_rows = number - shape.first
        raise ValueError(
            f"{len(odd)} of {n_rows} lines lack the {shape.n_fields} fields of the others "
            f"(the first: line {odd[0] + 1}). Pass format='auto', or read_options= with the right "
            "'sep' and 'skiprows'."
        )
    return odd
