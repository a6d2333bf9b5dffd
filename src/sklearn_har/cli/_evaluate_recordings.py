"""``sklearn-har evaluate SOURCE``: score a recognizer on labelled recordings."""

from __future__ import annotations

import argparse

from sklearn_har.cli import _models
from sklearn_har.cli._common import (
    UsageError,
    check_writable,
    fact,
    quiet_start,
    refuse,
    versions,
    write_json,
)
from sklearn_har.cli._reading import facts_of, read_source, warnings_as_lines


def run(args: argparse.Namespace) -> None:
    """Read, cross-validate or predict, report."""
    from sklearn_har.cli import _train

    if args.json:
        check_writable(args.json)
    if args.model in _models.NETWORKS:
        if not args.folds:
            raise UsageError(
                f"--model {args.model} with SOURCE needs --folds K, which trains it K times; a "
                "saved model is a file that `train` wrote"
            )
        with warnings_as_lines():
            recordings = read_source(args, "train")
        with warnings_as_lines(later=True), quiet_start():
            recognizer = _models.new_recognizer(args, recordings)
        print(*facts_of(recordings, args.source), sep="\n")
        print(*_train.facts_of_training(args, recognizer), sep="\n", flush=True)
        result = _train.cross_validated(args, recognizer, recordings)
    else:
        unused = ("folds", "epochs", "set", "recipe", "published")
        refuse(args, unused, f"{args.model} is trained already; leave this out")
        with warnings_as_lines(later=True), quiet_start():
            recognizer = _models.recognizer_of(args, _models.load_model(args.model))
        from sklearn_har.recognition import evaluate_recordings

        with warnings_as_lines():
            recordings = read_source(args, "test", recognizer)
        print(*facts_of(recordings, args.source), *_models.facts_of(recognizer), sep="\n")
        print(fact("model", str(args.model)), flush=True)
        with warnings_as_lines():
            result = evaluate_recordings(recognizer, recordings)
    try:
        # Before the report is printed, whose reader may have gone away.
        if args.json:
            write_json(args.json, {"versions": versions(), "evaluation": result.to_dict()})
    finally:
        print(f"\n{result.report()}")
