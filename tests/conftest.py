"""What the tests of several folders share."""

import os
from pathlib import Path

import pytest

_ENVIRONMENT = "SKLEARN_HAR_TEST_DATA"


@pytest.fixture(scope="session")
def shared_data():
    """The folder with copies of the published archives; without it the test is skipped."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get(_ENVIRONMENT) or default)
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist; {_ENVIRONMENT} names a folder of published archives")
    return folder


@pytest.fixture(scope="session")
def uci_har_archive(shared_data):
    """The real UCI HAR data set as a zip file."""
    path = shared_data / "UCI HAR Dataset.zip"
    if not path.is_file():
        pytest.skip(f"{shared_data} has no {path.name!r}, the archive of the real data set")
    return path
