"""Show the progress of long work as one line of standard error, if it is a terminal.

tqdm does this too, and would be another dependency for every user.
"""

import sys
import time
from typing import Self

# One less than the columns of the smallest terminal, because some wrap when the last is written.
_WIDTH = 79


def is_watched() -> bool:
    """Return whether standard error is a terminal, so that somebody may see it."""
    return sys.stderr is not None and sys.stderr.isatty()


class ProgressLine:
    """A line that is updated during long work and empty at the end.

    Nothing is written to files, pipes and logs, or if `wanted` is False. An update within `pause`
    seconds of the last one is skipped, unless it is the final one.
    """

    def __init__(self, *, pause: float = 0.0, wanted: bool = True) -> None:
        self._visible = wanted and is_watched()
        self._pause = pause
        self._shown = -float("inf")
        self._length = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, text: str, *, last: bool = False) -> None:
        now = time.monotonic()
        if not self._visible or (now - self._shown < self._pause and not last):
            return
        self._shown = now
        self._write(text[:_WIDTH])

    def clear(self) -> None:
        """Leave an empty line for later output."""
        if self._visible and self._length:
            self._write("")

    def _write(self, text: str) -> None:
        # Other output, also longer lines, may have replaced the text.
        print(f"\r{text:<{_WIDTH}}\r{text}", end="", file=sys.stderr, flush=True)
        self._length = len(text)


def time_left(start: float, done: int, total: int) -> str:
    """Return ", 12 min left" for work that began at `start` by `time.monotonic`, or "" too
    early."""
    if not done:
        return ""
    return f", {duration((time.monotonic() - start) / done * max(total - done, 0))} left"


def duration(seconds: float) -> str:
    """Return a duration in a readable unit.

    Examples
    --------
    >>> from sklearn_har.utils._progress import duration
    >>> [duration(seconds) for seconds in (4.56, 45, 720, 12600)]
    ['4.6 s', '45 s', '12 min', '3.5 h']
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
