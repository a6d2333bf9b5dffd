"""``sklearn-har fetch``: bring a data set into the cache."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import add_data_arguments, fact

_DESCRIPTION = """\
Download a data set, verify it and keep it in the cache, where `evaluate` and
the functions of sklearn_har.datasets find it. What is there already is not
downloaded again.
"""
_EPILOG = """\
examples:
  sklearn-har fetch uci-har
  sklearn-har fetch uci-har --archive "UCI HAR Dataset.zip"
"""


def add_parser(commands: Any) -> None:
    """Describe the subcommand."""
    parser = commands.add_parser(
        "fetch",
        help="bring a data set into the cache",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument(
        "dataset",
        choices=["uci-har"],
        help="uci-har: Human Activity Recognition Using Smartphones (30 subjects, 61 MB)",
    )
    add_data_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Fetch both subsets and say what there is."""
    import numpy as np

    from sklearn_har.datasets import fetch_uci_har, get_data_home

    facts = [fact("data", "UCI HAR, Human Activity Recognition Using Smartphones")]
    for subset in ("train", "test"):
        windows: Any = fetch_uci_har(subset=subset, archive=args.archive, data_home=args.data_home)
        n_subjects = len(np.unique(windows.subject))
        facts.append(fact(subset, f"{len(windows.data)} windows of {n_subjects} subjects"))
    facts.append(fact("activities", ", ".join(windows.target_names)))
    facts.append(fact("folder", str(Path(get_data_home(args.data_home)).resolve())))
    print("\n".join(facts))
