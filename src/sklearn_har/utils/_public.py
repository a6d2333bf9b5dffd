"""Set the public names of public classes.

A file with an estimator names its class by the module that defines it. Private modules may move,
and users should only have to trust documented names.
"""

import sys

FORMER_NAMES: dict[type, str] = {}
"""The attribute with the name of a class in files of older versions."""


def name_classes_after(package: str) -> None:
    """Name the public classes of a package after it instead of their private modules."""
    module = sys.modules[package]
    for item in (getattr(module, name) for name in module.__all__):
        if isinstance(item, type) and item.__module__.startswith(f"{package}._"):
            FORMER_NAMES[item] = f"{item.__module__}.{item.__qualname__}"
            item.__module__ = package
