"""List the external links of the README, the documentation, the examples and the docstrings.

One line a link, with the first file that has it and how many do. Nothing is asked on the network:
links within the site are checked when the documentation is built, and these by whoever has a
network::

    python tools/external_links.py
    python -m sphinx -b linkcheck docs docs/_build/linkcheck
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Made by the build.
NOT_WRITTEN = {"_build", "auto_examples", "generated"}
LINK = re.compile(r"https?://[^\s<>\[\]\"'`]+")
DOI = re.compile(r":doi:`([^`]+)`")


def sources() -> Iterator[Path]:
    """Give the files that are written by hand and read by users."""
    yield from sorted(ROOT.glob("*.md"))
    for folder, ending in (
        ("docs", "rst"),
        ("examples", "py"),
        ("src", "py"),
        ("src", "rst"),
        ("benchmarks", "md"),
    ):
        for path in sorted((ROOT / folder).rglob(f"*.{ending}")):
            if not NOT_WRITTEN & set(path.parts):
                yield path


def without_closing(link: str) -> str:
    """Return a link without the marks that follow it; a DOI may hold parentheses of its own."""
    link = link.rstrip(".,;:")
    return link[:-1].rstrip(".,;:") if link.count(")") > link.count("(") else link


def external_links() -> dict[str, list[str]]:
    """Return the files that have each link."""
    found: dict[str, list[str]] = {}
    for path in sources():
        text = path.read_text(encoding="utf-8")
        dois = (f"https://doi.org/{doi}" for doi in DOI.findall(text))
        links = map(without_closing, LINK.findall(text))
        for link in sorted({*links, *dois}):
            found.setdefault(link, []).append(str(path.relative_to(ROOT)))
    return dict(sorted(found.items()))


if __name__ == "__main__":
    for link, files in external_links().items():
        others = f" and {len(files) - 1} more" if len(files) > 1 else ""
        print(f"{link}  {files[0]}{others}")
