"""Load windows and recordings of data sets, split by subject, and windows in files."""

import argparse
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import FILE, UsageError, add_data_arguments
from sklearn_har.datasets._registry import DATASETS

TITLES = {"simulated": "simulated (make_har_windows)", "uci-har": "UCI HAR, official split"}
# Data sets to fetch, by their names on the command line.
FETCHED = {name.replace("_", "-"): dataset for name, dataset in DATASETS.items()}
RECORDINGS = ("simulated", *(name for name, found in FETCHED.items() if found.has_recordings))

# 840 training windows of 14 subjects and 360 of 6 test subjects: about a minute for three
# trainings.
_N_SUBJECTS, _N_TEST_SUBJECTS, _N_WINDOWS_PER_ACTIVITY = 20, 6, 10


def add_window_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for windows: those of a data set, or in a file."""
    parser.add_argument(
        "--dataset",
        default="simulated",
        choices=TITLES,
        help="simulated: made on the spot, the last 30%% of the subjects are the test subjects; "
        "uci-har: 7352 training and 2947 test windows of a phone at the waist, downloaded on "
        "first use (default: simulated)",
    )
    add_data_arguments(parser)
    parser.add_argument(
        "--windows",
        **FILE,
        help="own windows instead of --dataset: a file of numpy.savez with the arrays X, y "
        "and groups (the subject of each window)",
    )


def check_dataset(args: argparse.Namespace) -> None:
    """Raise an error for the location of files if the windows do not come from there."""
    if args.windows:
        if args.dataset != "simulated" or args.archive or args.data_home:
            raise UsageError("--windows replaces --dataset, --archive and --data-home")
    elif args.dataset == "simulated" and (args.archive or args.data_home):
        option = "--archive" if args.archive else "--data-home"
        raise UsageError(f"{option} goes with --dataset uci-har; simulated windows have no files")


def title_of(args: argparse.Namespace) -> str:
    return str(args.windows) if args.windows else TITLES[args.dataset]


def check_folds(folds: int, windows: Any) -> int:
    """Return the number of subjects; raise an error if there are fewer than folds."""
    n_subjects = len(set(windows.subject.tolist()))
    if folds > n_subjects:
        raise UsageError(f"--folds {folds}: there are {n_subjects} subjects to divide")
    return n_subjects


def load_windows(args: argparse.Namespace, part: Any) -> Any:
    """Return the "train" or "test" windows of `--dataset`; the other part is not read."""
    if args.dataset == "uci-har":
        from sklearn_har.datasets import fetch_uci_har

        return fetch_uci_har(subset=part, archive=args.archive, data_home=args.data_home)
    import numpy as np
    from sklearn.utils import Bunch

    from sklearn_har.datasets import make_har_windows

    windows: Any = make_har_windows(_N_SUBJECTS, _N_WINDOWS_PER_ACTIVITY, random_state=0)
    in_part = np.isin(windows.subject, _of_part(np.unique(windows.subject), part))
    arrays = {name: windows[name][in_part] for name in ("data", "target", "subject")}
    return Bunch(**windows | arrays)


def load_recordings(name: str, args: argparse.Namespace, part: Any) -> list[Any]:
    from sklearn_har import datasets

    if name in FETCHED:
        fetch = getattr(datasets, FETCHED[name].fetcher)
        data: Any = fetch(subset=part, archive=args.archive, data_home=args.data_home)
        return list(data.recordings)
    simulated = datasets.make_har_recordings(_N_SUBJECTS, random_state=0)
    # One recording per subject.
    return list(_of_part(simulated.recordings, part))


def _of_part(subjects: Any, part: str) -> Any:
    return subjects[:-_N_TEST_SUBJECTS] if part == "train" else subjects[-_N_TEST_SUBJECTS:]


def load_file(path: Path) -> Any:
    """Return the windows, targets and subjects in a file of `numpy.savez`."""
    import numpy as np
    from sklearn.utils import Bunch, check_consistent_length

    with path.open("rb") as opened:
        try:
            # Pickled objects could run code on loading.
            file = np.load(opened, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise ValueError(f"it is one array of shape {file.shape}, as numpy.save writes it")
            with file:
                X, y, groups = (file[name] for name in ("X", "y", "groups"))
        except Exception as error:  # zipfile, zlib and numpy raise many kinds for damaged files
            raise ValueError(
                f"{path}: must be a file of numpy.savez(path, X=..., y=..., groups=...), "
                f"arrays without objects: {error}"
            ) from error
    if X.ndim == 2:  # windows of one channel, which the classifiers accept
        X = X[:, :, np.newaxis]
    if X.ndim != 3:
        raise ValueError(
            f"{path}: X must have the axes (n_windows, n_timesteps, n_channels), got shape "
            f"{X.shape}"
        )
    check_consistent_length(X, y, groups)
    return Bunch(data=X, target=y, subject=groups)
