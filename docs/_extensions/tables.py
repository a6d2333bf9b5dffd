"""Tables whose numbers are read from where they stand, so that no page repeats them."""

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
        lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {self.widths}", ""]
        for row in (self.heading, *self.rows()):
            lines += [f"   {' ' if i else '*'} - {cell}" for i, cell in enumerate(row)]
        return self.parse_text_to_nodes("\n".join(lines))


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
            # A standard deviation stays on the line of its mean.
            unbroken = (cell.replace(" (", "\N{NO-BREAK SPACE}(") for cell in row)
            yield [re.sub(r"`(\w+)`", linked, cell) for cell in unbroken]


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


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives."""
    app.add_directive("oldest-versions", OldestVersions)
    app.add_directive("accuracy-table", AccuracyTable)
    app.add_directive("training-table", TrainingTable)
    app.add_directive("pitfall-table", PitfallTable)
    return {"parallel_read_safe": True}
