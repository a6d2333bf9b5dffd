"""``sklearn-har train``: train a recognizer on labelled recordings and save it."""

import argparse

from sklearn_har.cli import _models, _networks
from sklearn_har.cli._common import (
    FILE,
    FOLDS,
    SEED,
    UsageError,
    add_data_arguments,
    check_outputs,
    quiet_start,
    write_file,
)
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._reading import add_source_arguments, facts_of, how_read, read_source
from sklearn_har.utils._text import fact

HELP = "train a recognizer on labelled recordings and save it"
DESCRIPTION = """\
Train a network on labelled recordings and save it with everything that it
needs: sampling rate, channels, filters, windows, smoothing, activity names.
`predict`, `evaluate` and `export` read all of this from the file.
"""
EPILOG = """\
SOURCE is a folder (with --pattern), one table (CSV or Parquet, with --labels
and --subject), or a data set: simulated (no download), hapt or motion-sense. It
uses the training subjects of a data set; `evaluate` reads the others.

The model is an ActivityRecognizer. --set takes any of its parameters; values
are Python literals, everything else is text.

examples:
  sklearn-har train simulated --save model.skops
      the recipe of the CNN-LSTM on simulated recordings, in a minute
  sklearn-har train recordings --pattern "{subject}/{activity}/{trial}.csv" \\
          --acceleration ax ay az --acceleration-unit m/s2 \\
          --gyroscope gx gy gz --gyroscope-unit deg/s --save model.skops
      your own files, one folder for each subject and activity
  sklearn-har train log.csv --labels activity --subject person --folds 5 \\
          --save model.skops
      one long table; five folds first estimate the accuracy on new subjects
  sklearn-har train hapt --model lstm --window 5.12 --epochs 30 \\
          --set estimator__units=32 min_duration=2 --save lstm.skops
      other settings
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="folder, table or data set")
    parser.add_argument("--save", **FILE, required=True, help="the file to write (.skops)")
    parser.add_argument("--force", action="store_true", help="overwrite the file of --save")
    parser.add_argument(
        "--model",
        default="cnn-lstm",
        choices=_models.NETWORKS,
        help="the network (default: cnn-lstm)",
    )
    _networks.add_training_arguments(parser)
    parser.add_argument("--seed", **SEED, help="seed of the training (default: 0)")
    parser.add_argument(
        "--folds",
        **FOLDS,
        help="cross-validate by subject first: K trainings, each tested on held-out subjects",
    )
    _models.add_preparation_arguments(parser)
    add_source_arguments(parser)
    add_data_arguments(parser)


def run(args: argparse.Namespace) -> None:
    from sklearn_har.utils._optional import import_optional

    if args.save.suffix != ".skops":
        raise UsageError(f"--save {args.save}: the ending must be .skops; `export` writes others")
    check_outputs(args.save)
    if args.save.is_file() and not args.force:
        raise UsageError(f"--save {args.save}: the file exists; add --force to overwrite it")
    skops_io = import_optional("skops.io", extra="export", needed_by="--save")
    with warnings_as_lines():
        recordings = read_source(args, "train")
    with warnings_as_lines(later=True), quiet_start():
        recognizer = _networks.make_recognizer(args, recordings)
        recognizer.set_params(read_options=how_read(args) or None)
    print(*facts_of(recordings, args.source), *_networks.training_facts(args, recognizer), sep="\n")
    if args.folds:
        print(f"\n{_networks.cross_validate(args, recognizer, recordings).report()}\n", flush=True)
    with warnings_as_lines(), _networks.show_epochs(recognizer.estimator):
        recognizer.fit(recordings)
    recognizer.estimator_.set_params(callbacks=recognizer.estimator.callbacks)
    write_file(args.save, skops_io.dumps(recognizer))
    print(fact("trained on", f"{recognizer.n_windows_} windows"))
    print(fact("saved", str(args.save)))
