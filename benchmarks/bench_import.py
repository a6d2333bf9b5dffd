"""Time of `import sklearn_har`, which must not load TensorFlow.

Each import runs in a new interpreter; the time is that of the import statement alone. Run it as

    python benchmarks/bench_import.py
"""

from __future__ import annotations

import subprocess
import sys

from _measure import parser, report, table

PROGRAM = """
import sys, time
start = time.perf_counter()
import {module}
print(time.perf_counter() - start, "tensorflow" in sys.modules, "sklearn" in sys.modules)
"""


def import_time(module: str) -> tuple[float, str]:
    """Return the seconds of one import, and what else it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, tensorflow, sklearn = done.stdout.split()
    return float(seconds), f"TensorFlow loaded: {tensorflow}, scikit-learn loaded: {sklearn}"


def main() -> None:
    """Measure the package, two of its subpackages, and what they stand on."""
    args = parser(__doc__, dataset=None).parse_args()
    modules = (
        "sklearn_har",
        "sklearn_har.datasets",
        "sklearn_har.neural_network",
        "sklearn",
        "tensorflow",
    )
    times: dict[str, list[float]] = {module: [] for module in modules}
    loaded = {}
    for i in range(args.runs + 1):
        for module in modules:
            seconds, loaded[module] = import_time(module)
            if i:
                times[module].append(seconds)
    lines = ["Import in a new interpreter", "", *table(times, "sklearn_har", unit="ms"), ""]
    lines += [f"{module}: {loaded[module]}" for module in modules]
    report("import", lines, save=args.save, packages=("scikit-learn", "tensorflow", "scikeras"))


if __name__ == "__main__":
    main()
