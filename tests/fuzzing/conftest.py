"""What the fuzzing tests draw from: arrays of every make, and values of every kind.

A test says what holds for whatever is drawn. The fast suite draws a few examples of each, the same
ones each time, the slow one (`pytest -m slow tests/fuzzing`) many new ones.
"""

import datetime
import decimal
import fractions
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import sparse

FEW, MANY = 10, 500

# All that a function may say about an argument. Anything else is a crash. (What scikit-learn
# raises for parameters is both.)
REFUSALS = (ValueError, TypeError)

DTYPES = [
    *("f2", "f4", "f8", "g", ">f8", "<i1", "i2", "i4", "i8", "u1", "u8", "?"),
    *("c8", "O", "U3", "S2", "M8[s]", "m8[ms]", "f8,i4"),
]


@pytest.fixture(
    params=[
        pytest.param(FEW, id="few"),
        pytest.param(MANY, id="many", marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ]
)
def explore(request):
    """A function that calls another one with examples of strategies."""

    def run(check, *drawn, **named):
        # What a test is given by its fixtures stays the same for all examples, on purpose.
        tuned = settings(
            max_examples=request.param,
            derandomize=request.param == FEW,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        tuned(given(*drawn, **named)(check))()

    return run


def _values(dtype):
    """Values of a kind; of floats often small ones, and now and then what is no number."""
    if dtype.kind in "fc":
        large = 6e4 if dtype.itemsize == 2 else 1e30
        odd = [0.0, 1.0, math.nan, math.inf, -math.inf, large, 1e-7]
        return st.one_of(st.floats(-3, 3, width=16), st.sampled_from(odd)).map(dtype.type)
    if dtype.kind == "O":
        return st.one_of(
            st.floats(-3, 3), st.none(), st.text(max_size=2), st.just(math.nan), st.just(10**30)
        )
    return npst.from_dtype(dtype)


@st.composite
def _arrays(draw, shapes=None, dtypes=None):
    """Arrays in any order of memory, read-only, strided, broadcast, masked, as frames, as lists."""
    if shapes is None:
        shapes = npst.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=6)
    dtype = np.dtype(draw(st.sampled_from(DTYPES)) if dtypes is None else draw(dtypes))
    shape = draw(shapes)
    if math.prod(shape) > 200:
        # Element by element it would take too long.
        rng = np.random.default_rng(draw(st.integers(0, 3)))
        array = (rng.normal(size=shape) * 3).astype(dtype if dtype.kind in "fiuOU" else "f8")
        if array.dtype.kind == "f" and draw(st.booleans()):
            array.flat[draw(st.integers(0, array.size - 1))] = draw(st.sampled_from([np.nan, 6e4]))
    else:
        array = draw(npst.arrays(dtype, shape, elements=_values(dtype)))
    return draw(st.sampled_from(LAYOUTS))(array)


def _strided(array):
    return np.repeat(array, 2, axis=0)[::2] if array.ndim else array


def _broadcast(array):
    return np.broadcast_to(array[:1], array.shape) if array.ndim and len(array) else array


def _read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def _masked(array):
    return np.ma.masked_array(array, mask=np.arange(array.size).reshape(array.shape) % 3 == 1)


def _frame(array):
    return pd.DataFrame(array) if array.ndim == 2 and array.dtype.kind not in "VmM" else array


def _series(array):
    return pd.Series(array) if array.ndim == 1 and array.dtype.kind not in "V" else array


def _sparse(array):
    known = array.dtype in (np.float32, np.float64, np.int64)
    return sparse.csr_array(array) if array.ndim == 2 and known else array


def _unaligned(array):
    buffer = np.empty(array.nbytes + 1, dtype=np.uint8)
    if array.dtype.hasobject:
        return array
    view = buffer[1:].view(array.dtype).reshape(array.shape) if array.size else array
    if array.size:
        view[...] = array
    return view


LAYOUTS = [
    np.ascontiguousarray,
    np.asfortranarray,
    _read_only,
    _strided,
    lambda array: array[::-1] if array.ndim else array,
    _broadcast,
    _unaligned,
    _masked,
    _frame,
    _series,
    _sparse,
    lambda array: array.tolist(),
]


def _anything():
    """Values that somebody may pass by mistake."""
    numbers = st.one_of(
        st.integers(-3, 300),
        st.floats(-2, 300),
        st.sampled_from([0, -1, 2**31, 2**63, -(2**70), 10**400]),
        st.sampled_from([0.0, -0.0, 1e-320, 1e-9, 0.9999999999999999, 1e18, 1e308]),
        st.sampled_from([math.nan, math.inf, -math.inf, 1j, True, False]),
        st.sampled_from([np.int8(3), np.uint8(200), np.float32(0.5), np.float64("nan"), np.True_]),
        st.sampled_from([fractions.Fraction(1, 3), decimal.Decimal("0.5")]),
    )
    others = st.one_of(
        st.none(),
        st.text(max_size=4),
        st.binary(max_size=4),
        st.sampled_from([object(), int, len, ..., slice(None), range(3), datetime.date.min]),
        st.sampled_from([np.datetime64("2020-01-01"), pd.NaT, pd.NA, np.ma.masked]),
        st.builds(dict),
        st.builds(set),
        st.lists(st.one_of(st.integers(-2, 9), st.text(max_size=2), st.none()), max_size=4),
        st.just([[1, 2], [3]]),
        st.dictionaries(st.text(max_size=2), st.integers(0, 3), max_size=2),
    )
    return st.one_of(numbers, others, _arrays())


@pytest.fixture(scope="session")
def draws():
    """The strategies: `arrays(shapes, dtypes)` and `anything()`."""
    return SimpleNamespace(arrays=_arrays, anything=_anything, refusals=REFUSALS)
