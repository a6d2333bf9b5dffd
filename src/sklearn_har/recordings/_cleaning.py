"""Leave out rows of a table that hold text among numbers.

`pandas.read_csv` keeps them, and turns the whole column into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# A column with a larger share of text is a column of text.
_MOST_TEXT = 0.25
_ROLES = ("labels", "subject", "session")


def without_text(
    frame: pd.DataFrame, roles: Mapping[str, Any], decimal: str, told: list[str]
) -> pd.DataFrame:
    """Return a table without rows that hold text among numbers.

    `roles` gives the columns that the arguments of `read_recording` name. `told` gets a sentence
    about the rows that are left out.
    """
    channels = roles.get("channels")
    named = {roles.get(name) for name in _ROLES}
    needed = [
        column
        for column in frame.columns
        if column not in named and (channels is None or column in (roles.get("time"), *channels))
    ]
    if not frame.columns.is_unique:
        return frame
    bad = np.zeros(len(frame), dtype=bool)
    mended: dict[str, pd.Series[Any]] = {}
    for column in needed:
        text = frame[column]
        if pd.api.types.is_numeric_dtype(text) or not pd.api.types.is_string_dtype(text.dropna()):
            continue
        text = text.str.strip()
        text = text.mask(text == "")
        text = text.str.replace(",", ".", regex=False) if decimal == "," else text
        wrong = _wrong(text)
        if wrong.any() and wrong.sum() <= max(_MOST_TEXT * len(frame), 1) and len(frame) > 2:
            bad |= wrong
            mended[column] = text
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        column = next(c for c in mended if _wrong(mended[c].iloc[[row]]).any())
        told.append(
            f"{int(bad.sum())} row(s) hold text among numbers and are left out, the first of them "
            f"row {row}: {str(frame[column].iloc[row])[:40]!r} in column {column!r}."
        )
        frame = frame.loc[~bad].assign(
            **{column: pd.to_numeric(text[~bad]) for column, text in mended.items()}
        )
    return frame


def _wrong(text: pd.Series[Any]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (
        pd.to_numeric(text, errors="coerce").isna() & text.notna()
    ).to_numpy()
    return found
