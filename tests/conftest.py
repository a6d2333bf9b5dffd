"""What the tests of several folders share."""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples in each run: a check must not fail by chance. `pytest -m slow tests/fuzzing` and
# `pytest --hypothesis-profile=search` draw others each time.
settings.register_profile("repeat", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("repeat")

_ENVIRONMENT = "SKLEARN_HAR_TEST_DATA"


@pytest.fixture(autouse=True)
def _figures_are_closed():
    """Close the figures of a test: matplotlib warns of twenty, and warnings are errors."""
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")


def pytest_addoption(parser):
    parser.addoption(
        "--faults",
        action="store_true",
        help="list the faults that were tried, how often, and what came of them",
    )


def pytest_collection_modifyitems(items):
    for item in items:
        # Reports of other processes keep these, and lose the markers.
        item.user_properties += [("fault", marker.args) for marker in item.iter_markers("fault")]


def pytest_terminal_summary(terminalreporter, config):
    if not config.getoption("--faults"):
        return
    rows = Counter()
    for status in ("passed", "failed", "skipped"):
        for report in terminalreporter.getreports(status):
            properties = dict(report.user_properties)
            if "fault" in properties and (report.when == "call" or status == "skipped"):
                what, outcome = properties["fault"]
                row = what, outcome if status == "passed" else status.upper()
                rows[row] += properties.get("times", 1)
    terminalreporter.section("faults")
    width = max((len(what) for what, _ in rows), default=0)
    for (what, outcome), times in sorted(rows.items()):
        terminalreporter.write_line(f"{what:{width}}  {times:5d}  {outcome}")


@pytest.fixture(scope="session")
def shared_data():
    """The folder with copies of the published archives; without it the test is skipped."""
    default = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    folder = Path(os.environ.get(_ENVIRONMENT) or default)
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist; {_ENVIRONMENT} names a folder of published archives")
    return folder


@pytest.fixture(scope="session")
def find_archive(shared_data):
    """Find the archive of a real data set by its name; without it the test is skipped."""

    def find(name):
        path = shared_data / name
        if not path.is_file():
            pytest.skip(f"{shared_data} has no {name!r}, the archive of the real data set")
        return path

    return find


@pytest.fixture(scope="session")
def uci_har_archive(find_archive):
    """The real UCI HAR data set as a zip file."""
    return find_archive("UCI HAR Dataset.zip")


@pytest.fixture(scope="session")
def hapt_archive(find_archive):
    """The real HAPT data set as a zip file."""
    return find_archive("HAPT Data Set.zip")
