"""``sklearn-har evaluate``: train a network several times, or score a recognizer."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sklearn_har.cli import _data, _models, _networks
from sklearn_har.cli._common import (
    COUNT,
    FILE,
    FOLDS,
    JOBS,
    SEED,
    UsageError,
    check_outputs,
    quiet_start,
    refuse,
    versions,
    write_file,
)
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import NETWORKS, add_preparation_arguments, network_or_file
from sklearn_har.cli._reading import add_source_arguments, facts_of, read_source
from sklearn_har.utils._progress import is_watched
from sklearn_har.utils._text import fact

HELP = "report how well a model recognises held-out subjects"
DESCRIPTION = """\
With SOURCE, score a recognizer on labelled recordings: a saved model as it is,
or a network cross-validated over subjects (--folds). It prints the accuracy
over time, F1 of activities and events, and tables by activity and by subject.

Without SOURCE, train a network several times on the windows of --dataset, each
time with another seed, and report mean and standard deviation of the accuracy
on held-out subjects, with a table per class, a table per subject and the
confusion matrix. No epoch, setting or scaling is chosen on the test windows.
With --windows, it does so on your own windows, cross-validated over subjects.
"""
EPILOG = """\
SOURCE is a folder, a table or a data set, as for `train`. In a data set, a
saved model is scored on the test subjects, and --folds uses the others.

--set takes any parameter of the network; with SOURCE, of the recognizer of
`train`. Values are Python literals, everything else is text.

examples:
  sklearn-har evaluate simulated --model model.skops
      a saved model on recordings of held-out subjects
  sklearn-har evaluate log.csv --labels activity --subject person \\
          --model cnn-lstm --folds 5
      five trainings, each tested on held-out subjects
  sklearn-har evaluate --model conv-lstm
      simulated windows, three trainings as published (25 epochs each)
  sklearn-har evaluate --model cnn-lstm --dataset uci-har --repeats 10
      the official split of UCI HAR, downloaded on first use
  sklearn-har evaluate --model lstm --scaling standard \\
          --set units=64 n_layers=2 optimizer__learning_rate=5e-4
      two layers of 64 units on standardised channels, a smaller step size
  sklearn-har evaluate --model cnn-lstm --recipe --dataset uci-har
      the settings that were chosen for accuracy
  sklearn-har evaluate --model cnn-lstm --windows mine.npz --folds 5
      own windows: arrays X (n_windows, n_timesteps, n_channels), y and groups
  sklearn-har evaluate --model lstm --repeats 5 --json lstm.json
      save all scores, seeds and versions in a file
"""
# The folds of one's own windows, as in `tune`.
_FOLDS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="folder, table or data set")
    parser.add_argument(
        "--model",
        required=True,
        type=network_or_file,
        metavar="MODEL",
        help=f"a network ({', '.join(NETWORKS)}) or a saved model (.skops, .onnx, .tflite)",
    )
    _data.add_window_arguments(parser)
    _networks.add_training_arguments(parser)
    parser.add_argument(
        "--folds",
        **FOLDS,
        help="with SOURCE and a network, or with --windows: number of parts of the subjects "
        f"(with --windows: {_FOLDS} by default)",
    )
    parser.add_argument("--repeats", **COUNT, help="number of trainings (default: 3)")
    parser.add_argument(
        "--seed",
        **SEED,
        help="seed of the trainings; the simulated windows do not depend on it (default: 0)",
    )
    parser.add_argument("--jobs", **JOBS)
    parser.add_argument(
        "--json", **FILE, help="write all scores and versions to a file; - for the output"
    )
    add_preparation_arguments(parser, " (with SOURCE and --folds)")
    add_source_arguments(parser)
    parser.set_defaults(dataset=None)


def run(args: argparse.Namespace) -> None:
    check_outputs(args.json)
    if args.source is None:
        _evaluate_windows(args)
    else:
        refuse(args, ("dataset", "windows", "repeats", "jobs"), "leave it out, or leave out SOURCE")
        result = _cross_validate(args) if args.model in NETWORKS else _score(args)
        _show(args, result, {})


def _show(args: argparse.Namespace, result: Any, content: dict[str, Any], **options: Any) -> None:
    try:
        # Written first, because the reader of the report may close the pipe.
        if args.json:
            everything = {"versions": versions(), **content, "evaluation": result.to_dict()}
            text = json.dumps(everything, indent=2, allow_nan=False)
            write_file(args.json, f"{text}\n".encode())
    finally:
        # The report is printed even if the disk is full.
        lines = result.report(**options).splitlines()
        if is_watched() and sys.stdout.isatty():
            # The scores of the repeats are already printed above.
            lines = [line for line in lines if not line.startswith(">#")]
        print("", *lines, sep="\n")


def _cross_validate(args: argparse.Namespace) -> Any:
    if not args.folds:
        raise UsageError(
            f"--model {args.model} with SOURCE needs --folds K, which trains it K times; a "
            "saved model is a file that `train` wrote"
        )
    with warnings_as_lines():
        recordings = read_source(args, "train")
    with warnings_as_lines(later=True), quiet_start():
        recognizer = _networks.make_recognizer(args, recordings)
    print(*facts_of(recordings, args.source), sep="\n")
    print(*_networks.training_facts(args, recognizer), sep="\n", flush=True)
    return _networks.cross_validate(args, recognizer, recordings)


def _score(args: argparse.Namespace) -> Any:
    unused = ("folds", "epochs", "scaling", "set", "recipe", "published")
    refuse(args, unused, f"{args.model} is trained already; leave this out")
    with warnings_as_lines(later=True), quiet_start():
        recognizer = _models.recognizer_of(args, _models.load_model(args.model))
    from sklearn_har.recognition import evaluate_recordings

    with warnings_as_lines():
        recordings = read_source(args, "test", recognizer)
    print(*facts_of(recordings, args.source), *_models.facts_of(recognizer), sep="\n")
    print(fact("model", str(args.model)), flush=True)
    with warnings_as_lines():
        return evaluate_recordings(recognizer, recordings)


def _evaluate_windows(args: argparse.Namespace) -> None:
    if args.model not in NETWORKS:
        raise UsageError(
            f"--model {args.model}: say which recordings to score it on, such as: sklearn-har "
            f"evaluate simulated --model {args.model}"
        )
    recordings = ("preset", "rate", "window", "overlap", "frame", "pattern", "labels", "subject")
    refuse(args, recordings, "only for recordings: name their SOURCE")
    if not args.windows:
        refuse(args, ("folds",), "only for recordings (name their SOURCE) and for --windows")
    args.dataset, args.repeats = args.dataset or "simulated", args.repeats or 3
    _data.check_dataset(args)
    with quiet_start():
        estimator = _networks.make_estimator(args)
    if args.windows:
        windows = _data.load_file(args.windows)
        args.folds = args.folds or _FOLDS
        n_subjects = _data.check_folds(args.folds, windows)
        names = list(map(str, sorted(set(windows.target.tolist()))))
        counts = {"n_windows": len(windows.data)}
        options = {"cv": args.folds}
        facts = _facts_of_own(args, windows, n_subjects)
    else:
        windows, test = (_data.load_windows(args, part) for part in ("train", "test"))
        names = list(windows.target_names)
        counts = {"n_train_windows": len(windows.data), "n_test_windows": len(test.data)}
        options = {"X_test": test.data, "y_test": test.target, "groups_test": test.subject}
        facts = _facts_of_split(windows, test)

    from sklearn_har.evaluation import repeated_evaluation

    with _networks.show_epochs(estimator, args.jobs):
        n_parameters = _count_parameters(estimator, windows)
        facts = {
            "data": _data.title_of(args),
            **facts,
            "model": f"{args.model} ({NETWORKS[args.model]}), {n_parameters:,} parameters",
            "settings": _networks.settings_in_words(args, recipe=args.recipe),
            "trainings": f"{args.repeats}{f' x {args.folds}' if args.folds else ''} "
            f"(seed {args.seed})",
        }
        print(*(fact(*each) for each in facts.items()), sep="\n", flush=True)
        result = repeated_evaluation(
            estimator,
            windows.data,
            windows.target,
            groups=windows.subject,
            n_repeats=args.repeats,
            random_state=args.seed,
            n_jobs=args.jobs,
            verbose=1,
            **options,
        )
    data = {"title": _data.title_of(args), **counts, "target_names": names}
    content = {"arguments": _arguments(args), "n_parameters": n_parameters, "data": data}
    _show(args, result, content, target_names=names)


def _count_parameters(estimator: Any, windows: Any) -> int:
    """Return the number of weights; raise an error if sizes do not fit the windows."""
    from sklearn.base import clone

    return int(clone(estimator).initialize(windows.data, windows.target).model_.count_params())


def _facts_of_split(train: Any, test: Any) -> dict[str, str]:
    import numpy as np

    def count(windows: Any) -> str:
        return f"{len(windows.data)} windows of {len(np.unique(windows.subject))} subjects"

    _, n_timesteps, n_channels = train.data.shape
    held_out = ", ".join(map(str, np.unique(test.subject).tolist()))
    return {
        "windows": f"{n_timesteps} time steps x {n_channels} channels at "
        f"{train.sampling_rate:g} Hz",
        "train": count(train),
        "test": f"{count(test)} not in training: {held_out}",
    }


def _facts_of_own(args: argparse.Namespace, windows: Any, n_subjects: int) -> dict[str, str]:
    n_windows, n_timesteps, n_channels = windows.data.shape
    return {
        "windows": f"{n_windows} of {n_timesteps} time steps x {n_channels} channels",
        "folds": f"{args.folds}, of {n_subjects} subjects, each held out once",
    }


def _arguments(args: argparse.Namespace) -> dict[str, Any]:
    names = ("model", "recipe", "dataset", "archive", "data_home", "windows", "folds", "repeats")
    arguments = {
        name: str(value) if isinstance(value := getattr(args, name), Path) else value
        for name in (*names, "epochs", "scaling", "seed", "jobs", "json")
    }
    return arguments | {"set": {name: str(value) for name, value in args.set}}
