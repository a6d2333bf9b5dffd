"""``sklearn-har export``: write a saved model as a file for phones and servers."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import (
    UsageError,
    add_data_arguments,
    check_writable,
    fact,
    positive_integer,
    quiet_start,
    real,
)
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import load_model, refuse_contradictions

_FORMATS = {".onnx": "ONNX", ".tflite": "LiteRT"}

_DESCRIPTION = """\
Write a saved model as one file that needs neither Python nor TensorFlow. It
holds scaling, subsequences and network, the names of activities and channels,
and the preparation of recordings, so that `predict` takes it like the model.
The file is loaded again and compared with the model before it is kept.
"""
_EPILOG = """\
The model is a file that `train` wrote; or a network of this package, or a
pipeline that ends with one, saved by skops.io.dump. --names, --channels and
--rate are for the latter, which do not know them. The ending of the file
decides the format: .onnx or .tflite.

examples:
  sklearn-har export model.skops har.onnx
      for servers, desktops and browsers
  sklearn-har export model.skops har.tflite --quantize float16 --dataset uci-har
      for phones, half as large; compared on the test windows of UCI HAR
  sklearn-har export model.skops har.tflite --quantize dynamic --dataset uci-har
      a quarter of the size
"""


def add_parser(commands: Any) -> None:
    """Describe the subcommand."""
    parser = commands.add_parser(
        "export",
        help="write a saved model as an ONNX or LiteRT file",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("model", type=Path, help="the saved model (.skops)")
    parser.add_argument("file", type=Path, help="what to write (.onnx or .tflite)")
    parser.add_argument(
        "--quantize",
        choices=["float16", "dynamic"],
        help="make the file smaller: dynamic to about a quarter, float16 to a half (.tflite only)",
    )
    parser.add_argument(
        "--batch-size",
        type=positive_integer,
        metavar="N",
        help="windows at a time (default: any number for .onnx, 1 for .tflite)",
    )
    parser.add_argument(
        "--names",
        nargs="+",
        metavar="NAME",
        help="names of the activities, in the order of the classes of the model (default: the "
        "classes)",
    )
    parser.add_argument(
        "--channels", nargs="+", metavar="NAME", help="names of the channels of a window"
    )
    parser.add_argument(
        "--rate",
        type=real(minimum=0.0, exclude_minimum=True),
        metavar="HZ",
        help="sampling rate of the windows",
    )
    parser.add_argument(
        "--dataset",
        choices=["uci-har"],
        help="compare on its test windows, not on random ones; --channels and --rate, unless they "
        "are given, are those of the data set",
    )
    add_data_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Load, export, say how the file compares."""
    kind = _FORMATS.get(args.file.suffix.lower())
    if kind is None:
        raise UsageError(
            f"{args.file}: the ending must be one of {', '.join(_FORMATS)}, got "
            f"{args.file.suffix!r}"
        )
    if args.quantize == "float16" and kind != "LiteRT":
        raise UsageError("--quantize float16 is for .tflite files; .onnx has dynamic")
    if not args.dataset and (args.archive or args.data_home):
        raise UsageError("--archive and --data-home go with --dataset uci-har")
    if args.model.suffix.lower() in _FORMATS:
        raise UsageError(f"{args.model} is an exported file; export the model it was made of")
    check_writable(args.file)
    with quiet_start():
        model = load_model(args.model)
    if hasattr(model, "describe"):
        refuse_contradictions(args, model)

    from sklearn_har.export import to_litert, to_onnx

    options = _options(args, model)
    if args.batch_size is not None:
        options["batch_size"] = args.batch_size
    options["quantize"] = args.quantize
    # The runtimes greet on the standard error stream when the file is compared.
    with warnings_as_lines(later=True), quiet_start():
        report = (to_onnx if kind == "ONNX" else to_litert)(model, args.file, **options)
    first, *others = str(report).splitlines()
    print(fact("file", first))
    for label, line in zip(("compared", "accuracy"), others, strict=False):
        print(fact(label, line.removeprefix(f"{label} ")))


def _options(args: argparse.Namespace, model: Any) -> dict[str, Any]:
    """Collect what the file tells about itself, and the windows to compare on."""
    options: dict[str, Any] = {
        "activity_names": args.names,
        "channel_names": args.channels,
        "sampling_rate": args.rate,
    }
    if not args.dataset:
        return options

    import numpy as np

    from sklearn_har.datasets import fetch_uci_har

    test: Any = fetch_uci_har(subset="test", archive=args.archive, data_home=args.data_home)
    names = np.array(test.target_names)
    # A model may have been trained on numbers or on names.
    labels = names[test.target] if model.classes_.dtype.kind in "OUST" else test.target
    options["X"], options["y"] = test.data, labels
    if args.names is None and model.classes_.dtype.kind in "iu":
        options["activity_names"] = names[model.classes_].tolist()
    if args.channels is None and not hasattr(model, "describe"):
        options["channel_names"] = test.channel_names
    if args.rate is None:
        options["sampling_rate"] = test.sampling_rate
    return options
