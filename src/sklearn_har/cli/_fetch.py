"""``sklearn-har fetch``: download a data set into the cache."""

import argparse
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import add_data_arguments
from sklearn_har.cli._data import FETCHED
from sklearn_har.utils._text import fact

HELP = "download a data set into the cache"
DESCRIPTION = """\
Download a data set, verify it and store it in the cache of `evaluate` and
sklearn_har.datasets. Data in the cache are not downloaded again.
"""
EPILOG = """\
examples:
  sklearn-har fetch uci-har
  sklearn-har fetch hapt
  sklearn-har fetch motion-sense
  sklearn-har fetch uci-har --archive "UCI HAR Dataset.zip"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "dataset",
        choices=list(FETCHED),
        help="; ".join(
            f"{name}: {dataset.description} ({dataset.remotes[0].size / 1e6:.0f} MB)"
            for name, dataset in FETCHED.items()
        ),
    )
    add_data_arguments(parser)


def run(args: argparse.Namespace) -> None:
    import numpy as np

    from sklearn_har import datasets

    dataset = FETCHED[args.dataset]
    fetch = getattr(datasets, dataset.fetcher)
    data: Any = fetch(subset="all", archive=args.archive, data_home=args.data_home)
    facts = [fact("data", f"{dataset.title}, {dataset.description}")]
    for subset in ("train", "test"):
        chosen = np.flatnonzero(data.split == subset)
        n_subjects = len(np.unique(data.subject[chosen]))
        if "recordings" in data:
            n_samples = sum(len(data.recordings[i]) for i in chosen)
            count = f"{len(chosen)} recordings of {n_subjects} subjects, {n_samples} samples"
        else:
            count = f"{len(chosen)} windows of {n_subjects} subjects"
        facts.append(fact(subset, f"{count} at {data.sampling_rate:g} Hz"))
    facts.append(fact("activities", ", ".join(data.target_names)))
    facts.append(fact("folder", str(Path(datasets.get_data_home(args.data_home)).resolve())))
    print("\n".join(facts))
