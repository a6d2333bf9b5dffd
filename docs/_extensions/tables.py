"""Tables whose numbers are read from where they stand, so that no page repeats them."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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


class AccuracyTable(Table):
    """The published networks, and below them what the benchmark of accuracies kept."""

    heading = ("", "accuracy here", "trainings", "published, 10 trainings")
    widths = "40 20 15 25"
    published = (
        ("LSTMClassifier", "lstm", "89.7 (1.4)"),
        ("CNNLSTMClassifier", "cnn-lstm", "90.7 (1.05)"),
        ("ConvLSTMClassifier", "conv-lstm", "90.8 (0.89)"),
    )

    def rows(self) -> Iterator[Row]:
        """Give the published networks, the recipes, and the rivals."""
        for name, model, published in self.published:
            # The output of `sklearn-har evaluate`, which the page `results` shows.
            text = (ROOT / f"docs/results/uci-har-{model}.txt").read_text(encoding="utf-8")
            scores = re.findall(r"^>#\d+: (\S+)$", text, flags=re.MULTILINE)
            mean, std = re.findall(r"^Accuracy: (\S+)% \(\+/-(\S+)\)$", text, flags=re.MULTILINE)[0]
            link = f":class:`~sklearn_har.neural_network.{name}`"
            yield link, f"{float(mean):.1f} ({float(std):.1f})", str(len(scores)), published
        kept = json.loads((QUALITY / "accuracy.json").read_text(encoding="utf-8"))
        # The recipes first, their vote last among them.
        for name in sorted(kept, key=lambda n: (not n.startswith("make_"), n == "make_best", n)):
            scores = [run["accuracy"] for run in kept[name].get("official", {}).values()]
            if scores:
                recipe = name.startswith("make_")
                link = f":func:`~sklearn_har.recipes.{name}`" if recipe else name
                yield link, per_cent(scores), str(len(scores)), ""


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


def per_cent(fractions: Sequence[float]) -> str:
    """Return the mean and, of several, the standard deviation."""
    values = [100 * fraction for fraction in fractions]
    spread = f" ({statistics.pstdev(values):.1f})" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{spread}"


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives."""
    app.add_directive("oldest-versions", OldestVersions)
    app.add_directive("accuracy-table", AccuracyTable)
    app.add_directive("pitfall-table", PitfallTable)
    return {"parallel_read_safe": True}
