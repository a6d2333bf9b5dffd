"""Make networks from options: alone for windows, or in a recognizer for recordings."""

import argparse
import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from sklearn_har.cli import _models
from sklearn_har.cli._common import COUNT, UsageError, literal
from sklearn_har.cli._messages import warnings_as_lines
from sklearn_har.cli._models import NETWORKS
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._progress import ProgressLine, is_watched
from sklearn_har.utils._text import fact


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
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
        "--scaling",
        choices=("none", "standard", "companding", "both"),
        help="scale each channel inside the network, by statistics of the training windows "
        "(default: both with a recipe; none as published)",
    )
    parser.add_argument(
        "--set",
        action="extend",
        nargs="+",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="parameters of the network (units=64), for recordings of the recognizer "
        "(estimator__units=64)",
    )


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, such as units=64, got {text!r}")
    return name, literal(value)


def load_classifier(model: str, *, recipe: bool = False) -> Any:
    """Return the factory of a network: its class, or its recipe."""
    if recipe:
        name = f"make_{model.replace('-', '_')}"
        return getattr(import_module("sklearn_har.recipes"), name)
    return getattr(import_module("sklearn_har.neural_network"), NETWORKS[model])


def make_estimator(args: argparse.Namespace) -> Any:
    """Return the classifier of windows for the arguments."""
    return _with_settings(args, _classifier(args, recipe=args.recipe))


def make_recognizer(args: argparse.Namespace, recordings: list[Any]) -> Any:
    """Return the unfitted recognizer of recordings for the arguments."""
    from sklearn_har.recognition import ActivityRecognizer

    classifier = _classifier(args, recipe=not args.published, random_state=args.seed)
    preparation = _models.preparation_of(args, recordings[0].channel_names)
    return _with_settings(args, ActivityRecognizer(classifier, preparation))


def _with_settings(args: argparse.Namespace, estimator: Any) -> Any:
    for name, value in args.set:
        set_parameter(estimator, "--set", name, value)
    return estimator


def _classifier(args: argparse.Namespace, *, recipe: bool, **params: Any) -> Any:
    if args.epochs is not None:
        params["epochs"] = args.epochs
    if args.scaling is not None:
        params["scaling"] = None if args.scaling == "none" else args.scaling
    return load_classifier(args.model, recipe=recipe)(verbose=0, **params)


def set_parameter(estimator: Any, option: str, name: str, value: Any) -> None:
    """Set a parameter named by an option, or raise an error with a suggestion."""
    parameter = name.partition("__")[2] or name
    if parameter.rpartition("__")[2] == "random_state":
        raise UsageError(f"{option} {name}: each training gets its own seed; use --seed")
    if name in ("estimator", "preparation"):
        raise UsageError(f"{option} {name}: set its parameters, which start with {name}__")
    try:
        # Unlisted names such as optimizer__learning_rate are valid too: the estimator checks which
        # it routes.
        estimator.set_params(**{name: value})
    except (ValueError, TypeError, AttributeError) as error:
        # Compared without the prefix, which would make all names of a part similar.
        known = {key.partition("__")[2] or key: key for key in estimator.get_params()}
        reason = one_line(error)
        if similar := difflib.get_close_matches(parameter, known, n=1):
            reason = f"there is no such parameter; did you mean {known[similar[0]]}?"
        raise UsageError(f"{option} {name}: {reason}") from None


@contextmanager
def show_epochs(classifier: Any, n_jobs: int | None = None) -> Iterator[None]:
    """On a terminal, show the epochs while a network trains, and remove the callback afterwards."""
    shown = (
        is_watched()
        and n_jobs in (None, 1)
        and classifier.get_params().get("callbacks", "none") is None
    )
    if shown:
        # Imported here, because the help must not load Keras.
        import keras

        class EpochProgress(keras.callbacks.Callback):
            """Update one line of the terminal, and clear it at the end."""

            def __init__(self) -> None:
                super().__init__()
                self._line = ProgressLine()

            def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
                figures = "".join(f"  {name} {value:.3f}" for name, value in (logs or {}).items())
                self._line.show(f"epoch {epoch + 1}/{self.params['epochs']}{figures}")

            def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
                self._line.clear()

        classifier.set_params(callbacks=EpochProgress)
    try:
        yield
    finally:
        if shown:
            classifier.set_params(callbacks=None)


def settings_in_words(args: argparse.Namespace, *, recipe: bool) -> str:
    """Describe the source of the settings of a network, and the changes by the arguments."""
    changed = {"epochs": args.epochs, "scaling": args.scaling}
    given = {name: value for name, value in changed.items() if value is not None} | dict(args.set)
    start = "as in its recipe" if recipe else "as published"
    return ", ".join([start, *(f"{name}={value!r}" for name, value in given.items())])


def training_facts(args: argparse.Namespace, recognizer: Any) -> list[str]:
    settings = settings_in_words(args, recipe=not args.published)
    return [
        *_models.facts_of(recognizer),
        fact("model", f"{args.model} ({NETWORKS[args.model]})"),
        fact("settings", f"{settings}, seed {args.seed}"),
    ]


def cross_validate(args: argparse.Namespace, recognizer: Any, recordings: list[Any]) -> Any:
    """Evaluate by cross-validation that never splits a subject."""
    from sklearn_har.recognition import evaluate_recordings

    subjects = {recording.subject for recording in recordings}
    if None in subjects:
        raise UsageError("--folds needs subjects: --subject, or {subject} in --pattern")
    if not 2 <= args.folds <= len(subjects):
        raise UsageError(f"--folds {args.folds}: there are {len(subjects)} subjects to divide")
    with warnings_as_lines(), show_epochs(recognizer.estimator):
        return evaluate_recordings(recognizer, recordings, cv=args.folds)
