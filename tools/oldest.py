"""Print the oldest supported versions as constraints for pip.

The versions stand in `pyproject.toml` alone. From the root of the repository::

    pip install -e ".[test]" -c <(python tools/oldest.py) && python -m pytest

Only what the package itself imports is held back: its dependencies and the extras `plot`,
`export`, `parquet`, `tune`, `dask` and `serve`. The tools of the `test` extra stay new.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
EXTRAS = ("plot", "export", "parquet", "tune", "dask", "serve")
REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[\w,]+\])?\s*>=\s*(?P<version>[0-9][0-9.]*)"
)
OWN_EXTRAS = re.compile(r"sklearn-har\[(?P<extras>[\w,]+)\]")


def oldest_versions(pyproject: Path = PYPROJECT) -> dict[str, str]:
    """Return the lower bound of each library that the package imports, sorted by name.

    Parameters
    ----------
    pyproject : Path
        The metadata file to read.

    Returns
    -------
    versions : dict of str to str
        From the name of the distribution to its oldest supported version.

    Raises
    ------
    ValueError
        If a requirement is not of the form `name>=version`: without a lower bound there is no
        oldest version to test.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    requirements = list(project["dependencies"])
    for extra in EXTRAS:
        requirements += project["optional-dependencies"][extra]
    for requirement in requirements:  # it grows while it is read: an extra may name others
        if match := OWN_EXTRAS.fullmatch(requirement):
            for extra in match["extras"].split(","):
                requirements += project["optional-dependencies"][extra]
    versions: dict[str, str] = {}
    for requirement in requirements:
        if OWN_EXTRAS.fullmatch(requirement):
            continue
        match = REQUIREMENT.fullmatch(requirement.strip())
        if match is None:
            raise ValueError(
                f"{pyproject.name}: a requirement must be 'name>=version', got {requirement!r}; "
                "state the oldest version that the tests were run with"
            )
        versions[match["name"]] = match["version"]
    return dict(sorted(versions.items()))


def oldest_python(pyproject: Path = PYPROJECT) -> str:
    """Return the oldest supported version of Python, such as `'3.11'`."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    return str(project["requires-python"]).removeprefix(">=")


if __name__ == "__main__":
    try:
        print("\n".join(f"{name}=={version}" for name, version in oldest_versions().items()))
    except ValueError as error:
        sys.exit(str(error))
