"""Libraries that only some features need, behind the extras of the package."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["import_optional"]


def import_optional(module: str, *, extra: str, needed_by: str) -> Any:
    """Import a module, or say which extra of the package brings it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        missing = (error.name or "").partition(".")[0]
        if missing != library:  # it is there, and something that it needs is not
            raise
        raise ImportError(
            f"{needed_by} needs {library}, which is not installed: "
            f"pip install 'sklearn-har[{extra}]'."
        ) from error
