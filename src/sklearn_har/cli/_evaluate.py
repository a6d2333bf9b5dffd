"""``sklearn-har evaluate``: train a network several times, or score a recognizer."""

from __future__ import annotations

import argparse
import ast
import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from sklearn_har.cli import _evaluate_recordings
from sklearn_har.cli._common import (
    UsageError,
    add_data_arguments,
    check_writable,
    fact,
    jobs,
    positive_integer,
    quiet_start,
    refuse,
    seed,
    versions,
    write_json,
)
from sklearn_har.cli._models import NETWORKS, add_preparation_arguments, network_or_file
from sklearn_har.cli._reading import add_source_arguments
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._progress import is_watched

MODELS = NETWORKS
SCALERS = {"standard": "StandardScaler", "minmax": "MinMaxScaler", "power": "PowerTransformer"}
SCALINGS = ("none", *SCALERS)

TITLES = {"simulated": "simulated (make_har_windows)", "uci-har": "UCI HAR, official split"}

# 840 windows of 14 subjects train, 360 of 6 test: about a minute for three trainings as published.
_N_SUBJECTS, _N_WINDOWS_PER_ACTIVITY = 20, 10
_TEST_SHARE = 0.3

_DESCRIPTION = """\
With SOURCE, score a recognizer on labelled recordings: a saved model as it is,
or a network cross-validated over subjects (--folds). It prints the accuracy
over time, F1 of activities and events, and tables by activity and by subject.

Without SOURCE, train a network several times on the windows of --dataset, each
time with another seed, and report mean and standard deviation of the accuracy
on held-out subjects, with a table per class, a table per subject and the
confusion matrix. The test windows choose no epoch, no setting and no scaling.
"""
_EPILOG = """\
SOURCE is a folder, a table or a data set, as for `train`. Of simulated and hapt
a saved model gets the test subjects, and --folds the training subjects.

Without SOURCE the estimator is a scikit-learn pipeline of the steps "scale"
(unless --scaling is none) and "clf"; with SOURCE it is the recognizer of
`train`. --set takes any of their parameters; values are Python literals,
everything else is text.

examples:
  sklearn-har evaluate simulated --model model.skops
      a saved model on recordings of subjects that it was not trained on
  sklearn-har evaluate log.csv --labels activity --subject person \\
          --model cnn-lstm --folds 5
      five trainings, each tested on subjects left out
  sklearn-har evaluate --model conv-lstm
      simulated windows, three trainings as published (25 epochs each)
  sklearn-har evaluate --model cnn-lstm --dataset uci-har --repeats 10
      the official split of UCI HAR, downloaded on first use
  sklearn-har evaluate --model lstm --scaling standard \\
          --set clf__units=64 clf__n_layers=2 clf__optimizer__learning_rate=5e-4
      two layers of 64 units on standardised channels, a smaller step size
  sklearn-har evaluate --model cnn-lstm --recipe --dataset uci-har
      the settings that were chosen for accuracy
  sklearn-har evaluate --model lstm --repeats 5 --json lstm.json
      keep all figures, the seeds and the versions in a file
"""


class Task(NamedTuple):
    """Training and test windows, (n_windows, n_timesteps, n_channels), of different subjects."""

    title: str
    X: Any
    y: Any
    subject: Any
    X_test: Any
    y_test: Any
    subject_test: Any
    target_names: list[str]
    sampling_rate: float


def add_parser(commands: Any) -> None:
    """Describe the subcommand."""
    parser = commands.add_parser(
        "evaluate",
        help="report how well a model recognises held-out subjects",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument("source", nargs="?", metavar="SOURCE", help="folder, table or data set")
    parser.add_argument(
        "--model",
        required=True,
        type=network_or_file,
        metavar="MODEL",
        help=f"a network ({', '.join(MODELS)}) or a saved model (.skops, .onnx, .tflite)",
    )
    add_window_arguments(parser)
    parser.add_argument(
        "--folds",
        type=positive_integer,
        metavar="K",
        help="with SOURCE and a network: parts that the subjects are divided into",
    )
    parser.add_argument(
        "--repeats",
        type=positive_integer,
        metavar="N",
        help="how many times to train (default: 3)",
    )
    parser.add_argument(
        "--seed",
        type=seed,
        default=0,
        metavar="N",
        help="where the seeds of the trainings come from; the simulated windows do not depend "
        "on it (default: 0)",
    )
    parser.add_argument(
        "--jobs",
        type=jobs,
        metavar="N",
        help="trainings at a time; -1 for as many as there are processors (default: 1)",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures and the versions to a file"
    )
    add_preparation_arguments(parser, " (with SOURCE and --folds)")
    add_source_arguments(parser)
    parser.set_defaults(run=run, dataset=None, scaling=None)


def add_setup_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is trained, and on which windows."""
    parser.add_argument(
        "--model",
        required=True,
        choices=MODELS,
        help="the network: " + ", ".join(f"{key} ({name})" for key, name in MODELS.items()),
    )
    add_window_arguments(parser)


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for windows of a data set, and for the training."""
    parser.add_argument(
        "--dataset",
        default="simulated",
        choices=["simulated", "uci-har"],
        help="simulated: made on the spot, the last 30%% of the subjects are the test subjects; "
        "uci-har: 7352 training and 2947 test windows of a phone at the waist, downloaded on "
        "first use (default: simulated)",
    )
    add_data_arguments(parser)
    add_training_arguments(parser)
    parser.add_argument(
        "--scaling",
        default="none",
        choices=SCALINGS,
        help="scale each channel, by statistics of the training windows (default: none, the "
        "published setting)",
    )


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for the settings of a network."""
    settings = parser.add_mutually_exclusive_group()
    settings.add_argument(
        "--recipe",
        action="store_true",
        help="settings of sklearn_har.recipes, chosen for accuracy (default for recordings)",
    )
    settings.add_argument(
        "--published",
        action="store_true",
        help="the published settings (default for windows of a data set)",
    )
    parser.add_argument(
        "--epochs",
        type=positive_integer,
        metavar="N",
        help="epochs of each training (default: 20 with a recipe; as published 15 for lstm, else "
        "25)",
    )
    parser.add_argument(
        "--set",
        action="extend",
        nargs="+",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="parameters of the pipeline (clf__units=64) or of the recognizer "
        "(estimator__units=64)",
    )


def run(args: argparse.Namespace) -> None:
    """Load, train, report."""
    if args.source is not None:
        refuse(args, ("dataset", "repeats", "scaling", "jobs"), "leave it out, or leave out SOURCE")
        _evaluate_recordings.run(args)
        return
    if args.model not in MODELS:
        raise UsageError(
            f"--model {args.model}: say which recordings to score it on, such as: sklearn-har "
            f"evaluate simulated --model {args.model}"
        )
    recordings = ("folds", "preset", "rate", "window", "overlap", "pattern", "labels", "subject")
    refuse(args, recordings, "only for recordings: name their SOURCE")
    args.dataset, args.scaling = args.dataset or "simulated", args.scaling or "none"
    args.repeats = args.repeats or 3
    check_dataset(args)
    if args.json:
        check_writable(args.json)
    with quiet_start():
        load_classifier(args.model, recipe=args.recipe)
    estimator = make_estimator(args)
    show_epochs(estimator, args)
    task = load_task(args)
    n_parameters = count_parameters(estimator, task)
    print(_facts(args, task, n_parameters), flush=True)

    from sklearn_har.evaluation import repeated_evaluation

    result = repeated_evaluation(
        estimator,
        task.X,
        task.y,
        X_test=task.X_test,
        y_test=task.y_test,
        groups=task.subject,
        groups_test=task.subject_test,
        n_repeats=args.repeats,
        random_state=args.seed,
        n_jobs=args.jobs,
        verbose=1,
    )
    try:
        # Before the report is printed, whose reader may have gone away.
        if args.json:
            write_json(args.json, _content(args, task, n_parameters, result))
    finally:
        # And the report is printed although the disk may be full.
        print(f"\n{result.report(target_names=task.target_names)}")


def check_dataset(args: argparse.Namespace) -> None:
    """Refuse places of files that would not be looked at, and scaling twice."""
    if args.dataset == "simulated" and (args.archive or args.data_home):
        option = "--archive" if args.archive else "--data-home"
        raise UsageError(f"{option} goes with --dataset uci-har; simulated windows have no files")
    if args.recipe and args.scaling != "none":
        raise UsageError(
            "--recipe scales inside the network; leave --scaling out, or change it by --set "
            "clf__scaling=standard"
        )


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, such as clf__units=64, got {text!r}")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return name, value


def load_classifier(model: str, *, recipe: bool = False) -> Any:
    """Return what makes a network: its class, or its recipe."""
    if recipe:
        name = f"make_{model.replace('-', '_')}"
        return getattr(import_module("sklearn_har.recipes"), name)
    return getattr(import_module("sklearn_har.neural_network"), MODELS[model])


def shown_settings(args: argparse.Namespace) -> str:
    """Say in a line which settings all trainings have."""
    settings = {} if args.epochs is None else {"clf__epochs": args.epochs}
    settings |= dict(args.set)
    changes = [f"{name}={value!r}" for name, value in settings.items()]
    if args.recipe:
        return ", ".join(["as in its recipe", *changes])
    return ", ".join(changes) or "as published"


def make_estimator(args: argparse.Namespace) -> Any:
    """Return the pipeline that the arguments describe."""
    from sklearn.pipeline import Pipeline

    steps = [] if args.scaling == "none" else [("scale", make_scaler(args.scaling))]
    classifier = load_classifier(args.model, recipe=args.recipe)(verbose=0)
    if args.epochs is not None:
        classifier.set_params(epochs=args.epochs)
    estimator = Pipeline([*steps, ("clf", classifier)])
    for name, value in args.set:
        set_parameter(estimator, "--set", name, value)
    return estimator


def make_scaler(scaling: str) -> Any:
    """Return the step of a pipeline that a word of --scaling means."""
    if scaling == "none":
        return "passthrough"
    from sklearn import preprocessing

    from sklearn_har.preprocessing import ChannelwiseTransformer

    return ChannelwiseTransformer(getattr(preprocessing, SCALERS[scaling])())


def name_of_scaler(step: Any) -> str:
    """Return the word of --scaling for what `make_scaler` made of it."""
    known = {name: scaling for scaling, name in SCALERS.items()}
    return known.get(type(getattr(step, "transformer", None)).__name__, "none")


def show_epochs(estimator: Any, args: argparse.Namespace) -> None:
    """On a terminal, let a network that trains alone say how far it is."""
    classifier = estimator.named_steps["clf"]
    if args.jobs in (None, 1) and is_watched() and classifier.callbacks is None:
        from sklearn_har.cli._progress import EpochProgress

        classifier.set_params(callbacks=EpochProgress)


@contextmanager
def watched(classifier: Any) -> Iterator[None]:
    """On a terminal, show the epochs of a network while it trains, and leave no callback behind."""
    shown = is_watched() and classifier.get_params().get("callbacks", "none") is None
    if shown:
        from sklearn_har.cli._progress import EpochProgress

        classifier.set_params(callbacks=EpochProgress)
    try:
        yield
    finally:
        if shown:
            classifier.set_params(callbacks=None)


def count_parameters(estimator: Any, task: Task) -> int:
    """Return the number of weights; raises for sizes that do not go with the windows."""
    from sklearn.base import clone

    network = clone(estimator.named_steps["clf"]).initialize(task.X, task.y).model_
    return int(network.count_params())


def set_parameter(estimator: Any, option: str, name: str, value: Any) -> None:
    """Set a parameter that an option names, or say which one was meant.

    Of a pipeline the steps have parameters, of a recognizer also the recognizer itself.
    """
    if name == "random_state" or name.endswith("__random_state"):
        raise UsageError(f"{option} {name}: each training gets its own seed; use --seed")
    step, parameter = name.split("__", 1) if "__" in name else ("", name)
    steps = [name for name, _ in getattr(estimator, "steps", ())] or ["estimator", "preparation"]
    try:
        # The steps themselves are what the other options are for.
        if not step and (hasattr(estimator, "steps") or name in steps):
            raise ValueError
        # Also for names that are not listed, such as clf__optimizer__learning_rate: the estimator
        # knows which of them it routes.
        estimator.set_params(**{name: value})
    except (ValueError, TypeError, AttributeError) as error:
        # Compared without the step, which would make all names of a step alike.
        known = {key.partition("__")[2] or key: key for key in estimator.get_params()}
        if hasattr(estimator, "steps"):
            known = {short: key for short, key in known.items() if short != key}
        similar = difflib.get_close_matches(parameter, known, n=1)
        if similar:
            reason = f"there is no such parameter; did you mean {known[similar[0]]}?"
        elif step in steps:
            reason = one_line(error)
        else:
            reason = f"a parameter starts with {' or '.join(f'{step}__' for step in steps)}"
        raise UsageError(f"{option} {name}: {reason}") from None


def load_training(args: argparse.Namespace) -> Any:
    """Return the windows of the training subjects; those of the others are not even read."""
    if args.dataset == "uci-har":
        return _fetch("train", args)
    return _simulated()[0]


def load_task(args: argparse.Namespace) -> Task:
    """Return the windows of a data set, training and test subjects apart."""
    if args.dataset == "uci-har":
        title = TITLES["uci-har"]
        train, test = (_fetch(subset, args) for subset in ("train", "test"))
    else:
        title = TITLES["simulated"]
        train, test = _simulated()
    return Task(
        title=title,
        X=train.data,
        y=train.target,
        subject=train.subject,
        X_test=test.data,
        y_test=test.target,
        subject_test=test.subject,
        target_names=list(train.target_names),
        sampling_rate=train.sampling_rate,
    )


def _fetch(subset: str, args: argparse.Namespace) -> Any:
    from sklearn_har.datasets import fetch_uci_har

    return fetch_uci_har(subset=subset, archive=args.archive, data_home=args.data_home)


def _simulated() -> tuple[Any, Any]:
    import numpy as np
    from sklearn.utils import Bunch

    from sklearn_har.datasets import make_har_windows

    windows: Any = make_har_windows(_N_SUBJECTS, _N_WINDOWS_PER_ACTIVITY, random_state=0)
    subjects = np.unique(windows.subject)
    held_out = np.isin(windows.subject, subjects[-round(_TEST_SHARE * len(subjects)) :])
    train, test = (
        Bunch(**windows | {name: windows[name][rows] for name in ("data", "target", "subject")})
        for rows in (~held_out, held_out)
    )
    return train, test


def _facts(args: argparse.Namespace, task: Task, n_parameters: int) -> str:
    import numpy as np

    def count(X: Any, subject: Any) -> str:
        return f"{len(X)} windows of {len(np.unique(subject))} subjects"

    _, n_timesteps, n_channels = task.X.shape
    rate = f"{task.sampling_rate:g} Hz"
    held_out = ", ".join(map(str, np.unique(task.subject_test).tolist()))
    return "\n".join(
        [
            fact("data", task.title),
            fact("windows", f"{n_timesteps} time steps x {n_channels} channels at {rate}"),
            fact("train", count(task.X, task.subject)),
            fact("test", f"{count(task.X_test, task.subject_test)} not in training: {held_out}"),
            fact("model", f"{args.model} ({MODELS[args.model]}), {n_parameters:,} parameters"),
            fact("settings", shown_settings(args)),
            fact("scaling", args.scaling),
            fact("trainings", f"{args.repeats} (seed {args.seed})"),
        ]
    )


def _content(
    args: argparse.Namespace, task: Task, n_parameters: int, result: Any
) -> dict[str, Any]:
    names = ("model", "recipe", "dataset", "archive", "data_home", "repeats", "epochs", "scaling")
    arguments = {
        name: str(value) if isinstance(value := getattr(args, name), Path) else value
        for name in (*names, "seed", "jobs", "json")
    }
    return {
        "versions": versions(),
        "arguments": arguments | {"set": {name: str(value) for name, value in args.set}},
        "n_parameters": n_parameters,
        "data": {
            "title": task.title,
            "n_train_windows": len(task.X),
            "n_test_windows": len(task.X_test),
            "target_names": task.target_names,
        },
        "evaluation": result.to_dict(),
    }
