"""Pages of classes: a table of the methods, and the parameters of large estimators in groups."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

# Classes whose members are documented elsewhere: users know them from other libraries.
HIDDEN_OWNERS = (
    "BaseEstimator",
    "BaseSearchCV",
    "BaseWrapper",
    "KerasClassifier",
    "Bunch",
    "dict",
    "tuple",
    "object",
    "BaseException",
    "Exception",
)
# The titles of groups and their parameters. Parameters without a group come first, in "Network".
CLASSIFIER_GROUPS = {
    "Network": (),
    "Input": ("n_channels", "remainder", "scaling", "augmentation"),
    "Training": (
        *("optimizer", "loss", "metrics", "epochs", "batch_size", "class_weight"),
        *("schedule", "min_updates", "callbacks", "warm_start"),
    ),
    "Early stopping": ("early_stopping", "validation_fraction", "n_iter_no_change", "tol"),
    "Precision, seed and output": ("dtype", "random_state", "verbose"),
}
GROUPS = {
    **dict.fromkeys(
        ("LSTMClassifier", "CNNLSTMClassifier", "ConvLSTMClassifier"), CLASSIFIER_GROUPS
    ),
    "ActivityRecognizer": {
        "Classifier": ("estimator", "window_layout"),
        "Recordings and windows": ("preparation", "label_rule", "unlabelled", "read_options"),
        "Smoothing over time": (),
    },
}


def is_hidden(member: Any) -> bool:
    """Return whether only scikit-learn and scikeras call a member, or it is not our own."""
    member = getattr(member, "fget", member)
    module = getattr(member, "__module__", None) or ""
    owner = getattr(member, "__objclass__", None)
    name = owner.__name__ if owner else getattr(member, "__qualname__", "").partition(".")[0]
    machinery = module.startswith(("sklearn.utils.", "scikeras."))
    return machinery or inspect.isbuiltin(member) or name in HIDDEN_OWNERS


def skip_hidden(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any
) -> bool | None:
    """Leave hidden members out of the pages."""
    return True if is_hidden(obj) else None


def public_methods(cls: type) -> list[str]:
    """Return the names of the methods on the page of a class, sorted."""
    return [
        name
        for name, member in inspect.getmembers(cls)
        if (inspect.isfunction(member) or inspect.ismethod(member))
        and not (name.startswith("_") or is_hidden(member))
    ]


def methods_table(cls: type) -> list[str]:
    """Return the lines of the table of methods; none if there are no methods."""
    methods = public_methods(cls)
    if not methods:
        return []
    rows = [f"   ~{cls.__name__}.{method}" for method in methods]
    return [".. rubric:: Methods", "", ".. autosummary::", "   :nosignatures:", "", *rows, ""]


def parameter_entries(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Give each parameter of a list by numpydoc: its name and its lines."""
    starts = [i for i, line in enumerate(lines) if re.match(r"    \*\*\w+\*\*", line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield lines[start].split("**")[1], list(lines[start:end])


def grouped(lines: Sequence[str], groups: dict[str, Sequence[str]]) -> list[str]:
    """Return a list of parameters by numpydoc with a title before each group."""
    entries = dict(parameter_entries(lines))
    rest = set(entries).difference(*groups.values())
    made: list[str] = []
    for title, names in groups.items():
        # The group without names takes the parameters that belong to no other group.
        members = names or [name for name in entries if name in rest]
        made += ["    .. rst-class:: sklearn-har-group", "", f"    {title}", ""]
        for name in members:
            made += [*entries[name], ""]
    return made


def complete_class(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Group the parameters in the docstring of a class, and add its methods before the notes."""
    if what != "class" or not name.startswith("sklearn_har."):
        return
    sections = [
        i for i, line in enumerate(lines) if line.startswith((":", ".. rubric::", ".. seealso::"))
    ]
    after = [i for i in sections if not lines[i].startswith(":")]
    place = after[0] if after else len(lines)
    lines[place:place] = methods_table(obj)
    groups = GROUPS.get(obj.__name__)
    if groups and ":Parameters:" in lines:
        start = lines.index(":Parameters:") + 2
        end = next(i for i in [*sections, len(lines)] if i >= start)
        lines[start:end] = [*grouped(lines[start:end], groups), ""]


class PublicNames(SphinxDirective):
    """The public names of a subpackage with their summaries; its argument is the subpackage."""

    required_arguments = 1

    def run(self) -> list[Any]:
        """Return the table."""
        (module,) = self.arguments
        lines = [f".. currentmodule:: {module}", "", ".. autosummary::", "   :nosignatures:", ""]
        lines += [f"   {name}" for name in importlib.import_module(module).__all__]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the functions to autodoc, after numpydoc."""
    app.connect("autodoc-skip-member", skip_hidden)
    app.connect("autodoc-process-docstring", complete_class, priority=600)
    app.add_directive("public-names", PublicNames)
    return {"parallel_read_safe": True}
