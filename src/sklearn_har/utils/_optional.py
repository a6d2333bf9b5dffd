"""Import libraries that only some features need, from the extras of the package."""

from importlib import import_module
from typing import Any


def import_optional(module: str, *, extra: str, needed_by: str) -> Any:
    """Import a module, or raise an error with the extra that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        library = module.partition(".")[0]
        missing = (error.name or "").partition(".")[0]
        if missing != library:  # the library is installed, but one of its dependencies is missing
            raise
        raise ImportError(
            f"{needed_by} needs {library}, which is not installed: "
            f"pip install 'sklearn-har[{extra}]'."
        ) from error
