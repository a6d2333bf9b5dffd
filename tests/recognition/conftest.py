"""Simulated recordings of six subjects, and a recognizer that was trained with four of them."""

import pytest

from sklearn_har.datasets import make_har_recordings
from tiny_recognizers import trees


@pytest.fixture(scope="session")
def recordings():
    return make_har_recordings(6, 10.0, random_state=0).recordings


@pytest.fixture(scope="session")
def subjects(recordings):
    return [recording.subject for recording in recordings]


@pytest.fixture(scope="session")
def fitted(recordings):
    return trees().fit(recordings[:4])
