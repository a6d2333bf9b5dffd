"""Share of mistakes put into the package on purpose that its tests find.

Run from the root of the repository, in an environment with the extra `test` and mutmut::

    pip install mutmut && python benchmarks/quality/mutation.py --sample 30 --seed 0 --save

mutmut changes one thing at a time (an operator, a number, an argument, a string) in a copy of the
package and runs the tests that reach the change. All changes would take a day: of each module a
random sample is tried, the same for the same seed and the same code. Each runs in a process that
is forked when the libraries are imported, with the tests of its own subpackage alone, in which
hypothesis draws the same examples each time. Those that survive are printed as they differ.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# What the benchmarks share lies one folder up.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from _measure import parser, report

ROOT = Path(__file__).resolve().parents[2]
TESTS = {
    "datasets": ["tests/datasets"],
    "preprocessing": ["tests/preprocessing"],
    "segmentation": ["tests/segmentation"],
    "evaluation": ["tests/evaluation", "tests/test_evaluation.py"],
}
# mutmut puts calls between the caller and the function, which see the line that is warned of.
WITHOUT = ["-k", "not test_the_line_of_the_caller"]
# Of the words that mutmut has for an outcome. Tests that never end find the mistake as well.
KILLED = {"killed", "timeout", "segfault"}
KNOWN = {*KILLED, "survived", "no tests"}
ARGUMENTS = ["-o", "addopts=", "--import-mode=importlib", "-m", "not slow", "-n", "0"]
CONFIGURATION = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/sklearn_har/{package}/*.py"]
also_copy = ["README.md", "LICENSE", "tools"]
pytest_add_cli_args = {arguments}
pytest_add_cli_args_test_selection = {tests}
# Not from a process in which tests have run: TensorFlow's threads do not survive a fork.
process_isolation = "forkserver"
use_git_change_detection = false
timeout_multiplier = 60.0
timeout_constant = 10.0
"""


class Copy:
    """A copy of the repository in which mutmut may write.

    Parameters
    ----------
    folder : Path
        Where to make it, or where it was made before.
    package : str
        The subpackage that is changed.
    """

    def __init__(self, folder: Path, package: str) -> None:
        self.folder = folder
        self.package = package
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("src", "tests", "tools"):
            shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
        for name in ("README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder / name)
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        arguments = [*ARGUMENTS, *WITHOUT]
        project += CONFIGURATION.format(package=package, tests=TESTS[package], arguments=arguments)
        (folder / "pyproject.toml").write_text(project, encoding="utf-8")

    def mutmut(self, *arguments: str) -> str:
        """Run mutmut and return what it prints."""
        return subprocess.run(
            [sys.executable, "-m", "mutmut", *arguments],
            cwd=self.folder,
            # For the tests that start processes of their own.
            env={**os.environ, "PYTHONPATH": str(self.folder / "mutants" / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ).stdout

    def outcomes(self) -> dict[str, str]:
        """Return the outcome of each mutant by its name."""
        lines = self.mutmut("results", "--all", "true").splitlines()
        found = (line.strip().partition(": ") for line in lines)
        return {name: outcome for name, _, outcome in found if outcome}

    def module(self, mutant: str) -> str:
        """Return the name of the module of a mutant."""
        return re.sub(r"\.[^.]*$", "", mutant).removeprefix("sklearn_har.")


def sampled(copy: Copy, size: int, seed: int) -> list[str]:
    """Return the names of `size` mutants of each module."""
    # No mutant has this name: mutmut makes all of them, sees which tests reach them, and stops.
    said = copy.mutmut("run", "--max-children", "1", "none of them")
    by_module = collections.defaultdict(list)
    for name in copy.outcomes():
        by_module[copy.module(name)].append(name)
    if not by_module:
        raise RuntimeError(f"mutmut made no mutants of {copy.package}: {said}")
    chosen = []
    for module in sorted(by_module):
        names = sorted(by_module[module])
        # A generator for each module: its sample does not depend on the other modules.
        chosen += random.Random(f"{seed} {module}").sample(names, min(size, len(names)))
    return chosen


def tried(copy: Copy, names: list[str]) -> list[list[str]]:
    """Run the mutants, print the survivors, and return a row for each module."""
    said = copy.mutmut("run", "--max-children", "1", *names)
    outcomes = copy.outcomes()
    if odd := {outcomes[name] for name in names} - KNOWN:
        raise RuntimeError(f"mutmut stopped, or its tests did not run ({odd}): {said}")
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for name in names:
        counts[copy.module(name)][outcomes[name]] += 1
        if outcomes[name] not in KILLED:
            print(f"--- {outcomes[name]}: {name}")
            print(copy.mutmut("show", name), flush=True)
    rows = []
    for module, count in counts.items():
        killed = sum(n for outcome, n in count.items() if outcome in KILLED)
        rest = ", ".join(f"{n} {o}" for o, n in count.items() if o not in KILLED)
        n = count.total()
        rows.append([module, str(n), str(killed), f"{100 * killed / n:.0f} %", rest or "-"])
    return rows


def main() -> None:
    """Try each subpackage and print the shares."""
    options = parser(__doc__, runs=None, dataset=None)
    options.add_argument("packages", nargs="*", choices=[[], *TESTS], help="by default all")
    options.add_argument("--sample", type=int, default=30, help="changes tried in each module")
    options.add_argument("--seed", type=int, default=0, help="of the sample")
    options.add_argument("--work", type=Path, help="folder for the copies, kept; else temporary")
    options.add_argument("--again", nargs="+", metavar="MUTANT", help="only these, by name")
    args: argparse.Namespace = options.parse_args()
    lines = [
        f"Up to {args.sample} random changes of each module, seed {args.seed}",
        "",
        f"{'module':40}{'tried':>8}{'found':>8}{'share':>8}   not found",
    ]
    with tempfile.TemporaryDirectory() as temporary:
        for package in args.packages or TESTS:
            copy = Copy((args.work or Path(temporary)) / package, package)
            names = sampled(copy, args.sample, args.seed)
            if args.again:
                names = [name for name in args.again if f".{package}." in name]
            rows = tried(copy, names)
            n, killed = (sum(int(row[i]) for row in rows) for i in (1, 2))
            rows.append(
                [f"{package}, together", str(n), str(killed), f"{100 * killed / n:.0f} %", ""]
            )
            for module, n_tried, found, share, rest in rows:
                lines.append(f"{module:40}{n_tried:>8}{found:>8}{share:>8}   {rest}".rstrip())
            lines.append("")
            print("\n".join(lines), flush=True)
    report("mutation", lines, save=args.save, packages=("mutmut", "pytest", "hypothesis", "numpy"))


if __name__ == "__main__":
    main()
