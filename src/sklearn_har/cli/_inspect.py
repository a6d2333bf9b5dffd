"""``sklearn-har inspect``: show the contents of a file, and how to read it."""

import argparse
import sys
import textwrap

from sklearn_har.cli._common import FILE, PROGRAM, check_outputs, quote, refuse, save_plot
from sklearn_har.cli._messages import in_options, warnings_as_lines
from sklearn_har.cli._reading import add_source_arguments, channels_of, options_of, read_options

HELP = "show the contents of a file of a logger, and how to read it"
DESCRIPTION = """\
Show the contents of a file of a sensor logger: its text, columns, clock, rate,
gaps and ranges, the likely logger, and how to read it. You need to know nothing
about the file; options that you pass are used as they are.
"""
EPILOG = """\
examples:
  sklearn-har inspect log.csv
      its contents, the options that read it, and the statement for Python
  sklearn-har inspect log.csv --plot log.png
      also a plot of its channels
  sklearn-har inspect log.csv --separator ';' --time ms --time-unit ms
      its contents, if some of them are known
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", **FILE, help="the file")
    parser.add_argument("--plot", **FILE, help="draw the channels (.png, .pdf, .svg)")
    add_source_arguments(parser)
    parser.set_defaults(pattern=None)


def run(args: argparse.Namespace) -> None:
    from sklearn_har.recordings import inspect_file

    refuse(args, ("pattern",), "inspect looks at one file")
    check_outputs(plot=args.plot)
    options = read_options(args, channels_of(args))
    options.pop("session", None)
    with warnings_as_lines():
        report = inspect_file(args.source, **options)
    print(in_options(str(report)))
    words = [quote(word) for word in options_of(report.arguments, report)]
    for label, text in (("options", " ".join(words)), ("in Python", report.call)):
        print(f"{label}:\n{textwrap.indent(text, '  ')}")
    if args.plot and report.recording is None:
        print(f"{PROGRAM}: warning: no plot: the file cannot be read", file=sys.stderr)
    elif args.plot and report.recording is not None:
        from sklearn_har.inspection import RecordingDisplay

        with warnings_as_lines():
            save_plot(args.plot, RecordingDisplay.from_recording(report.recording))
