"""Sphinx configuration: builds without a network, and takes versions from where they stand."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

# TensorFlow greets on the standard error stream, which the gallery would print on its pages.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from numpydoc.xref import DEFAULT_LINKS
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

from inventories import INVENTORIES, LIBRARIES, TYPES  # noqa: E402

from sklearn_har import __version__  # noqa: E402

project = "sklearn-har"
author = "The sklearn-har developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.intersphinx",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "class_pages",
    "tables",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = [
    "_build",
    "_extensions",
    "_templates",
    # Beside its pages the gallery leaves what it ran.
    "auto_examples/**/*.ipynb",
    "auto_examples/**/*.py",
    "auto_examples/**/*.md5",
]
templates_path = ["_templates"]
highlight_language = "python"

# A reference that leads nowhere is a warning, and with -W an error. Other libraries are linked by
# the inventories that tools/inventories.py wrote, so the build needs no network.
nitpicky = True
nitpick_ignore_regex = [(r"py:.*", r"(tensorflow|optuna|matplotlib|scikeras)(\..*)?")]
intersphinx_mapping = {
    library: (address, str(INVENTORIES / f"{library}.inv"))
    for library, (address, _) in LIBRARIES.items()
}

autosummary_generate = True
toc_object_entries_show_parents = "hide"  # `fit()` is enough beside the page of its class
autodoc_typehints = "none"  # the numpydoc sections state the types
numpydoc_show_class_members = False  # docs/_extensions/class_pages.py does it
numpydoc_class_members_toctree = False
# The types of parameters link to these objects alone. numpydoc adds its own links of words, which
# need the inventory of Python, so each of them stays the word that it is.
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = {word: word for word in DEFAULT_LINKS} | {
    word: f":class:`{name}`" if word == name else name for word, name in TYPES.items()
}

extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    # In the order of the data: from recordings to what leaves the notebook.
    "subsection_order": [
        *(
            f"../examples/{folder}"
            for folder in (
                "recordings",
                "segmentation",
                "preprocessing",
                "augmentation",
                "neural_network",
                "model_selection",
                "evaluation",
                "inspection",
                "timeline",
                "recognition",
                "export",
            )
        ),
        "*",
    ],
    "within_subsection_order": "FileNameSortKey",
    "filename_pattern": r"/plot_",  # others are shown and not run
    "abort_on_example_error": True,
    "doc_module": ("sklearn_har",),
    "backreferences_dir": "api/generated/backreferences",
    "inspect_global_variables": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1,
    "write_computation_times": False,
}

html_theme = "pydata_sphinx_theme"
html_title = f"{project} {version}"
html_static_path = ["_static"]
# One drawing, whose colours are visible on white and on black.
html_favicon = "_static/logo.svg"
html_css_files = ["custom.css"]
# Pages without pages below them need no column for these.
html_sidebars = {
    page: []
    for page in (
        "index",
        "faq",
        "install",
        "quickstart",
        "common_pitfalls",
        "results",
        "coming_from_*",
        "glossary",
        "developers",
        "releasing",
        "changelog",
    )
}
# What a reader copies is code, without prompts and output.
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
html_theme_options = {
    "logo": {
        "image_light": "_static/logo.svg",
        "image_dark": "_static/logo.svg",
        "text": project,
    },
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "show_toc_level": 2,
}


def changelog_as_rst(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append CHANGELOG.md to the page `changelog`, its few Markdown forms turned into reST."""
    if docname != "changelog":
        return
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text)
    for level, underline in (("#", "="), ("##", "-"), ("###", "~")):
        text = re.sub(
            rf"^{level} (.+)$",
            lambda match, underline=underline: f"{match[1]}\n{underline * len(match[1])}",
            text,
            flags=re.MULTILINE,
        )
    source[0] += text


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", changelog_as_rst)
    return {"parallel_read_safe": True}
