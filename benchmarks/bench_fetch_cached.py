"""Time of `fetch_uci_har` once the data are cached.

Against reading the eighteen text files of the inertial signals with pandas, from the unpacked
folder. Both end with the same float32 windows of 10299 x 128 x 9 in memory. Run it as

    python benchmarks/bench_fetch_cached.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from _measure import in_turn, parser, report, table

from sklearn_har.datasets import fetch_uci_har

SIGNALS = [
    f"{signal}_{axis}" for signal in ("total_acc", "body_acc", "body_gyro") for axis in "xyz"
]


def read_text(folder: Path) -> np.ndarray:
    """Read the windows as a tutorial does."""
    return np.concatenate(
        [
            np.dstack(
                [
                    pd.read_csv(
                        folder / part / "Inertial Signals" / f"{signal}_{part}.txt",
                        header=None,
                        sep=r"\s+",
                    ).to_numpy()
                    for signal in SIGNALS
                ]
            )
            for part in ("train", "test")
        ]
    ).astype(np.float32)


def main() -> None:
    """Measure both."""
    args = parser(__doc__).parse_args()
    if args.archive is None:
        raise SystemExit("--archive is needed here: pandas reads the text files inside.")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(args.archive) as archive:
            archive.extractall(folder)
        root = next(Path(folder).rglob("Inertial Signals")).parent.parent
        home = Path(folder) / "home"

        def fetch() -> np.ndarray:
            return fetch_uci_har(subset="all", data_home=home, archive=args.archive).data

        assert np.array_equal(fetch(), read_text(root))
        times = in_turn({"fetch_uci_har": fetch, "pandas": lambda: read_text(root)}, args.runs)
    report(
        "fetch_cached",
        [
            "Training and test windows of UCI HAR into memory",
            "",
            *table(times, "fetch_uci_har", unit="ms"),
        ],
        save=args.save,
        packages=("numpy", "pandas"),
    )


if __name__ == "__main__":
    main()
