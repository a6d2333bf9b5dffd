"""Find the layout of a text file from its first lines.

`csv.Sniffer`, clevercsv and DuckDB find neither the decimal mark nor a row of units.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from sklearn_har.recordings._cleaning import without_text
from sklearn_har.recordings._guessing import names_a
from sklearn_har.recordings._kinds import kind_in, unit_in
from sklearn_har.recordings._rows import RowShape, fields_of, row_shape

_NUMBER = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?;?|[+-]?(nan|inf|infinity)|", re.IGNORECASE
)
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T_]+\d{1,2}[:.-]\d{2}([:.-]\d{2}([.,:_]\d+)?)?)?"
    r"( ?(Z|UTC|[AP]M|[+-]\d\d:?\d\d))?|\d{1,2}:\d{2}(:\d{2}([.,:]\d+)?)?( ?[AP]M)?",
    re.IGNORECASE,
)
# Groups of three digits by the mark between them. A single group after a zero is a fraction.
_THOUSANDS = {
    ".": re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?"),
    ",": re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?"),
}
_LINES = 400
# White space comes last, because dates contain it too.
_SEPARATORS = ("\t", ";", ",", "|", None)
_ENCODINGS = ["cp1252", "gb18030", "cp932", "cp949", "cp1251", "big5"]


@dataclass(frozen=True)
class TextLayout:
    """The options that read a text file, and the units in the row below its names."""

    options: dict[str, Any]
    units: tuple[str, ...]
    frame: pd.DataFrame
    names_line: int | None = None

    @property
    def differences(self) -> list[str]:
        """Return the differences from a plain CSV file."""
        words = {"sep": "separator", "decimal": "decimal mark", "encoding": "encoding"}
        told = [f"{words[name]} {self.options[name]!r}" for name in words if name in self.options]
        if "names" in self.options:
            told.append("no row of names")
        return told


def guess_encoding(head: bytes) -> str:
    """Return the encoding of the first bytes of a file."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if head[1::2][:200].count(0) > 100:
        return "utf-16-le"  # Without a mark at the beginning.
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        # ASCII lines show nothing about the encoding but would outweigh the others.
        telling = b"\n".join(line for line in head.splitlines() if not line.isascii())[:4096]
        if not re.search(rb"[\x80-\xff]{2}", telling):
            return "cp1252"  # Signs such as those of m/s² and °/s, alone among ASCII.
        for encoding in _ENCODINGS:
            with suppress(UnicodeDecodeError):
                foreign = re.sub(r"[\x00-\x7f]+", " ", telling.decode(encoding))
                if kind_in(foreign) or names_a("time", foreign):
                    return encoding
        # Imported here: few files need it, and the command line starts often.
        import charset_normalizer

        found = charset_normalizer.from_bytes(telling, cp_isolation=_ENCODINGS).best()
        return "cp1252" if found is None else found.encoding
    return "utf-8"


def check_encoding(encoding: str) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise ValueError(
            f"read_options must have an encoding that Python knows, got {encoding!r}."
        ) from error


def sniff_text(head: bytes, given: Mapping[str, Any]) -> TextLayout:
    """Return the layout of the text in the first bytes of a file.

    Options of `pandas.read_csv` that the user gave stay unchanged.
    """
    options: dict[str, Any] = {}
    encoding = given.get("encoding") or guess_encoding(head)
    if encoding.replace("-", "").replace("_", "").lower() not in ("utf8", "utf8sig"):
        options["encoding"] = encoding
    lines = head.decode(encoding, errors="replace").lstrip("\ufeff").splitlines()[:_LINES]
    if not any(line.strip() for line in lines):
        raise ValueError("source must hold rows of a table, got an empty file.")
    separator, decimal = _separator(lines, given)
    if separator != ",":
        options["sep"] = r"\s+" if separator is None else separator
    if decimal != ".":
        options["decimal"] = decimal
    thousands = "." if decimal == "," else ","
    fields = [f for line in lines for f in _split(line, separator) if thousands in f]
    marked = [field for field in fields if re.fullmatch(r"-?[\d.,]+", field)]
    if marked and all(_THOUSANDS[thousands].fullmatch(field) for field in marked):
        options["thousands"] = thousands
    units: tuple[str, ...] = ()
    if not given.keys() & {"header", "names", "skiprows", "comment"}:
        rows, units = _rows(lines, separator, decimal)
        options |= rows
    options |= given
    shape = row_shape("\n".join(lines).encode(), options)
    has_names = shape is not None and shape.header is not None
    return TextLayout(
        options,
        units,
        _first_rows(lines, options, shape),
        shape.first if shape is not None and has_names else None,
    )


def _first_rows(
    lines: Sequence[str], options: Mapping[str, Any], shape: RowShape | None
) -> pd.DataFrame:
    read = {name: value for name, value in options.items() if name not in ("encoding", "nrows")}
    if shape is not None:
        first = shape.first
        lines = [line for i, line in enumerate(lines) if i < first or shape.is_row(line.encode())]
        read |= shape.end_options
    with warnings.catch_warnings():
        # Rows with more values than names raise an error later, when the file is read.
        warnings.simplefilter("ignore", pd.errors.ParserWarning)
        frame = pd.read_csv(io.StringIO("\n".join(lines)), **read, on_bad_lines="skip")
    return without_text(frame, {}, read.get("decimal", "."), [])


def _separator(lines: Sequence[str], given: Mapping[str, Any]) -> tuple[str | None, str]:
    fixed = given.get("sep", given.get("delimiter"))
    separators = _SEPARATORS if fixed is None else (None if fixed == r"\s+" else fixed,)
    marks = [given["decimal"]] if "decimal" in given else [".", ","]
    best, found = 0.0, (separators[0] if fixed is not None else ",", marks[0])
    for separator in separators:
        if separator is not None and len(separator) > 1:
            continue
        for mark in marks:
            if mark == separator and '"' not in lines[-1]:
                continue
            score = _score(lines, separator, mark)
            if score > best:
                best, found = score, (separator, mark)
    return found


def _score(lines: Sequence[str], separator: str | None, decimal: str) -> float:
    """Return the share of the lines that agree, times the share of fields that are values."""
    rows = [row for row in (_split(line, separator) for line in lines if line.strip()) if row]
    counts = Counter(map(len, rows[len(rows) // 2 :]))
    n_fields = max(counts, key=lambda n: counts[n]) if counts else 0
    alike = [row for row in rows if len(row) == n_fields]
    filled = [field for row in alike for field in row if field]
    if n_fields < 2 or not filled:
        return 0.0
    return (
        len(alike)
        / len(rows)
        * sum(_is_number(f, decimal) or bool(DATE.fullmatch(f)) for f in filled)
        / len(filled)
    )


def _split(line: str, separator: str | None) -> list[str]:
    try:
        found = [field.strip().strip('"') for field in fields_of(line, separator)]
    except csv.Error:
        return []
    return found[:-1] if len(found) > 1 and not found[-1] else found


def _is_number(field: str, decimal: str) -> bool:
    thousands = "." if decimal == "," else ","
    if _THOUSANDS[thousands].fullmatch(field):
        # 1,020 may also be a decimal fraction, in a file that says no more.
        return field.count(thousands) > 1 or decimal in field
    if decimal == ",":
        field = "x" if "." in field else field.replace(",", ".")
    return bool(_NUMBER.fullmatch(field))


def _rows(
    lines: Sequence[str], separator: str | None, decimal: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Find the first row of samples and the row of names above it."""
    rows = [_split(line, separator) for line in lines]
    filled = [i for i, row in enumerate(rows) if any(row)]
    if not filled:
        return {}, ()
    later = filled[len(filled) // 2 :]
    n_fields = Counter(len(rows[i]) for i in later).most_common(1)[0][0]
    samples = [rows[i] for i in later if len(rows[i]) == n_fields]
    numeric = [
        k
        for k in range(n_fields)
        if 2 * sum(_is_number(row[k], decimal) for row in samples) > len(samples)
    ]

    def holds_samples(row: list[str]) -> bool:
        return (
            len(row) == n_fields
            and all(_is_number(row[k], decimal) for k in numeric)
            and any(row[k] for k in numeric)
        )

    first = next((i for i in filled if holds_samples(rows[i])), None)
    options: dict[str, Any] = {}
    if first is None:
        return options, ()
    if all(lines[i].rstrip().endswith(";") for i in filled[-20:]) and separator != ";":
        options["comment"] = ";"
    if separator == "," and all(", " in lines[i] for i in filled[-20:]):
        options["skipinitialspace"] = True
    above = [i for i in filled if i < first]
    marked = {i: _split(lines[i].lstrip("#% "), separator) for i in above}
    headers = [i for i in above if len(marked[i]) == n_fields]
    if not headers:
        return {**options, **_no_names(first, _name_by_number(samples, numeric))}, ()
    # Names differ from each other; kinds and units repeat.
    names = max(headers, key=lambda i: (len(set(marked[i])), -i))
    units = max(
        headers,
        key=lambda i: sum(unit_in(f"({field})") not in (None, "other") for field in marked[i]),
    )
    below = [i for i in headers if names < i]
    if lines[names].lstrip()[:1] in ("#", "%"):
        return {**options, **_no_names(first, marked[names])}, _units(marked, units, names)
    if below:
        options["skiprows"] = [*range(names), *below]
    elif any(rows[:names]):
        options["skiprows"] = names
    return options, _units(marked, units, names)


def _units(rows: Mapping[int, list[str]], units: int, names: int) -> tuple[str, ...]:
    return tuple(rows[units]) if units != names else ()


def _no_names(first: int, names: list[str]) -> dict[str, Any]:
    return {"header": None, "names": names} | ({"skiprows": first} if first else {})


def _name_by_number(samples: Sequence[Sequence[str]], numeric: Sequence[int]) -> list[str]:
    """Name columns without names: a clock and three axes if they look like these."""
    n_fields = len(samples[0])
    clock = [float(row[0].replace(",", ".")) for row in samples if row[0]] if 0 in numeric else []
    counts = len(clock) > 2 and all(a < b for a, b in pairwise(clock))
    dates = all(DATE.fullmatch(row[0]) for row in samples)
    if n_fields == 4 and (counts or dates) and {1, 2, 3} <= set(numeric):
        return ["time", "x", "y", "z"]
    first = ["time"] if counts or dates else ["column_0"]
    return first + [f"column_{i}" for i in range(1, n_fields)]
