"""Arguments, errors and files that the subcommands share."""

import argparse
import ast
import difflib
import io
import itertools
import math
import os
import re
import shlex
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NoReturn, TextIO

from sklearn_har._version import __version__
from sklearn_har.utils._numbers import check_real

PROGRAM = "sklearn-har"
STANDARD_OUTPUT = Path("-")

_output: TextIO | None = None
"""The standard output, while reports are printed to standard error."""


class UsageError(Exception):
    """The arguments are inconsistent or name something that does not exist."""


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keep the lines of descriptions and commands, but wrap prose on a narrow terminal."""

    # argparse's own formatters override this method too.
    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        if max(map(len, lines)) <= width:
            return "\n".join(indent + line for line in lines)
        filled: list[str] = []
        for block in itertools.groupby(lines, _kind_of_line):
            (kind, margin), of_block = block[0], list(block[1])
            if kind == "prose":
                of_block = textwrap.wrap(
                    " ".join(line.strip() for line in of_block),
                    width,
                    initial_indent=margin,
                    subsequent_indent=margin,
                    break_on_hyphens=False,
                )
            filled += of_block
        return "\n".join(indent + line for line in filled)


def _kind_of_line(line: str) -> tuple[str, str]:
    """Return the kind of a line of help, and its margin."""
    text = line.lstrip()
    margin = line[: len(line) - len(text)]
    # A command stays unwrapped, so that it can be copied; it continues on lines with options.
    is_command = (margin and text.startswith((PROGRAM, "-"))) or len(margin) >= 8
    return ("command" if is_command or not text else "prose"), margin


class Parser(argparse.ArgumentParser):
    """An argument parser with error messages of one line.

    Abbreviated options are refused, because a new option could change their meaning.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", _HelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Print the message and a pointer to the help, and exit with status 2."""
        wrong = re.match(r".*invalid choice: '(.*?)' \(choose from ([^()]*)\)$", message)
        if wrong:
            message += nearest(wrong[1], re.findall(r"[\w-]+", wrong[2]))
        self.exit(2, f"{PROGRAM}: error: {message} (see {self.prog} --help)\n")


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return "; did you mean 'lstm'?" for the choice most like a word, or an empty string."""
    known = list(choices)
    close = [choice for choice in known if choice.startswith(word.lower())]
    close = close or difflib.get_close_matches(word.lower(), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def refuse(args: argparse.Namespace, names: Sequence[str], reason: str) -> None:
    """Raise a UsageError if any of the arguments is given."""
    given = [name for name in names if getattr(args, name, None) not in (None, False, [])]
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise UsageError(f"{options}: {reason}")


def literal(text: str) -> Any:
    """Read a Python literal; everything else is text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def integer(
    accepted: str, minimum: float = -math.inf, maximum: float = math.inf
) -> Callable[[str], int]:
    """Return a reader of integers within limits, which `accepted` names."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or not minimum <= value <= maximum:
            raise argparse.ArgumentTypeError(f"must be {accepted}, got {text!r}")
        return value

    return read


positive_integer = integer("an integer of at least 1", 1)
# The range of seeds of NumPy.
seed = integer("an integer from 0 to 4294967295", 0, 2**32 - 1)


def jobs(text: str) -> int:
    """Read a number of jobs in the form of joblib."""
    value = integer("an integer other than 0, such as 2, or -1 for all processors")(text)
    if value == 0:
        raise argparse.ArgumentTypeError("must not be 0; -1 means all processors")
    return value


def real(**limits: Any) -> Callable[[str], float]:
    """Return a reader of numbers within the limits of `check_real`."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"must be a number, got {text!r}") from None
        try:
            return check_real(value, "", **limits)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error).strip().rstrip(".")) from None

    return read


# The types of option values, and their names in the help.
FILE: dict[str, Any] = {"type": Path, "metavar": "FILE"}
COUNT: dict[str, Any] = {"type": positive_integer, "metavar": "N"}
FOLDS: dict[str, Any] = {"type": integer("an integer of at least 2", 2), "metavar": "K"}
SEED: dict[str, Any] = {"type": seed, "default": 0, "metavar": "N"}
JOBS: dict[str, Any] = {
    "type": jobs,
    "metavar": "N",
    "help": "trainings at a time; -1 for as many as there are processors (default: 1)",
}
NAMES: dict[str, Any] = {"nargs": "+", "metavar": "NAME"}
HERTZ: dict[str, Any] = {"type": real(minimum=0.0, exclude_minimum=True), "metavar": "HZ"}
SECONDS: dict[str, Any] = HERTZ | {"metavar": "S"}


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the location of the files of a data set."""
    parser.add_argument(
        "--archive",
        type=Path,
        metavar="PATH",
        help="local copy of the data set, for machines that cannot download: the official zip, "
        "the zip inside it, a repacked zip or the unpacked folder; every file read is verified",
    )
    parser.add_argument(
        "--data-home",
        type=Path,
        metavar="DIR",
        help="folder of the cache (default: $SKLEARN_HAR_DATA or ~/sklearn_har_data)",
    )


def versions() -> dict[str, str | None]:
    """Return the versions of the libraries behind a result; None for unknown ones."""
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str | None] = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "sklearn-har": __version__,
    }
    for name in ("keras", "tensorflow", "scikeras", "scikit-learn", "numpy", "pandas"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # such as tensorflow, if it was installed as tensorflow-cpu
            found[name] = None
    return found


@contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back messages of TensorFlow's libraries while they load; show them if that fails.

    Some of them are written before any log level is read, directly to file descriptor 2.
    """
    # Only a program may change this variable, not a library; a value of the user has priority.
    # Level 3, because a missing GPU is not an error, and failures raise exceptions anyway.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(stderr, 2)
            held_back.seek(0)
            os.write(2, held_back.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            os.close(stderr)


# These are special within double quotes in some shell; a backslash is not on Windows.
_SPECIAL = frozenset('"$`!%' if os.name == "nt" else '"$`!%\\')


def quote(word: str) -> str:
    """Quote an argument for any shell; Windows' cmd needs double quotes.

    Examples
    --------
    >>> from sklearn_har.cli._common import quote
    >>> print(quote("ax"), quote("x (m/s2)"), quote("$x"))
    ax "x (m/s2)" '$x'
    """
    quoted = shlex.quote(word)
    return quoted if quoted == word or _SPECIAL.intersection(word) else f'"{word}"'


@contextmanager
def reports_beside_output(args: argparse.Namespace) -> Iterator[None]:
    """Print reports to standard error while an option writes to standard output."""
    global _output
    written = (getattr(args, name, None) for name in ("json", "table", "timeline"))
    if STANDARD_OUTPUT not in written:
        yield
        return
    _output = sys.stdout
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _output = None


def _check_writable(path: Path) -> None:
    """Raise an OSError now if a file could not be written later, after hours of training."""
    if path == STANDARD_OUTPUT:
        return
    target = path.resolve()
    if target.is_dir():
        raise IsADirectoryError(21, "is a folder; name a file", str(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(2, f"there is no folder {target.parent}", str(path))
    if _is_special(target):
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "is read-only", str(path))
    try:
        part = _part(target)
        part.touch()
        part.unlink()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def check_outputs(*paths: Path | None, plot: Path | None = None) -> None:
    """Raise an error now if files could not be written later, or a figure not be drawn."""
    for path in (*paths, plot):
        if path:
            _check_writable(path)
    if not plot:
        return
    from sklearn_har.utils._optional import import_optional

    # Other backends than this one may need a screen.
    import_optional("matplotlib.pyplot", extra="plot", needed_by="--plot").switch_backend("agg")
    from matplotlib.figure import Figure

    known = sorted(Figure().canvas.get_supported_filetypes())
    if plot.suffix[1:].lower() not in known:
        raise UsageError(
            f"--plot {plot}: the ending must be one of {', '.join(known)}, got {plot.suffix!r}"
        )


def save_plot(path: Path, display: Any) -> None:
    """Write the figure of a display to a file, in the format of its ending."""
    picture = io.BytesIO()
    display.figure_.savefig(picture, format=path.suffix[1:].lower(), dpi=150)
    write_file(path, picture.getvalue())


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step: it is either complete or unchanged."""
    if path == STANDARD_OUTPUT:
        print(content.decode(), end="", file=_output)
        return
    target = path.resolve()
    if _is_special(target):
        target.write_bytes(content)
        return
    part = _part(target)
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _is_special(target: Path) -> bool:
    # /dev/stdout or a named pipe: such files are written to, not replaced.
    return target.exists() and not target.is_file()


def _part(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.part")
