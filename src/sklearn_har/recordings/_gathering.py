"""Collect the errors and warnings of many files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from sklearn_har.utils._errors import one_line
from sklearn_har.utils._text import first_few
from sklearn_har.utils._validation import check_choice
from sklearn_har.utils._warnings import warn_of_recording

OnError = Literal["raise", "skip"]
# An error keeps its type if it can be made from a message alone.
_KINDS = (FileNotFoundError, PermissionError, OSError, ValueError)


class Gathering:
    """Collect warnings about many recordings: one of each kind, with a count.

    An error stops the reading, or the recording is left out and counted (`on_error`).
    """

    def __init__(self, on_error: OnError) -> None:
        check_choice(on_error, "on_error", ("raise", "skip"))
        self._skip = on_error == "skip"
        self._failures: list[str] = []
        self._oddities: dict[str, list[str]] = {}

    @contextmanager
    def reading(self, name: str = "") -> Iterator[None]:
        """Prefix an error with the name of the source, or count it."""
        try:
            with naming(name):
                yield
        except (OSError, ValueError) as error:
            if not self._skip:
                raise
            self._failures.append(one_line(error))

    def note(self, name: str, found: Mapping[str, list[str]]) -> None:
        """Store what looks wrong in a recording."""
        for kind, sentences in found.items():
            if sentences:
                self._oddities.setdefault(kind, []).append(f"{name}: {sentences[0]}")

    def report(self, n_read: int, n_noted: int, noted: str) -> None:
        """Warn of everything collected.

        `n_noted` counts the items, and `noted` is their name in the plural.
        """
        n_failed = len(self._failures)
        first = first_few(self._failures, separator=" | ")
        if n_failed and not n_read:
            raise ValueError(f"None of {n_failed} recordings can be read: {first}")
        told = []
        if n_failed:
            n_all = n_read + n_failed
            told.append(f"{n_failed} of {n_all} recordings are left out: {first}")
        for kind, places in self._oddities.items():
            what = "are read by format='auto'" if kind == "format" else "may be wrong"
            told.append(f"{len(places)} of {n_noted} {noted} {what}. The first: {places[0]}")
        for sentence in told:
            warn_of_recording(sentence)


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Prefix the message of an error with the name of a source."""
    try:
        yield
    except (OSError, ValueError) as error:
        text = one_line(error)
        if not name or text.startswith(name):
            raise
        kind = next(kind for kind in _KINDS if isinstance(error, kind))
        raise kind(f"{name}: {text}") from error
