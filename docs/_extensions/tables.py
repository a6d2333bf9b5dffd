"""Tables whose numbers are read from where they stand, so that no page repeats them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from accuracies import PUBLISHED, accuracy_rows, kept_accuracy, per_cent
from docutils import nodes
from oldest import oldest_python, oldest_versions
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


def link(name: str) -> str:
    """Return a name as a link to its page of the reference, if it has one."""
    if name.startswith("make_"):
        return f":func:`~sklearn_har.recipes.{name}`"
    classifiers = [classifier for classifier, *_ in PUBLISHED.values()]
    return f":class:`~sklearn_har.neural_network.{name}`" if name in classifiers else name


class AccuracyTable(Table):
    """The published networks, the recipes, and a rival."""

    heading = ("", "accuracy here", "trainings", "published, 10 trainings")
    widths = "40 20 15 25"

    def rows(self) -> Iterator[Row]:
        """Give one line a classifier."""
        for name, *cells in accuracy_rows():
            yield link(name), *cells


class PublishedTable(Table):
    """The published networks here, in plain Keras, and elsewhere."""

    heading = (
        "Network",
        "here",
        "in plain Keras, here",
        "published, 10 trainings",
        "published elsewhere, 3 trainings",
        "weights",
    )

    def rows(self) -> Iterator[Row]:
        """Give one line a network."""
        for name, (classifier, *cells) in PUBLISHED.items():
            here = (kept_accuracy(f"{name}, {kind}") for kind in ("published", "plain Keras"))
            yield link(classifier), *(f"{a}, {n} trainings" for a, n in here), *cells


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
    app.add_directive("published-table", PublishedTable)
    app.add_directive("pitfall-table", PitfallTable)
    return {"parallel_read_safe": True}
