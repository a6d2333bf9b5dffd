"""Time of whole programs, from the start of the process to its end.

- Ten minutes of a recording on the command line, up to the printed timeline, by a saved model and
  by exported ones, beside the imports of TensorFlow and of scikit-learn alone.
- The fast recipe, trained on the windows of the training subjects of UCI HAR in the frame of the
  body, and its accuracy on the test subjects. As `ActivityRecognizer` does, it trains on each
  window once in the frame and once as if the frame were not known, on two cores. Windows come from
  files.

Run it as

    python benchmarks/bench_from_start.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from _measure import in_turn, parser, report, table
from bench_long_recording import write

sys.path.insert(0, str(Path(__file__).parent / "quality"))

MINUTES = 10
FAST = """
import numpy as np
from sklearn_har.recipes import make_fast
X, y, X_test, y_test = (np.load(f"{name}.npy") for name in ("X", "y", "X_test", "y_test"))
print(make_fast(random_state=0, n_jobs=2).fit(X, y).score(X_test, y_test))
"""


def command(*words: str, folder: Path) -> str:
    """Run a program of Python in a folder, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def write_windows(folder: Path, archive: str | None) -> None:
    """Write the windows of the official split in the frame of the body, and as if not known."""
    from over_recordings import windows_of

    har, shown, ((fitted, tested),) = windows_of("official", archive)
    shows = [shown[name][fitted] for name in ("body", "unknown")]
    np.save(folder / "X.npy", np.concatenate(shows))
    np.save(folder / "y.npy", np.tile(har.target[fitted], 2))
    np.save(folder / "X_test.npy", shown["body"][tested])
    np.save(folder / "y_test.npy", har.target[tested])


def main() -> None:
    """Measure the commands in turn, and the recipe alone."""
    options = parser(__doc__, runs=5)
    args = options.parse_args()
    cli = ("-m", "sklearn_har")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "new.csv", 60.0 * MINUTES)
        train = ("train", "simulated", "--epochs", "1", "--save", "har.skops")
        command(*cli, *train, folder=folder)
        for exported in ("har.onnx", "har.tflite"):
            command(*cli, "export", "har.skops", exported, folder=folder)
        rivals = {
            model: partial(command, *cli, "predict", "new.csv", "--model", model, folder=folder)
            for model in ("har.onnx", "har.tflite", "har.skops")
        }
        for library in ("tensorflow", "sklearn.base"):
            statement = f"import {library}"
            rivals[statement] = partial(command, "-c", statement, folder=folder)
        times = in_turn(rivals, args.runs)
        write_windows(folder, args.archive)
        accuracies = []
        fast = {
            "fast recipe": lambda: accuracies.append(command("-c", FAST, folder=folder).strip())
        }
        fast_times = in_turn(fast, args.runs)
    lines = [
        f"sklearn-har predict of {MINUTES} minutes, from the start of the process to its end",
        "",
        *table(times, "import tensorflow"),
        "",
        "The fast recipe trained on UCI HAR in the frame of the body, import included",
        "",
        *table(fast_times, "fast recipe"),
        "",
        f"accuracy on the windows of the test subjects: {100 * float(accuracies[-1]):.2f} per cent",
    ]
    report("from_start", lines, save=args.save)


if __name__ == "__main__":
    main()
