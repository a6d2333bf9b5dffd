"""Files of real loggers, which some tests read."""

import os
from pathlib import Path

import pytest

_ENVIRONMENT = "SKLEARN_HAR_TEST_CASES"


@pytest.fixture(scope="session")
def shared_cases():
    """The folder with files of real loggers; without it the test is skipped."""
    default = Path(__file__).resolve().parents[2].parent / "shared" / "cases"
    folder = Path(os.environ.get(_ENVIRONMENT) or default)
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist; {_ENVIRONMENT} names a folder of logger files")
    return folder
