"""Check estimators of windows like scikit-learn checks estimators of tables.

scikit-learn's `check_estimator` uses two-dimensional data, which the estimators of this package
read as windows with one channel. These checks use three axes, and add some. You can use them for
any classifier or transformer of windows.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial, update_wrapper
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError

__all__ = ["parametrize_with_window_checks", "window_checks"]

_N_TIMESTEPS, _N_CHANNELS = 16, 3
_RTOL, _ATOL = 1e-4, 1e-6


def window_checks(estimator: Any) -> Iterator[tuple[Any, Callable[[Any], None]]]:
    """Yield pairs of an estimator and a check.

    Parameters
    ----------
    estimator : estimator
        A classifier or a transformer of windows of shape (n_windows, n_timesteps, n_channels) =
        (24, 16, 3). It needs a fixed `random_state` and few epochs. Each check uses a clone.

    Yields
    ------
    tuple of (estimator, callable)
        `check(estimator)` raises an AssertionError if the estimator fails.

    Examples
    --------
    >>> from sklearn_har.preprocessing import SubsequenceReshaper
    >>> from sklearn_har.utils.estimator_checks import window_checks
    >>> for estimator, check in window_checks(SubsequenceReshaper(n_steps=4)):
    ...     check(estimator)
    """
    for check in _BOTH + (_CLASSIFIERS if is_classifier(estimator) else _TRANSFORMERS):
        run = update_wrapper(partial(_run, check), check)
        run.__name__ = check.__name__.removeprefix("_")
        yield clone(estimator), run


def _run(check: Callable[..., None], estimator: Any) -> None:
    with warnings.catch_warnings():
        # As in scikit-learn's checks: a small training need not converge.
        warnings.simplefilter("ignore")
        check(estimator, *_windows())


def parametrize_with_window_checks(estimators: Iterable[Any]) -> Any:
    """Decorate a pytest test to run each check for each estimator.

    Parameters
    ----------
    estimators : iterable of estimator
        Classifiers and transformers, as for :func:`window_checks`.

    Returns
    -------
    pytest.MarkDecorator
        A decorator for a function with the arguments `estimator` and `check`.

    Examples
    --------
    >>> from sklearn_har.preprocessing import SubsequenceReshaper
    >>> from sklearn_har.utils.estimator_checks import parametrize_with_window_checks
    >>> @parametrize_with_window_checks([SubsequenceReshaper()])
    ... def test_windows(estimator, check):
    ...     check(estimator)
    """
    import pytest

    pairs = [pair for estimator in estimators for pair in window_checks(estimator)]
    ids = [f"{type(estimator).__name__}-{check.__name__}" for estimator, check in pairs]
    return pytest.mark.parametrize(("estimator", "check"), pairs, ids=ids)


def _windows(n_windows: int = 24) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return windows of shape (n_windows, n_timesteps, n_channels) of three frequencies."""
    rng = np.random.default_rng(0)
    y = np.arange(n_windows) % 3
    time = np.arange(_N_TIMESTEPS)[:, None] / _N_TIMESTEPS
    X = np.sin(2 * np.pi * (1 + 2 * y[:, None, None]) * time) + rng.normal(
        scale=0.1, size=(n_windows, _N_TIMESTEPS, _N_CHANNELS)
    )
    return X.astype(np.float32), y


def _outputs(estimator: Any, X: Any) -> dict[str, Any]:
    methods = ("predict_proba", "predict", "decision_function", "transform")
    return {m: getattr(estimator, m)(X) for m in methods if hasattr(estimator, m)}


def _assert_close(first: dict[str, Any], second: dict[str, Any], what: str) -> None:
    assert first.keys() == second.keys()
    for method, values in first.items():
        message = f"{method} {what}"
        if np.asarray(values).dtype.kind in "fc":
            np.testing.assert_allclose(values, second[method], _RTOL, _ATOL, err_msg=message)
        else:
            np.testing.assert_array_equal(values, second[method], err_msg=message)


def _assert_raises(expected: type[Exception], words: str, call: Callable[[], Any]) -> None:
    try:
        call()
    except expected as error:
        message = str(error)
    else:
        raise AssertionError(f"{expected.__name__} was not raised")
    assert words.lower() in message.lower(), f"The error must mention {words!r}, it says: {message}"


def _check_window_attributes(estimator: Any, X: Any, y: Any) -> None:
    """Assert that `fit` returns the estimator and stores the shape of the windows."""
    assert estimator.fit(X, y) is estimator, "fit must return the estimator"
    seen = (estimator.n_timesteps_in_, estimator.n_channels_in_, estimator.n_features_in_)
    assert seen == (_N_TIMESTEPS, _N_CHANNELS, _N_TIMESTEPS * _N_CHANNELS), seen


def _check_window_outputs(estimator: Any, X: Any, y: Any) -> None:
    """Assert that each window has one output, and that probabilities are valid."""
    for method, values in _outputs(estimator.fit(X, y), X).items():
        assert len(values) == len(X), f"{method} returned {len(values)} rows for {len(X)} windows"
        if method == "predict_proba":
            assert values.shape == (len(X), 3)
            assert (values >= 0).all()
            np.testing.assert_allclose(values.sum(axis=1), 1, rtol=1e-5)
        if method == "predict":
            assert set(values) <= set(y)


def _check_window_labels(estimator: Any, X: Any, y: Any) -> None:
    """Assert that string labels are returned as strings."""
    names = np.array(["laying", "sitting", "walking"])[y]
    clf = estimator.fit(X, names)
    np.testing.assert_array_equal(clf.classes_, np.unique(names))
    assert set(clf.predict(X)) <= set(names)


def _check_window_fit_idempotent(estimator: Any, X: Any, y: Any) -> None:
    """Assert that fitting twice, or fitting a clone, gives the same result as fitting once."""
    once = _outputs(estimator.fit(X, y), X)
    _assert_close(once, _outputs(clone(estimator).fit(X, y), X), "differs in a clone")
    _assert_close(once, _outputs(estimator.fit(X, y), X), "differs after a second fit")


def _check_window_subset_invariance(estimator: Any, X: Any, y: Any) -> None:
    """Assert that the output of a window does not depend on the other windows."""
    estimator.fit(X, y)
    whole = _outputs(estimator, X)
    alone = [_outputs(estimator, X[i : i + 1]) for i in range(len(X))]
    joined = {m: np.concatenate([one[m] for one in alone]) for m in whole}
    _assert_close(whole, joined, "depends on the other windows")


def _check_window_order_invariance(estimator: Any, X: Any, y: Any) -> None:
    """Assert that the order of the windows does not matter in prediction."""
    estimator.fit(X, y)
    order = np.random.default_rng(0).permutation(len(X))
    shuffled = {m: v[order] for m, v in _outputs(estimator, X).items()}
    _assert_close(shuffled, _outputs(estimator, X[order]), "depends on the order of the windows")


def _check_window_memory_layouts(estimator: Any, X: Any, y: Any) -> None:
    """Assert that layout, precision, container and write protection of `X` do not matter."""
    estimator.fit(X, y)
    expected = _outputs(estimator, X)
    read_only = X.copy()
    read_only.setflags(write=False)
    strided = np.repeat(X, 2, axis=1)[:, ::2]
    forms = {
        "Fortran order": np.asfortranarray(X),
        "read-only memory": read_only,
        "strided memory": strided,
        "float64": X.astype(np.float64),
        "a nested list": X.tolist(),
    }
    for name, form in forms.items():
        _assert_close(expected, _outputs(estimator, form), f"differs for {name}")
    refitted = clone(estimator).fit(read_only, y)
    _assert_close(expected, _outputs(refitted, X), "differs when fitted on read-only memory")


def _check_window_arguments_unchanged(estimator: Any, X: Any, y: Any) -> None:
    """Assert that the arrays and parameters of the caller stay unchanged."""
    before, params = (X.copy(), y.copy()), estimator.get_params()
    _outputs(estimator.fit(X, y), X)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])
    after = estimator.get_params()
    assert after.keys() == params.keys()
    assert all(after[k] is params[k] for k in params), "fit changed a parameter"


def _check_window_state_unchanged_by_prediction(estimator: Any, X: Any, y: Any) -> None:
    """Assert that prediction does not change the estimator."""
    estimator.fit(X, y)
    before = dict(vars(estimator))
    _outputs(estimator, X)
    after = vars(estimator)
    assert after.keys() == before.keys(), "prediction added or removed an attribute"
    assert all(after[k] is before[k] for k in before), "prediction replaced an attribute"


def _check_window_pickle(estimator: Any, X: Any, y: Any) -> None:
    """Assert that a pickled estimator predicts the same, to the last bit."""
    estimator.fit(X, y)
    loaded = pickle.loads(pickle.dumps(estimator))
    for method, values in _outputs(estimator, X).items():
        np.testing.assert_array_equal(getattr(loaded, method)(X), values, err_msg=method)


def _check_window_not_fitted(estimator: Any, X: Any, y: Any) -> None:
    """Assert that an unfitted estimator raises NotFittedError."""
    for method in ("predict", "predict_proba", "transform"):
        if hasattr(estimator, method):
            _assert_raises(NotFittedError, "fit", partial(getattr(estimator, method), X))


def _check_window_nonfinite(estimator: Any, X: Any, y: Any) -> None:
    """Assert that infinite values are refused in fit and prediction, and NaN by classifiers."""
    fitted = clone(estimator).fit(X, y)
    for bad in [np.inf, np.nan] if is_classifier(estimator) else [np.inf]:
        broken = X.copy()
        broken[1, 2, 1] = bad
        word = "nan" if np.isnan(bad) else "infinity"
        _assert_raises(ValueError, word, partial(estimator.fit, broken, y))
        method = "predict" if is_classifier(estimator) else "transform"
        _assert_raises(ValueError, word, partial(getattr(fitted, method), broken))


def _check_window_shapes(estimator: Any, X: Any, y: Any) -> None:
    """Assert that windows with another length or number of channels than in `fit` are refused."""
    estimator.fit(X, y)
    method = getattr(estimator, "predict" if is_classifier(estimator) else "transform")
    _assert_raises(ValueError, "channel", partial(method, X[:, :, :-1]))
    _assert_raises(ValueError, "time step", partial(method, X[:, : _N_TIMESTEPS // 2]))
    _assert_raises(ValueError, "dimension", partial(method, X[:, :, :, None, None]))
    _assert_raises(ValueError, "sample", partial(method, X[:0]))


def _check_window_single_channel(estimator: Any, X: Any, y: Any) -> None:
    """Assert that (n_windows, n_timesteps) is read as windows of one channel."""
    flat = _outputs(clone(estimator).fit(X[:, :, 0], y), X[:, :, 0])
    deep = _outputs(clone(estimator).fit(X[:, :, :1], y), X[:, :, :1])
    flat = {m: np.reshape(v, np.shape(deep[m])) for m, v in flat.items()}
    _assert_close(flat, deep, "differs between two axes and one channel")


def _check_window_zero_weights(estimator: Any, X: Any, y: Any) -> None:
    """Assert that windows of weight zero have no effect."""
    weight = np.ones(len(X))
    weight[-6:] = 0
    weighted = _outputs(clone(estimator).fit(X, y, sample_weight=weight), X)
    without = _outputs(clone(estimator).fit(X[:-6], y[:-6]), X)
    _assert_close(weighted, without, "counts windows of weight zero")


def _check_window_round_trip(estimator: Any, X: Any, y: Any) -> None:
    """Assert that `inverse_transform` undoes `transform`, and `fit_transform` is both in one.

    `inverse_transform` may return windows or the rows of a table.
    """
    out = estimator.fit_transform(X, y)
    np.testing.assert_allclose(out, estimator.transform(X), _RTOL, _ATOL)
    assert out.dtype == X.dtype
    if hasattr(estimator, "inverse_transform"):
        back = estimator.inverse_transform(out)
        assert back.shape in (X.shape, (len(X), X[0].size))
        np.testing.assert_allclose(back.reshape(X.shape), X, _RTOL, 1e-5)


_CLASSIFIERS = [_check_window_labels, _check_window_zero_weights]
_TRANSFORMERS = [_check_window_round_trip]
_BOTH = [check for name, check in list(globals().items()) if name.startswith("_check_window_")]
_BOTH = [check for check in _BOTH if check not in _CLASSIFIERS + _TRANSFORMERS]
