"""``sklearn-har export``: write a saved model as a file for phones and servers, or as a page."""

import argparse
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import (
    HERTZ,
    NAMES,
    UsageError,
    add_data_arguments,
    check_outputs,
    positive_integer,
    quiet_start,
    refuse,
)
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import load_model, refuse_contradictions
from sklearn_har.utils._text import fact

_FORMATS = {".onnx": "ONNX", ".tflite": "LiteRT"}

HELP = "write a saved model as an ONNX or LiteRT file, or as a page for phones"
DESCRIPTION = """\
Write a saved model as one file that needs neither Python nor TensorFlow. It
holds scaling, subsequences and network, the names of activities and channels,
and the preparation of recordings, so that `predict` accepts it like the model.
The file is loaded and compared with the model before it is kept. With --web,
write a page that runs the model in the browser of a phone instead.
"""
EPILOG = """\
The model is a file that `train` wrote; or a network of this package, or a
pipeline that ends with one, saved by skops.io.dump. --names, --channels and
--rate are for the latter, which lack them. The ending of the file determines
the format: .onnx or .tflite.

--web takes a model of `train`, or its .onnx file; without a model, the one that
comes with the package. It writes a folder of static files, including 14 MB for
the runtime of ONNX files in browsers. Any web server can serve them. Phones
give pages access to sensors only over https:// or from http://localhost.

examples:
  sklearn-har export model.skops har.onnx
      for servers, desktops and browsers
  sklearn-har export model.skops har.tflite --quantize float16 --dataset uci-har
      for phones, half as large; compared on the test windows of UCI HAR
  sklearn-har export model.skops har.tflite --quantize dynamic --dataset uci-har
      a quarter of the size
  sklearn-har export model.skops --web phone
      a page for the browser of a phone, in the folder phone; to try it here:
      python -m http.server --bind 127.0.0.1 --directory phone
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        type=Path,
        nargs="?",
        help="the saved model (.skops; with --web also .onnx, or none for the one that comes with "
        "the package)",
    )
    parser.add_argument(
        "file", type=Path, nargs="?", help="file to write (.onnx or .tflite), unless --web is given"
    )
    parser.add_argument(
        "--web",
        type=Path,
        metavar="FOLDER",
        help="write a page that runs the model in the browser of a phone",
    )
    parser.add_argument("--title", help="the title of the page of --web")
    parser.add_argument(
        "--runtime",
        type=Path,
        metavar="FOLDER",
        help="for --web: the folder of the npm package onnxruntime-web, or a node_modules with it "
        "(default: a node_modules here or above; else npm fetches the package, once)",
    )
    parser.add_argument(
        "--quantize",
        choices=["float16", "dynamic"],
        help="make the file smaller: dynamic to about a quarter, float16 to a half (.tflite only)",
    )
    parser.add_argument(
        "--batch-size",
        type=positive_integer,
        metavar="N",
        help="windows per call (default: any number for .onnx, 1 for .tflite)",
    )
    parser.add_argument(
        "--names",
        **NAMES,
        help="names of the activities, in the order of the classes of the model (default: the "
        "classes)",
    )
    parser.add_argument("--channels", **NAMES, help="names of the channels of a window")
    parser.add_argument("--rate", **HERTZ, help="sampling rate of the windows")
    parser.add_argument(
        "--dataset",
        choices=["uci-har"],
        help="compare on its test windows instead of random ones; by default, --channels and "
        "--rate are those of the data set",
    )
    add_data_arguments(parser)


def run(args: argparse.Namespace) -> None:
    if args.web is not None:
        _write_page(args)
        return
    refuse(args, ("title", "runtime"), "is for --web")
    if args.model is None or args.file is None:
        raise UsageError(
            "name the saved model and the file to write: sklearn-har export model.skops har.onnx; "
            "or a folder by --web"
        )
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
    check_outputs(args.file)
    with quiet_start():
        model = load_model(args.model)
    if hasattr(model, "describe"):
        refuse_contradictions(args, model)

    from sklearn_har.export import to_litert, to_onnx

    options = _options(args, model)
    if args.batch_size is not None:
        options["batch_size"] = args.batch_size
    # The runtimes print messages to standard error when the file is compared.
    with warnings_as_lines(later=True), quiet_start():
        report = (to_onnx if kind == "ONNX" else to_litert)(model, args.file, **options)
    _print(report)


def _print(report: Any) -> None:
    first, *others = str(report).splitlines()
    print(fact("file", first))
    for label, line in zip(("compared", "accuracy"), others, strict=False):
        print(fact(label, line.removeprefix(f"{label} ")))


def _write_page(args: argparse.Namespace) -> None:
    others = "quantize", "batch_size", "names", "channels", "rate", "dataset", "archive"
    refuse(args, (*others, "data_home"), "is for files; --web takes it from the model")
    if args.file is not None:
        raise UsageError(f"{args.file}: --web writes a folder and no file; leave the file out")
    if args.model is not None and args.model.suffix.lower() == ".tflite":
        raise UsageError(f"{args.model}: --web runs ONNX files; export the model it was made of")
    from sklearn_har.export import to_web
    from sklearn_har.recognition import ActivityRecognizer, load_pretrained

    with quiet_start():
        model = load_pretrained() if args.model is None else load_model(args.model)
        if getattr(model, "recognizer", None):
            model = ActivityRecognizer.from_classifier(model)
        if not hasattr(model, "describe"):
            raise ValueError(
                f"{args.model}: --web needs a model that train wrote, with the preparation of "
                f"recordings; this is a {type(model).__name__} of windows"
            )
    with warnings_as_lines(later=True), quiet_start():
        report = to_web(model, args.web, title=args.title, runtime=args.runtime)
    _print(report)
    size = sum(path.stat().st_size for path in args.web.rglob("*") if path.is_file())
    print(fact("page", f"{args.web}, {size / 1e6:.1f} MB"))
    print(fact("to try it", f"python -m http.server --bind 127.0.0.1 --directory {args.web}"))


def _options(args: argparse.Namespace, model: Any) -> dict[str, Any]:
    """Collect the metadata of the file, and the windows for the comparison."""
    options: dict[str, Any] = {
        "activity_names": args.names,
        "channel_names": args.channels,
        "sampling_rate": args.rate,
        "quantize": args.quantize,
    }
    if not args.dataset:
        return options

    import numpy as np

    from sklearn_har.datasets import fetch_uci_har

    test: Any = fetch_uci_har(subset="test", archive=args.archive, data_home=args.data_home)
    names = np.array(test.target_names)
    # The labels of a model may be numbers or names.
    labels = names[test.target] if model.classes_.dtype.kind in "OUST" else test.target
    options["X"], options["y"] = test.data, labels
    if args.names is None and model.classes_.dtype.kind in "iu":
        options["activity_names"] = names[model.classes_].tolist()
    if args.channels is None and not hasattr(model, "describe"):
        options["channel_names"] = test.channel_names
    if args.rate is None:
        options["sampling_rate"] = test.sampling_rate
    return options
