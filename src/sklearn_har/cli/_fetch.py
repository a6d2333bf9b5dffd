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
  sklearn-har fetch hapt
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
        choices=["uci-har", "hapt"],
        help="uci-har: Human Activity Recognition Using Smartphones (30 subjects, windows, "
        "61 MB); hapt: the recordings behind it, with postural transitions (80 MB)",
    )
    add_data_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Fetch both subsets and say what there is."""
    from sklearn_har.datasets import get_data_home

    facts = _uci_har(args) if args.dataset == "uci-har" else _hapt(args)
    facts.append(fact("folder", str(Path(get_data_home(args.data_home)).resolve())))
    print("\n".join(facts))


def _uci_har(args: argparse.Namespace) -> list[str]:
    import numpy as np

    from sklearn_har.datasets import fetch_uci_har

    facts = [fact("data", "UCI HAR, Human Activity Recognition Using Smartphones")]
    for subset in ("train", "test"):
        windows: Any = fetch_uci_har(subset=subset, archive=args.archive, data_home=args.data_home)
        n_subjects = len(np.unique(windows.subject))
        facts.append(fact(subset, f"{len(windows.data)} windows of {n_subjects} subjects"))
    facts.append(fact("activities", ", ".join(windows.target_names)))
    return facts


def _hapt(args: argparse.Namespace) -> list[str]:
    import numpy as np

    from sklearn_har.datasets import fetch_hapt

    hapt = fetch_hapt(archive=args.archive, data_home=args.data_home)
    facts = [fact("data", "HAPT, Recognition of Human Activities and Postural Transitions")]
    for subset in ("train", "test"):
        mine = hapt.split == subset
        n_samples = sum(len(hapt.recordings[i]) for i in np.flatnonzero(mine))
        facts.append(
            fact(
                subset,
                f"{mine.sum()} recordings of {len(np.unique(hapt.subject[mine]))} subjects, "
                f"{n_samples} samples at {hapt.sampling_rate:g} Hz",
            )
        )
    facts.append(fact("activities", ", ".join(hapt.target_names)))
    return facts
