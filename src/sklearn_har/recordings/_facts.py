"""Find the facts of files in a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sklearn_har.utils._validation import did_you_mean


def facts_of_files(
    facts: pd.DataFrame, files: Sequence[Path], *, in_order: bool
) -> list[dict[str, Any]]:
    """Return the facts of each file; missing values are left out.

    The column "file" or the index links rows to files by their paths, given from any folder on.
    `in_order` allows a numbered table with rows in the order of the files.
    """
    if "file" in facts.columns:
        table, keys = facts.drop(columns="file"), facts["file"].tolist()
    elif isinstance(facts.index, pd.RangeIndex):
        if not in_order:
            raise ValueError(
                "facts must have the paths of the files in the column 'file' or in the index, got "
                f"the columns {list(map(str, facts.columns))} and a numbered index."
            )
        if len(facts) != len(files):
            raise ValueError(
                f"facts must have one row for each of the {len(files)} files, got {len(facts)}. "
                "A column 'file' tells which row belongs to which file."
            )
        return _known_values(facts)
    else:
        table, keys = facts, facts.index.tolist()
    rows: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(keys):
        parts = Path(str(key)).expanduser().parts
        if rows.setdefault(parts, row) != row:
            raise ValueError(f"facts must have one row for each file, got {key!r} twice.")
    known = _known_values(table)
    return [known[_row_of(file, rows, keys)] for file in files]


def _row_of(file: Path, rows: dict[tuple[str, ...], int], keys: Sequence[Any]) -> int:
    """Return the row whose path ends the path of a file."""
    for first in range(len(file.parts)):
        if file.parts[first:] in rows:
            return rows[file.parts[first:]]
    names = {Path(str(key)).name: str(key) for key in keys}
    raise ValueError(
        f"facts must have a row for each file, got none for '{file}'"
        f"{did_you_mean(file.name, names)}."
    )


def _known_values(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the values of each row without the missing ones."""
    return [
        {
            str(name): value
            for name, value in row.items()
            if not pd.api.types.is_scalar(value) or not pd.isna(value)
        }
        for row in table.to_dict("records")
    ]
