"""Text of facts, names and lists, no longer than people read."""

import textwrap
from collections.abc import Iterable
from itertools import islice
from typing import Any


def fact(label: str, text: str) -> str:
    """Write a labelled line of at most 80 columns; what is longer goes on below.

    A path stays in one piece, also where it is longer than a line: people copy it.
    """
    return textwrap.fill(
        text,
        width=80,
        initial_indent=f"{label:<12}",
        subsequent_indent=" " * 12,
        break_on_hyphens=False,
        break_long_words=False,
    )


def shorten(name: object, length: int) -> str:
    """Return a name that is no longer than its place in a table."""
    text = str(name)
    return text if len(text) <= length else f"{text[: length - 3]}..."


def first_few(items: Iterable[object], n: int = 3, separator: str = ", ") -> str:
    """Return the first items in one text, and three points if there are more."""
    texts = [str(item) for item in islice(items, n + 1)]
    return separator.join([*texts[:n], *["..."] * (len(texts) > n)])


def one_line_setting(setting: dict[str, Any]) -> str:
    """Return the setting of a search in one line."""
    return ", ".join(
        f"{name}={f'{value:.3g}' if isinstance(value, float) else value}"
        for name, value in setting.items()
    )
