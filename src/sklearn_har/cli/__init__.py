"""The command line ``sklearn-har``.

Each subcommand has a file with its help, `add_arguments`, and `run`, which calls the package.
Before a subcommand runs, only the standard library is imported, so that ``sklearn-har --help``
answers at once.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence

from sklearn_har._version import __version__
from sklearn_har.cli import _evaluate, _export, _fetch, _inspect, _predict, _train, _tune
from sklearn_har.cli._common import PROGRAM, Parser, UsageError, nearest, reports_beside_output
from sklearn_har.cli._messages import in_options
from sklearn_har.utils._errors import one_line

__all__ = ["main"]

_DESCRIPTION = "Recognise human activities in recordings of accelerometers and gyroscopes."
_EPILOG = """\
examples:
  sklearn-har inspect log.csv
      show the contents of a file of any logger, and how to read it
  sklearn-har train recordings --pattern "{subject}/{activity}/{trial}.csv" \\
          --save model.skops
      train on your own files, and save the model with all its settings
  sklearn-har predict recording.csv --model model.skops --plot timeline.png
      recognise the activities in a new recording
  sklearn-har evaluate simulated --model model.skops
      score a saved model on labelled recordings
  sklearn-har export model.skops har.onnx
      write a saved model as one file for servers, browsers or phones
  sklearn-har export model.skops --web phone
      write a page that runs the model in the browser of a phone
  sklearn-har evaluate --model conv-lstm
      train the ConvLSTM three times on simulated windows (no download) and
      report the accuracy on held-out subjects
  sklearn-har fetch uci-har
      download the UCI HAR data set (61 MB) into the cache
  sklearn-har evaluate --model lstm --dataset uci-har --repeats 10
      evaluate the LSTM on it as published: ten trainings, the official split
  sklearn-har tune --model cnn-lstm --dataset uci-har --search random --n-iter 8
      compare settings by cross-validation over the training subjects

Each command has its own help: sklearn-har evaluate --help

exit status: 0 done, 1 the run failed (data, download, disk), 2 wrong usage,
130 interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Parameters
    ----------
    argv : sequence of str, default=None
        The arguments after the name of the program. If None, those of the process.

    Returns
    -------
    int
        0 done, 1 the run failed (data, download, disk), 2 wrong usage, 130 interrupted.
    """
    _show_any_character()
    try:
        status = _dispatch(argv)
        # Inside the try, because a closed pipe is noticed when the buffer is written.
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # `sklearn-har ... | head`: the flush at exit must not report the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print(f"\n{PROGRAM}: interrupted", file=sys.stderr)
        return 130


def _show_any_character() -> None:
    """Escape characters that the encoding of the output lacks, as standard error does.

    Names of channels and activities may be in any script, and Windows uses a code page of 256
    characters for files and pipes.
    """
    if getattr(sys.stdout, "errors", None) == "strict" and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def _dispatch(argv: Sequence[str] | None) -> int:
    parser = _parser()
    try:
        args, unknown = parser.parse_known_args(argv)
        if unknown:
            options = re.findall(r"--[a-z-]+", args.parser.format_help())
            hint = nearest(unknown[0], options) if unknown[0].startswith("--") else ""
            args.parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        with reports_beside_output(args):
            args.run(args)
    except SystemExit as stop:  # from argparse: --help, --version and wrong usage
        return int(stop.code or 0)
    except UsageError as error:
        return _fail(error, 2)
    except BrokenPipeError:
        raise
    except (OSError, ValueError, TypeError, RuntimeError, MemoryError, ImportError) as error:
        # Errors that data, disk and network can cause. Anything else is a bug of the package, with
        # a traceback to report.
        return _fail(error, 1)
    return 0


def _fail(error: BaseException, status: int) -> int:
    print(f"{PROGRAM}: error: {in_options(one_line(error))}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog=PROGRAM, description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (_inspect, _train, _predict, _evaluate, _tune, _export, _fetch):
        command = commands.add_parser(
            module.__name__.rpartition("_")[2],
            help=module.HELP,
            description=module.DESCRIPTION,
            epilog=module.EPILOG,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run, parser=command)
    return parser
