"""Tables that are made from the kept results and from pyproject.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from oldest import oldest_python, oldest_versions
from result_tables import NETWORKS, accuracy_table, per_cent, training_table
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
QUALITY = ROOT / "benchmarks" / "quality"
RESULTS = ROOT / "benchmarks" / "results"
Row = Sequence[str]


class Table(SphinxDirective):
    """A table with a heading; `rows` gives its lines, whose cells are reStructuredText."""

    heading: Row = ()
    widths = "auto"

    def rows(self) -> Iterator[Row]:
        """Give the lines."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return self.parse_text_to_nodes(list_table([self.heading, *self.rows()], self.widths))


def list_table(rows: Sequence[Row], widths: str = "auto") -> str:
    """Return a table as reStructuredText, its heading first."""
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in rows:
        lines += [f"   {' ' if i else '*'} - {cell}" for i, cell in enumerate(row)]
    return "\n".join(lines)


class OldestVersions(Table):
    """The oldest supported versions, from `pyproject.toml`."""

    heading = ("library", "oldest")

    def rows(self) -> Iterator[Row]:
        """Give one line a library."""
        yield from {"Python": oldest_python(), **oldest_versions()}.items()


class AccuracyTable(Table):
    """Accuracies on UCI HAR; its argument is a name of `result_tables.accuracy_table`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.heading, *self.body = accuracy_table(self.arguments[0])
        return super().run()

    def rows(self) -> Iterator[Row]:
        """Give one line for each classifier, whose name is a link."""
        for row in self.body:
            yield [re.sub(r"`(\w+)`", linked, unbroken(cell)) for cell in row]


class TrainingTable(Table):
    """The trainings of one classifier: by activity, by subject, or as a confusion matrix.

    Its arguments are those of `result_tables.training_table`, the name of the table first.
    """

    required_arguments = 2
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        name, row = self.arguments
        self.heading, *self.body = training_table(row, name)
        return super().run()

    def rows(self) -> Iterator[Row]:
        """Give one line for each activity or subject."""
        yield from self.body


def linked(name: re.Match[str]) -> str:
    """Return the role that links a class or a recipe."""
    if name[1] in NETWORKS:
        return f":class:`~sklearn_har.neural_network.{name[1]}`"
    return f":func:`~sklearn_har.recipes.{name[1]}`"


class PitfallTable(Table):
    """What one of the common pitfalls makes of an accuracy; its argument is the name."""

    required_arguments = 1
    final_argument_whitespace = True
    heading = ("accuracy in per cent", "mean (standard deviation)")
    widths = "65 35"

    def rows(self) -> Iterator[Row]:
        """Give one line for each thing that was measured."""
        kept = json.loads((QUALITY / "pitfalls.json").read_text(encoding="utf-8"))
        runs: list[dict[str, Any]] = list(kept[self.arguments[0]].values())
        for name in runs[0]:
            if not name.endswith(": epochs"):
                yield name, per_cent([run[name] for run in runs])
        if "best epoch" in runs[0]:
            yield "best epoch of the best training", per_cent([max(r["best epoch"] for r in runs)])


def columns(lines: Sequence[str]) -> list[list[str]]:
    """Return the cells of aligned lines; two spaces or more separate columns in all of them."""
    width = max(map(len, lines))
    padded = [line.ljust(width) for line in lines]
    used = "".join(" " if set(column) == {" "} else "x" for column in zip(*padded, strict=True))
    spans = [match.span() for match in re.finditer(r"x(?: ?x)*", used)]
    return [[unbroken(line[start:end]) for start, end in spans] for line in padded]


def unbroken(cell: str) -> str:
    """Return a cell that keeps a unit or a standard deviation on the line of its number."""
    return re.sub(r"(?<=\d) (?=[a-zA-Z%]{1,2}$|\()", "\N{NO-BREAK SPACE}", " ".join(cell.split()))


class BenchmarkTables(SphinxDirective):
    """The tables in a file of `benchmarks/results`; its argument is the name of the file."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the tables, and after them the machine and the versions."""
        text = (RESULTS / f"{self.arguments[0]}.txt").read_text(encoding="utf-8")
        self.env.note_dependency(str(RESULTS / f"{self.arguments[0]}.txt"))
        machine, *blocks = re.split(r"\n\s*\n", text.strip("\n"))
        parts = []
        for block in blocks:
            lines = block.splitlines()
            # The title of a table is a line of words above indented lines.
            indented = all(line.startswith(" ") for line in lines[1:])
            if len(lines) > 2 and indented and not re.match(r"\s|.*\s\s", lines[0]):
                parts.append(plain(lines.pop(0)))
            rows = columns(lines)
            if len(rows) == 1 or len(rows[0]) == 1:
                parts.append(plain("\n".join(lines)))
            else:
                parts.append(list_table([[plain(cell) for cell in row] for row in rows]))
        facts = ". ".join(machine.splitlines())
        parts.append(f".. rst-class:: sklearn-har-machine\n\n{plain(facts)}.")
        return self.parse_text_to_nodes("\n\n".join(parts))


def plain(text: str) -> str:
    """Return text without the meaning that reStructuredText gives to its characters."""
    return re.sub(r"([*`|_\\])", r"\\\1", text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives."""
    app.add_directive("oldest-versions", OldestVersions)
    app.add_directive("accuracy-table", AccuracyTable)
    app.add_directive("training-table", TrainingTable)
    app.add_directive("pitfall-table", PitfallTable)
    app.add_directive("benchmark-tables", BenchmarkTables)
    return {"parallel_read_safe": True}
