"""The real recordings, parsed once for all tests that need them."""

import pytest

from sklearn_har.datasets import fetch_hapt


@pytest.fixture(scope="session")
def hapt(hapt_archive, tmp_path_factory):
    return fetch_hapt(archive=hapt_archive, data_home=tmp_path_factory.mktemp("home"))
