"""Write the inventories by which the site links other libraries, into `docs/inventories`.

The build needs no network: an inventory lists only the objects that the pages and docstrings refer
to. Without arguments, the addresses follow the rules of each library, and every name must be
importable. With a network, `--fetch` takes them from the published inventories instead. Keras has
none, so its pages are listed here. Run this from the root of the repository after a new reference::

    python tools/inventories.py [--fetch]
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import io
import re
import types
import zlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
INVENTORIES = ROOT / "docs" / "inventories"
# The address of the documentation, and of the page of an object below it.
LIBRARIES = {
    "keras": ("https://keras.io/api/", ""),
    "numpy": ("https://numpy.org/doc/stable/", "reference/generated/{name}.html#{name}"),
    "pandas": ("https://pandas.pydata.org/docs/", "reference/api/{name}.html#{name}"),
    "scipy": (
        "https://docs.scipy.org/doc/scipy/",
        "reference/generated/{name}.html#{name}",
    ),
    "sklearn": ("https://scikit-learn.org/stable/", "modules/generated/{name}.html#{name}"),
}
# Objects whose pages follow no rule.
PAGES = {
    "keras.Model": "models/model/#model-class",
    "keras.Model.fit": "models/model_training_apis/#fit-method",
    "keras.callbacks.Callback": "callbacks/base_callback/#callback-class",
    "keras.callbacks.EarlyStopping": "callbacks/early_stopping/#earlystopping-class",
    "keras.callbacks.ReduceLROnPlateau": "callbacks/reduce_lr_on_plateau/#reducelronplateau-class",
    "keras.distribution": "distribution/",
    "keras.losses.Loss": "losses/#loss-class",
    "keras.metrics.Metric": "metrics/base_metric/#metric-class",
    "keras.ops": "ops/",
    "keras.optimizers.Optimizer": "optimizers/#optimizer-class",
    "keras.random.SeedGenerator": "random/seed_generator/#seedgenerator-class",
    "keras.utils.set_random_seed": "utils/python_utils/#set_random_seed-function",
    "numpy.random.RandomState": "reference/random/legacy.html#{name}",
}
# Types in docstrings, as words or names, and the objects that numpydoc links them to.
TYPES = {
    "Bunch": "sklearn.utils.Bunch",
    "DataFrame": "pandas.DataFrame",
    "RandomState": "numpy.random.RandomState",
    "ndarray": "numpy.ndarray",
    **{
        name: name
        for name in (
            "keras.Model",
            "keras.callbacks.Callback",
            "keras.losses.Loss",
            "keras.metrics.Metric",
            "keras.optimizers.Optimizer",
            "keras.random.SeedGenerator",
            "sklearn.utils.Bunch",
        )
    },
}
# A role, or a line of the section "See Also".
_REFERENCE = re.compile(
    r":(?:class|func|meth|mod|obj):`(?:[^`<]*<)?~?(?P<role>\w+(?:\.\w+)+)>?`"
    r"|^ +(?P<see_also>\w+(?:\.\w+)+) : ",
    flags=re.MULTILINE,
)


def referenced_names() -> set[str]:
    """Return the full names of other libraries' objects on the pages and in docstrings."""
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "examples").rglob("*.py")]
    files += [path for path in (ROOT / "docs").rglob("*.rst") if "generated" not in path.parts]
    found = {
        match["role"] or match["see_also"]
        for path in files
        for match in _REFERENCE.finditer(path.read_text(encoding="utf-8"))
    }
    found = {name for name in found if name.partition(".")[0] in LIBRARIES}
    return found | set(TYPES.values())


def find(name: str) -> Any:
    """Return the object of a full name."""
    module, *parts = name.split(".")
    found: Any = importlib.import_module(module)
    for part in parts:
        module = f"{module}.{part}"
        found = getattr(found, part, None) or importlib.import_module(module)
    return found


def role_of(name: str) -> str:
    """Return the kind of an object as inventories name it."""
    found = find(name)
    if isinstance(found, types.ModuleType):
        return "module"
    if inspect.isclass(found):
        return "class"
    return "method" if inspect.isclass(find(name.rpartition(".")[0])) else "function"


def by_rule(library: str, names: set[str]) -> dict[str, tuple[str, str]]:
    """Return the kind and the page of each object, from the rules above."""
    rule = LIBRARIES[library][1]
    missing = {name for name in names if not (PAGES.get(name) or rule)}
    if missing:
        raise SystemExit(f"add to PAGES: {', '.join(sorted(missing))}")
    return {name: (role_of(name), PAGES.get(name, rule).format(name=name)) for name in names}


def fetched(library: str, names: set[str]) -> dict[str, tuple[str, str]]:
    """Return the kind and the page of each object, from the published inventory."""
    import requests
    from sphinx.util.inventory import InventoryFile

    response = requests.get(f"{LIBRARIES[library][0]}objects.inv", timeout=60)
    response.raise_for_status()
    published = InventoryFile.load(io.BytesIO(response.content), "", lambda _, page: page)
    pages = {
        name: (kind.removeprefix("py:"), item.uri)
        for kind, items in published.items()
        if kind.startswith("py:")
        for name, item in items.items()
    }
    missing = names - pages.keys()
    if missing:
        raise SystemExit(f"not in the inventory of {library}: {', '.join(sorted(missing))}")
    return {name: pages[name] for name in names}


def inventory(library: str, pages: dict[str, tuple[str, str]]) -> bytes:
    """Return the file of an inventory."""
    head = f"# Sphinx inventory version 2\n# Project: {library}\n# Version: \n"
    head += "# The remainder of this file is compressed using zlib.\n"
    lines = [f"{name} py:{kind} 1 {page} -\n" for name, (kind, page) in sorted(pages.items())]
    return head.encode() + zlib.compress("".join(lines).encode(), 9)


def main() -> None:
    """Write one file for each library."""
    parser = argparse.ArgumentParser(description="Write the inventories of other libraries.")
    parser.add_argument("--fetch", action="store_true", help="read the published inventories")
    fetch = parser.parse_args().fetch
    names = referenced_names()
    for library in LIBRARIES:
        own = {name for name in names if name.partition(".")[0] == library}
        pages = (fetched if fetch and library != "keras" else by_rule)(library, own)
        (INVENTORIES / f"{library}.inv").write_bytes(inventory(library, pages))


if __name__ == "__main__":
    main()
