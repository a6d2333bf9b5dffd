"""Translate warnings and errors of the package to words of the command line."""

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn_har.cli._common import PROGRAM

# Arguments in messages of the package, and the options that set them.
_OPTIONS = {
    name: f"--{name.replace('_', '-')}"
    for name in (
        *("time", "time_unit", "on_disorder", "on_missing", "labels", "subject", "session"),
        *("format", "max_gap", "gravity", "platform", "runtime"),
        *("pattern", "window", "overlap", "expected_duration", "min_duration", "min_probability"),
        "posture_weight",
    )
} | {
    "sampling_rate": "--rate",
    "preparation": "--preset",
    "channels": "--acceleration and --gyroscope",
    "folder": "--web",
    "acceleration": "--acceleration",
    "angular_velocity": "--gyroscope",
}
_NAME = rf"({'|'.join(_OPTIONS)})"
# Python expressions in messages of the package, and their counterparts on the command line.
_IN_OPTIONS: list[tuple[str, Any]] = [
    # The only recording of `predict`, with or without its file.
    (r"recordings\[\d+\](?: \((.+?)\)|: )", r"\1"),
    (r"\bday_first=True", "--day-first"),
    (r"\bday_first=False", "--no-day-first"),
    (r"\bday_first\b", "--day-first"),
    (r"\btime=None and sampling_rate=", "--file-rate"),
    (r"\bsampling_rate must be given\b", "--file-rate must be given"),
    (r"\bread_options=\{'encoding': '([^']+)'\}", r"--encoding \1"),
    (r"\bread_options= with the right 'sep' and 'skiprows'", "--separator and --skip-rows"),
    (r"read_recordings?\(\.\.\., (.+?)\)", r"\1"),
    (r"\bunits='((?:deg|rad)/s)'", r"--gyroscope-unit \1"),
    (r"\bunits='([^']+)'", r"--acceleration-unit \1"),
    (r"\bunits=\.\.\.", "--acceleration-unit"),
    (r"\bgravity= and platform=", "--gravity and --platform"),
    (r"\bpreparation\.(window|overlap)\b", r"--\1"),
    (rf"(?<![\w-]){_NAME}=(?:'([^']*)'|(?=[\w.(]))", lambda m: f"{_OPTIONS[m[1]]} {m[2] or ''}"),
    # Only at the start of a sentence: elsewhere it may be a word such as "window".
    (rf"(?<!\S)(?<![^.:;] ){_NAME}(?= (?:must|names?|needs) )", lambda m: _OPTIONS[m[1]]),
]


def in_options(message: str) -> str:
    """Return a message of the package in words of the command line."""
    for pattern, replacement in _IN_OPTIONS:
        message = re.sub(pattern, replacement, message)
    return message


@contextmanager
def warnings_as_lines(*, later: bool = False) -> Iterator[None]:
    """Print each warning once, as one line on standard error.

    With ``later=True``, print them at the end, because `quiet_start` allows no output.
    """
    lines: list[str] = []

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        line = f"{PROGRAM}: warning: {in_options(' '.join(str(message).split()))}"
        if line not in lines:
            lines.append(line)
            if not later:
                print(line, file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = show
        yield
    if later and lines:
        print(*lines, sep="\n", file=sys.stderr)
