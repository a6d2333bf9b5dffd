"""Describe windows by simple features, for classifiers of tables.

Libraries of features such as tsfel and tsfresh compute one window at a time in Python, and none of
their features joins the axes of a sensor, as the length of the acceleration does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from sklearn_har.preprocessing._base import VALUES_AT_ONCE, WindowDescription
from sklearn_har.utils._moments import parts_of

Floats = npt.NDArray[np.float64]

_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_N_BANDS = 12
# Strengths below this share of the usual ones count as noise.
_NOISE = 0.03
# The mean strength of so many windows is near that of all.
_N_EXAMPLES = 2000


class WindowFeatures(WindowDescription, auto_wrap_output_keys=("transform",)):
    """Describe each window by level, strength, shape and spectrum of its channels.

    The result is a table with a row for each window, for any classifier of scikit-learn.
    :func:`~sklearn_har.recipes.make_fast` puts a linear discriminant analysis behind it.

    Attributes
    ----------
    n_timesteps_in_, n_channels_in_ : int
        Shape of a window. `n_features_in_` is their product, whatever the form of `X`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names, if `X` was a frame.
    strength_ : ndarray of shape (n_strengths,)
        The mean of each strength over training windows, at most 2000 in even steps.
    tells_frame_ : bool
        Whether the last channel tells if the frame of the body is known.

    See Also
    --------
    sklearn_har.recipes.make_fast : Classify by these features.
    WindowReshaper : Turn windows into the rows of a table as they are.

    Notes
    -----
    The signals are the channels and, if their number is divisible by three, the length of each
    three as a vector. Signals and their changes from one time step to the next have these features:

    - levels: mean, quantiles, and skewness and kurtosis between -1 and 1,
    - strengths: standard deviation and mean absolute deviation.

    Signals also have their strength in up to 12 bands of frequency, and each two channels their
    correlation. Strengths are logarithms relative to the mean of the training windows.

    :class:`~sklearn_har.recognition.ActivityRecognizer` adds a channel that tells if the frame of
    the body is known. A last channel of 4, 7 or 10 is taken for it if it is 0 or 1 in each training
    window, and is the last feature. Linear classifiers make no use of it: see
    :class:`~sklearn_har.recognition.FrameAwareClassifier`.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.preprocessing import WindowFeatures
    >>> windows = make_har_windows(n_subjects=2, random_state=0).data
    >>> features = WindowFeatures().fit(windows)
    >>> features.transform(windows).shape
    (120, 456)
    >>> features.get_feature_names_out()[[0, 9, -1]].tolist()
    ['mean of channel 0', 'mean of length 0', 'band 11 of length 2']
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {}

    def _learn(self, windows: npt.NDArray[Any]) -> None:
        some = windows[:: -(-len(windows) // _N_EXAMPLES)]
        total = sum(_side_by_side(_features(part)[1]).sum(axis=0) for part in _parts(some))
        self.strength_: Floats = np.asarray(total / len(some), np.float64)

    def _describe(self, windows: npt.NDArray[Any]) -> Floats:
        usual = np.where(self.strength_ > 0.0, self.strength_, 1.0).astype(windows.dtype)
        rows = []
        for part in _parts(windows):
            levels, strengths = map(_side_by_side, _features(part))
            rows.append(np.hstack([levels, np.log(strengths / usual + _NOISE)]))
        return np.concatenate(rows)

    def _names(self) -> list[str]:
        still = np.zeros((1, self.n_channels_in_ - self.tells_frame_, self.n_timesteps_in_))
        return [
            f"{feature.name} of {of}"
            for features in _features(still)
            for feature in features
            for of in feature.of
        ]


def _parts(windows: npt.NDArray[Any]) -> Iterator[Floats]:
    """Yield the channels of some windows at a time, (n, n_channels, n_timesteps)."""
    for part in parts_of(windows, VALUES_AT_ONCE):
        yield np.ascontiguousarray(part.swapaxes(1, 2))


class _Feature(NamedTuple):
    """One feature of several signals: values of shape (n_windows, n_signals)."""

    name: str
    of: list[str]
    values: Floats


def _side_by_side(features: list[_Feature]) -> Floats:
    values: Floats = np.hstack([feature.values for feature in features])
    return values


# Below, windows are (n_windows, n_channels, n_timesteps).


def _signals(windows: Floats) -> tuple[list[str], Floats]:
    """Return names and values of the channels and of the lengths of each three."""
    n_windows, n_channels, n_timesteps = windows.shape
    names = [f"channel {i}" for i in range(n_channels)]
    if n_channels % 3:
        return names, windows
    axes = windows.reshape(n_windows, -1, 3, n_timesteps)
    lengths = np.sqrt(np.einsum("wsat,wsat->wst", axes, axes))
    names += [f"length {i}" for i in range(n_channels // 3)]
    return names, np.concatenate([windows, lengths], axis=1)


def _quantiles(ordered: Floats) -> Floats:
    """Return quantiles (n_quantiles, n_windows, n_signals), seven times as fast as NumPy's."""
    place = np.multiply(_QUANTILES, ordered.shape[2] - 1)
    below = place.astype(int)
    above, share = np.ceil(place).astype(int), (place - below).astype(ordered.dtype)
    found: Floats = (1 - share) * ordered[..., below] + share * ordered[..., above]
    return found.transpose(2, 0, 1)


def _features(windows: Floats) -> tuple[list[_Feature], list[_Feature]]:
    """Return the features that have a sign, and those that are not negative."""
    of, signals = _signals(windows)
    levels, strengths, moving = _shape(of, signals)
    if windows.shape[2] > 1:
        names, changes = _signals(np.diff(windows))
        of_changes = _shape([f"change of {name}" for name in names], changes)
        levels, strengths = levels + of_changes[0], strengths + of_changes[1]
    return [*levels, _correlation(moving[:, : windows.shape[1]])], [*strengths, *_bands(of, moving)]


def _shape(of: list[str], signals: Floats) -> tuple[list[_Feature], list[_Feature], Floats]:
    """Return levels and strengths of each signal alone, and the signals without their mean."""
    ordered = np.sort(signals, axis=2)
    mean = signals.mean(axis=2)
    moving = signals - mean[..., np.newaxis]
    # What stands still has no shape: the mean is rounded.
    moving[ordered[..., 0] == ordered[..., -1]] = 0.0
    deviation = np.sqrt((moving * moving).mean(axis=2))
    standard = moving / np.where(deviation > 0.0, deviation, 1.0)[..., np.newaxis]
    square = standard * standard
    levels = [
        _Feature("mean", of, mean),
        *(
            _Feature(f"{100 * q:g} % quantile", of, values)
            for q, values in zip(_QUANTILES, _quantiles(ordered), strict=True)
        ),
        # Those of a spike are hundreds.
        _Feature("skewness", of, np.tanh((square * standard).mean(axis=2) / 3)),
        _Feature("kurtosis", of, np.tanh((square * square).mean(axis=2) / 3 - 1)),
    ]
    strengths = [
        _Feature("deviation", of, deviation),
        _Feature("mean absolute deviation", of, np.abs(moving).mean(axis=2)),
    ]
    return levels, strengths, moving


def _correlation(moving: Floats) -> _Feature:
    products = moving @ moving.swapaxes(1, 2)
    lengths = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
    first, second = np.triu_indices(moving.shape[1], k=1)
    usual = lengths[:, first] * lengths[:, second]
    shared = products[:, first, second]
    return _Feature(
        "correlation",
        [f"channels {i} and {j}" for i, j in zip(first, second, strict=True)],
        np.divide(shared, usual, out=np.zeros_like(shared), where=usual > 0.0),
    )


def _bands(of: list[str], moving: Floats) -> Iterator[_Feature]:
    found = np.fft.rfft(moving)
    power = found.real**2 + found.imag**2
    # The mean is no frequency. Short windows have fewer bands.
    edges = np.unique(np.geomspace(1, power.shape[2], _N_BANDS + 1).round().astype(int))
    for i, (low, high) in enumerate(pairwise(edges), start=1):
        yield _Feature(f"band {i}", of, np.sqrt(power[..., low:high].mean(axis=2)))
