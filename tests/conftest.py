"""What the tests of several folders share."""

import os
import sys
from pathlib import Path

import pytest

_ENVIRONMENT = "SKLEARN_HAR_TEST_DATA"


@pytest.fixture(autouse=True)
def _figures_are_closed():
    """Close the figures of a test: matplotlib warns of twenty, and warnings are errors."""
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")


@pytest.fixture(scope="session")
def shared_data():
    """The folder with copies of the published archives; without it the test is skipped."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get(_ENVIRONMENT) or default)
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist; {_ENVIRONMENT} names a folder of published archives")
    return folder


def _archive(folder, name):
    path = folder / name
    if not path.is_file():
        pytest.skip(f"{folder} has no {name!r}, the archive of the real data set")
    return path


@pytest.fixture(scope="session")
def uci_har_archive(shared_data):
    """The real UCI HAR data set as a zip file."""
    return _archive(shared_data, "UCI HAR Dataset.zip")


@pytest.fixture(scope="session")
def hapt_archive(shared_data):
    """The real HAPT data set as a zip file."""
    return _archive(shared_data, "HAPT Data Set.zip")
