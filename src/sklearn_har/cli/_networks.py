"""Networks that the options describe: on windows in a pipeline, on recordings in a recognizer."""

from __future__ import annotations

import argparse
import ast
import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sklearn_har.cli import _models
from sklearn_har.cli._common import COUNT, UsageError, fact
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import NETWORKS
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._progress import is_watched

SCALERS = {"standard": "StandardScaler", "minmax": "MinMaxScaler", "power": "PowerTransformer"}
SCALINGS = ("none", *SCALERS)


def add_scaling_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the scaling of windows."""
    parser.add_argument(
        "--scaling",
        default="none",
        choices=SCALINGS,
        help="scale each channel, by statistics of the training windows (default: none, the "
        "published setting)",
    )


def check_scaling(args: argparse.Namespace) -> None:
    """Refuse to scale twice."""
    if args.recipe and args.scaling != "none":
        raise UsageError(
            "--recipe scales inside the network; leave --scaling out, or change it by --set "
            "clf__scaling=standard"
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
        **COUNT,
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
    return getattr(import_module("sklearn_har.neural_network"), NETWORKS[model])


def make_estimator(args: argparse.Namespace) -> Any:
    """Return the pipeline for windows that the arguments describe."""
    from sklearn.pipeline import Pipeline

    steps = [] if args.scaling == "none" else [("scale", make_scaler(args.scaling))]
    estimator = Pipeline([*steps, ("clf", _classifier(args, recipe=args.recipe))])
    for name, value in args.set:
        set_parameter(estimator, "--set", name, value)
    return estimator


def make_recognizer(args: argparse.Namespace, recordings: list[Any]) -> Any:
    """Return the recognizer for recordings that the arguments describe, not fitted."""
    from sklearn_har.recognition import ActivityRecognizer

    classifier = _classifier(args, recipe=not args.published, random_state=args.seed)
    preparation = _models.preparation_of(args, recordings[0].channel_names)
    recognizer = ActivityRecognizer(classifier, preparation)
    for name, value in args.set:
        set_parameter(recognizer, "--set", name, value)
    return recognizer


def _classifier(args: argparse.Namespace, *, recipe: bool, **params: Any) -> Any:
    if args.epochs is not None:
        params["epochs"] = args.epochs
    return load_classifier(args.model, recipe=recipe)(verbose=0, **params)


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


@contextmanager
def show_epochs(classifier: Any, n_jobs: int | None = None) -> Iterator[None]:
    """On a terminal, show the epochs of a network while it trains, and leave no callback behind."""
    shown = (
        is_watched()
        and n_jobs in (None, 1)
        and classifier.get_params().get("callbacks", "none") is None
    )
    if shown:
        from sklearn_har.cli._progress import EpochProgress

        classifier.set_params(callbacks=EpochProgress)
    try:
        yield
    finally:
        if shown:
            classifier.set_params(callbacks=None)


def changed_settings(args: argparse.Namespace, prefix: str = "") -> list[str]:
    """Return the settings that the arguments change, as NAME=VALUE."""
    settings = {} if args.epochs is None else {f"{prefix}epochs": args.epochs}
    return [f"{name}={value!r}" for name, value in (settings | dict(args.set)).items()]


def pipeline_settings(args: argparse.Namespace) -> str:
    """Describe the settings of all trainings on windows."""
    changes = changed_settings(args, "clf__")
    return ", ".join(["as in its recipe", *changes] if args.recipe else changes) or "as published"


def training_facts(args: argparse.Namespace, recognizer: Any) -> list[str]:
    """Describe what is trained on recordings, a fact a line."""
    start = "as published" if args.published else "recipe"
    return [
        *_models.facts_of(recognizer),
        fact("model", f"{args.model} ({NETWORKS[args.model]})"),
        fact("settings", ", ".join([start, *changed_settings(args), f"seed {args.seed}"])),
    ]


def cross_validate(args: argparse.Namespace, recognizer: Any, recordings: list[Any]) -> Any:
    """Evaluate by cross-validation in which no subject is on both sides."""
    from sklearn_har.recognition import evaluate_recordings

    subjects = {recording.subject for recording in recordings}
    if None in subjects:
        raise UsageError("--folds needs subjects: --subject, or {subject} in --pattern")
    if not 2 <= args.folds <= len(subjects):
        raise UsageError(f"--folds {args.folds}: there are {len(subjects)} subjects to divide")
    with warnings_as_lines(), show_epochs(recognizer.estimator):
        return evaluate_recordings(recognizer, recordings, cv=args.folds)
