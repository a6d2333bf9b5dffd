"""The state of a recogniser as bytes that may have been damaged on their way."""

import io
import random
import zipfile

import numpy as np
import pytest

from altered import altered
from sklearn_har.recognition import StreamingRecognizer


class Still:
    """A classifier that finds everything equally probable."""

    classes_ = np.array(["rest", "motion"])

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X):
        return np.full((len(X), 2), 0.5)


@pytest.fixture(scope="module")
def state():
    """The state of a stream within a window."""
    stream = StreamingRecognizer(Still())
    stream.push(np.random.default_rng(0).normal(size=(100, 6)))
    return stream.get_state()


def arrays_of(state):
    with np.load(io.BytesIO(state)) as archive:
        return {name: archive[name] for name in archive.files}


def altered_within(state, number):
    """Alter, or leave out, one array of the archive, whose checksums are then right again."""
    generator = random.Random(number)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(state)) as old, zipfile.ZipFile(packed, "w") as new:
        chosen = generator.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name == chosen:
                if generator.random() < 0.1:
                    continue
                content = altered(content, number)
            new.writestr(name, content)
    return packed.getvalue()


@pytest.mark.fault("state of a stream altered at random, also within", "refused, or the same")
@pytest.mark.filterwarnings("ignore")  # numpy's, about what it meets there
@pytest.mark.parametrize("n", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_an_altered_state_is_refused_or_is_the_same(state, n, record_property):
    expected, stream = arrays_of(state), StreamingRecognizer(Still())
    refused = []
    for number in range(n):
        alter = altered if number % 2 else altered_within
        try:
            stream.set_state(alter(state, number))
        except ValueError as error:
            refused.append(str(error))
        else:
            arrays = arrays_of(stream.get_state())
            assert arrays.keys() == expected.keys()
            for name, array in expected.items():
                assert arrays[name].dtype == array.dtype
                np.testing.assert_array_equal(arrays[name], array)
    assert len(refused) > n / 2
    assert all(message.startswith("state must be ") for message in refused)
    record_property("times", n)
