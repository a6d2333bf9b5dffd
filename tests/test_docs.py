"""The examples on the pages of the documentation run and print what the pages show."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    page
    for page in (ROOT / "docs").rglob("*.rst")
    # Generated pages hold docstrings, whose examples run with the modules.
    if "generated" not in page.parts and "_build" not in page.parts
)
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def python_blocks(text):
    """Give the `code-block:: python` blocks of a page, without their indentation."""
    blocks = re.findall(
        r"^( *)\.\. code-block:: python\n\n((?:\1   .*\n|\n)+)", text, flags=re.MULTILINE
    )
    for indent, block in blocks:
        yield re.sub(rf"^{indent}   ", "", block, flags=re.MULTILINE)


def test_the_guide_has_pages_with_examples():
    examples = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
    assert len(examples) >= 5


@pytest.mark.parametrize(
    "name",
    [n for n, p in zip(NAMES, PAGES, strict=True) if ">>> " in p.read_text(encoding="utf-8")],
)
def test_examples_of_a_page(name):
    failures, tried = doctest.testfile(
        str(ROOT / name), module_relative=False, optionflags=FLAGS, encoding="utf-8"
    )
    assert tried > 0
    assert failures == 0


@pytest.mark.parametrize("name", NAMES)
def test_code_blocks_of_a_page_are_python_and_import_what_exists(name):
    """These train for long, download or show a mistake: they are compiled, their imports run."""
    for block in python_blocks((ROOT / name).read_text(encoding="utf-8")):
        compile(block, name, "exec")
        imports = re.findall(
            r"^from sklearn\S* import (?:\([^)]*\)|.*)$", block, flags=re.MULTILINE
        )
        exec("\n".join(imports), {})


def test_options_of_the_command_line_are_documented(capsys):
    from sklearn_har.cli import main

    offered = set()
    for subcommand in ("evaluate", "tune", "export", "fetch", "predict"):
        assert main([subcommand, "--help"]) == 0
        # An option stands at the beginning of its line, two spaces in.
        offered |= set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, flags=re.MULTILINE))
    page = (ROOT / "docs" / "user_guide" / "command_line.rst").read_text(encoding="utf-8")
    assert offered == set(re.findall(r"^   \* - ``(--[a-z-]+)", page, flags=re.MULTILINE))
