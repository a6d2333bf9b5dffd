"""Time of whole programs, from the start of the process to its end.

- Ten minutes of a recording on the command line, up to the printed timeline, by a saved model and
  by exported ones, beside the imports of TensorFlow and of scikit-learn alone.
- The fast and the best recipe, trained on the windows of the training subjects of UCI HAR in the
  frame of the body, and their accuracy on the test subjects. As `ActivityRecognizer` does, they
  train on each window once in the frame and once as if the frame were not known, on two cores.
  Windows come from files. MiniRocket of aeon, the rival, trains on the windows in the frame alone.

Run it as

    python benchmarks/bench_from_start.py --archive "UCI HAR Dataset.zip"

The row of MiniRocket needs `pip install aeon`. `--recipes` measures the recipes alone.
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import subprocess
import sys
import tempfile
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from _measure import in_turn, parser, report, table
from bench_long_recording import write

MINUTES = 10
QUALITY = Path(__file__).parent / "quality"
WINDOWS = """
import numpy as np
X, y, X_test, y_test = (np.load(f"{name}.npy") for name in ("X", "y", "X_test", "y_test"))
"""
RECIPE = """
from sklearn_har.recipes import {recipe} as make
print(make(random_state=0, n_jobs=2).fit(X, y).score(X_test, y_test))
"""
MINIROCKET = f"""
import sys
sys.path.insert(0, {str(QUALITY)!r})
from over_recordings import minirocket
in_frame = slice(len(X) // 2)
print(minirocket(0).fit(X[in_frame], y[in_frame]).score(X_test, y_test))
"""
PROGRAMS = {
    "fast recipe": WINDOWS + RECIPE.format(recipe="make_fast"),
    "best recipe": WINDOWS + RECIPE.format(recipe="make_best_in_frame"),
    "MiniRocket": WINDOWS + MINIROCKET,
}


def command(*words: str, folder: Path) -> str:
    """Run a program of Python in a folder, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def write_windows(folder: Path, archive: str | None) -> None:
    """Write the windows of the official split in the frame of the body, and as if not known."""
    sys.path.insert(0, str(QUALITY))
    from over_recordings import windows_of

    har, shown, ((fitted, tested),) = windows_of("official", archive)
    shows = [shown[name][fitted] for name in ("body", "unknown")]
    np.save(folder / "X.npy", np.concatenate(shows))
    np.save(folder / "y.npy", np.tile(har.target[fitted], 2))
    np.save(folder / "X_test.npy", shown["body"][tested])
    np.save(folder / "y_test.npy", har.target[tested])


def predictions(folder: Path, runs: int) -> list[str]:
    """Measure `predict` of models in files, and return the lines of its table."""
    cli = ("-m", "sklearn_har")
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
    return [
        f"sklearn-har predict of {MINUTES} minutes, from the start of the process to its end",
        "",
        *table(in_turn(rivals, runs), "import tensorflow"),
    ]


def trainings(folder: Path, archive: str | None, runs: int) -> list[str]:
    """Measure trainings of the recipes, and return the lines of its table."""
    write_windows(folder, archive)
    accuracies = {}

    def train(name: str) -> None:
        accuracies[name] = 100 * float(command("-c", PROGRAMS[name], folder=folder).split()[-1])

    names = [name for name in PROGRAMS if name != "MiniRocket" or find_spec("aeon")]
    times = in_turn({name: partial(train, name) for name in names}, runs)
    return [
        "Trained on UCI HAR in the frame of the body, import included",
        "",
        *table(times, names[-1]),
        "",
        "accuracy on the windows of the test subjects, per cent: "
        + ", ".join(f"{name} {value:.2f}" for name, value in accuracies.items()),
    ]


def main() -> None:
    """Measure the commands in turn, and the recipes in turn."""
    options = parser(__doc__, runs=5)
    options.add_argument("--recipes", action="store_true", help="measure the recipes alone")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if not args.recipes:
            report("from_start", predictions(Path(name), args.runs), save=args.save)
        lines = trainings(Path(name), args.archive, args.runs)
        report("recipes_from_start", lines, save=args.save)


if __name__ == "__main__":
    main()
