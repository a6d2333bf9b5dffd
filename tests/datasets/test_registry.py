"""Each data set of the registry: a new one is tested here without being named."""

import inspect
import subprocess
import sys

import pytest

import sklearn_har.datasets

# What a new entry must have is tested on the entry, because nothing of it is public but a fetcher.
from sklearn_har.datasets._registry import DATASETS


@pytest.fixture(params=list(DATASETS))
def dataset(request):
    return DATASETS[request.param]


def test_its_fetcher_is_public_and_takes_what_all_take(dataset):
    assert dataset.fetcher in sklearn_har.datasets.__all__
    parameters = inspect.signature(getattr(sklearn_har.datasets, dataset.fetcher)).parameters
    for name in ("subset", "data_home", "archive", "download_if_missing", "n_retries", "delay"):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY


def test_its_files_and_archives_are_described(dataset):
    assert dataset.name == dataset.name.lower()
    assert dataset.description
    assert dataset.members
    for described in (*dataset.members.values(), *dataset.remotes):
        assert described.size > 0
        assert described.sha256 is None or len(bytes.fromhex(described.sha256)) == 32
    for name in dataset.members:
        assert not name.startswith("/")
        assert "\\" not in name
    assert all(remote.url.startswith("https://") for remote in dataset.remotes)


def test_fingerprints_differ():
    assert len({dataset.fingerprint for dataset in DATASETS.values()}) == len(DATASETS)


def test_without_data_and_without_download_it_says_what_to_do(dataset, tmp_path):
    fetch = getattr(sklearn_har.datasets, dataset.fetcher)
    with pytest.raises(OSError, match=rf"The {dataset.title} data set cannot be loaded.*archive="):
        fetch(data_home=tmp_path, download_if_missing=False)
    for params, message in (
        ({"subset": "tran"}, "did you mean 'train'"),
        ({"n_retries": -1}, "n_retries must be an integer"),
    ):
        with pytest.raises(ValueError, match=message):
            fetch(**params)


def test_the_registry_is_read_without_anything_heavy():
    code = (
        "import sys; from sklearn_har.datasets._registry import DATASETS; "
        "assert not {'numpy', 'pandas', 'sklearn', 'requests'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
