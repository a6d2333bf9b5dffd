"""The state of a recogniser as bytes that may have been damaged on their way."""

import io
import random
import zipfile

import numpy as np
import pytest

from altered import altered
from sklearn_har.recognition._state import pack, unpack

ARRAYS = {
    "latest": np.array([1.5, np.nan]),
    "counts": np.array([3, 0, 0]),
    "signals": np.random.default_rng(0).normal(size=(64, 9)),
    "timed": np.array(-1),
}
PARAMETERS = {"window": 128, "sampling_rate": 50.0, "channel_names": ["x", "y"]}


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


def test_what_is_packed_is_unpacked():
    arrays = unpack(pack(ARRAYS, PARAMETERS), PARAMETERS)
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(arrays[name], array)


@pytest.mark.fault("state of a stream altered at random, also within", "refused, or the same")
@pytest.mark.filterwarnings("ignore")  # numpy's, about what it meets there
@pytest.mark.parametrize("n", [200, pytest.param(2000, marks=pytest.mark.slow)])
def test_an_altered_state_is_refused_or_is_the_same(n, record_property):
    state = pack(ARRAYS, PARAMETERS)
    refused = []
    for number in range(n):
        alter = altered if number % 2 else altered_within
        try:
            arrays = unpack(alter(state, number), PARAMETERS)
        except ValueError as error:
            refused.append(str(error))
        else:
            assert arrays.keys() == ARRAYS.keys()
            for name, array in ARRAYS.items():
                np.testing.assert_array_equal(arrays[name], array)
    assert len(refused) > n / 2
    assert all(message.startswith("state must be ") for message in refused)
    record_property("times", n)
