"""The recipes. `benchmarks/quality/recipe_choice.json` holds the compared alternatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from sklearn_har.augmentation import AugmentedClassifier, GravityRotation

if TYPE_CHECKING:
    from sklearn_har.neural_network import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

# Settings of all recipes. These and those of the functions were compared with others by
# cross-validation over the training subjects of UCI HAR.
TRAINING: dict[str, Any] = {
    "scaling": "both",
    "augmentation": GravityRotation(degrees=15, required=False),
    "schedule": "cosine",
    "epochs": 20,
    "min_updates": 600,
    "remainder": "pad",
    "optimizer__learning_rate": 2e-3,
    "loss__label_smoothing": 0.1,
    "dense_units": None,
    "pooling": "both",
}


def _merge(settings: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a recipe, replaced by those of the user.

    If the user passes another optimizer or loss, the recipe's arguments for it are dropped.
    """
    merged = {**TRAINING, **settings}
    routed = tuple(f"{name}__" for name in ("optimizer", "loss") if name in params)
    return {k: v for k, v in merged.items() if not k.startswith(routed)} | params


def make_lstm(**params: Any) -> LSTMClassifier:
    """Make an LSTM classifier with settings for accuracy.

    Two bidirectional LSTM layers read the window in 16 subsequences of 160 ms at 50 Hz. The
    classifier uses the average and the maximum of their outputs.

    Parameters
    ----------
    **params
        Parameters of :class:`~sklearn_har.neural_network.LSTMClassifier` that differ.

    Returns
    -------
    LSTMClassifier
        Not fitted.

    See Also
    --------
    make_best : Combine several networks.

    Notes
    -----
    Windows must be in the units of the recording, with gravity: the network scales them itself,
    after :class:`~sklearn_har.augmentation.GravityRotation`. With other than 9, 6 or 3 channels, or
    without gravity, the rotation is skipped with a warning.

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.recipes import make_lstm
    >>> windows = make_har_windows(n_subjects=2, n_windows_per_activity=5, random_state=0)
    >>> clf = make_lstm(min_updates=10, random_state=0).fit(windows.data, windows.target)
    >>> clf.predict(windows.data).shape
    (60,)
    """
    from sklearn_har.neural_network import LSTMClassifier

    settings = {"n_steps": 16, "n_layers": 2, "bidirectional": True, "units": 64}
    return LSTMClassifier(**_merge(settings, params))


def make_cnn_lstm(**params: Any) -> CNNLSTMClassifier:
    """Make a CNN-LSTM classifier with settings for accuracy.

    Three convolutions run over the whole window, each with batch normalisation, max-pooling and
    dropout. A bidirectional LSTM reads the remaining 16 of 128 time steps. The classifier uses the
    average and the maximum of its outputs.

    Parameters
    ----------
    **params
        Parameters of :class:`~sklearn_har.neural_network.CNNLSTMClassifier` that differ.

    Returns
    -------
    CNNLSTMClassifier
        Not fitted.

    Examples
    --------
    >>> from sklearn_har.recipes import make_cnn_lstm
    >>> make_cnn_lstm(epochs=10).get_params()["epochs"]
    10
    """
    from sklearn_har.neural_network import CNNLSTMClassifier

    settings = {
        "n_steps": None,
        "n_conv_layers": 3,
        "filters": (64, 64, 128),
        "kernel_size": (5, 5, 3),
        "padding": "same",
        "batch_normalization": True,
        "pool_after": "each",
        "conv_dropout": 0.2,
        "units": 64,
        "bidirectional": True,
    }
    return CNNLSTMClassifier(**_merge(settings, params))


def make_light_cnn_lstm(**params: Any) -> CNNLSTMClassifier:
    """Make a CNN-LSTM classifier with less regularisation, for the frame of the body.

    :class:`~sklearn_har.recognition.ActivityRecognizer` trains it by default. It is that of
    :func:`make_cnn_lstm` without batch normalisation and without dropout between the convolutions,
    and gravity is turned by 8 degrees in place of 15. It trains in less time. Cross-validation over
    the training subjects of UCI HAR prefers it in the frame of the body.

    Parameters
    ----------
    **params
        Parameters of :class:`~sklearn_har.neural_network.CNNLSTMClassifier` that shall differ.

    Returns
    -------
    CNNLSTMClassifier
        Not fitted.

    Examples
    --------
    >>> from sklearn_har.recipes import make_light_cnn_lstm
    >>> make_light_cnn_lstm().get_params()["conv_dropout"]
    0.0
    """
    settings = {
        "batch_normalization": False,
        "conv_dropout": 0.0,
        "augmentation": GravityRotation(degrees=8, required=False),
    }
    return make_cnn_lstm(**settings | params)


def make_fast(
    *, random_state: int | np.random.RandomState | None = None, n_jobs: int | None = None
) -> VotingClassifier:
    """Make an ensemble of linear classifiers of features, without a network.

    Each of four linear discriminant analyses reads simple features of a window, and how much of it
    lies above thresholds behind random kernels. Each has kernels of its own, and is trained on the
    windows and on copies of them with gravity turned. On UCI HAR it is more accurate than a
    network, in the frame of the body and in the axes of the phone.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Determines the kernels and the copies.
    n_jobs : int or None, default=None
        Number of classifiers to train in parallel, as in
        :class:`~sklearn.ensemble.VotingClassifier`.

    Returns
    -------
    VotingClassifier
        Not fitted, with `voting="soft"`.

    See Also
    --------
    sklearn_har.preprocessing.WindowFeatures : The simple features.
    sklearn_har.preprocessing.RandomKernels : The kernels.
    make_best_in_frame : Combine it with a network.

    Notes
    -----
    The features of a window are many, and those of neighbouring windows alike. Shrinkage by Ledoit
    and Wolf [1]_ needs no parameter. Windows in the frame of the body and in the axes of the phone
    have classifiers of their own.

    References
    ----------
    .. [1] Ledoit, O., & Wolf, M. (2004). Honey, I shrunk the sample covariance matrix. The Journal
       of Portfolio Management, 30(4), 110-119. :doi:`10.3905/jpm.2004.110`

    Examples
    --------
    >>> from sklearn_har.datasets import make_har_windows
    >>> from sklearn_har.recipes import make_fast
    >>> windows = make_har_windows(n_subjects=4, random_state=0)
    >>> train = windows.subject < 4
    >>> clf = make_fast(random_state=0).fit(windows.data[train], windows.target[train])
    >>> round(clf.score(windows.data[~train], windows.target[~train]), 1)
    1.0
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    from sklearn_har.preprocessing import RandomKernels, WindowFeatures
    from sklearn_har.recognition import FrameAwareClassifier

    def member(seed: int | None) -> AugmentedClassifier:
        features = [("features", WindowFeatures()), ("kernels", RandomKernels(random_state=seed))]
        pipeline = Pipeline(
            [
                ("description", FeatureUnion(features)),
                ("scaler", StandardScaler()),
                ("classifier", LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
            ]
        )
        turned = GravityRotation(degrees=22, required=False)
        return AugmentedClassifier(FrameAwareClassifier(pipeline), turned, random_state=seed)

    return VotingClassifier(
        [(f"linear_{i}", member(seed)) for i, seed in enumerate(_seeds(random_state, 4))],
        voting="soft",
        n_jobs=n_jobs,
    )


def make_conv_lstm(**params: Any) -> ConvLSTMClassifier:
    """Make a ConvLSTM classifier with settings for accuracy.

    Two convolutions run over the whole window, each with batch normalisation, max-pooling and
    dropout. A convolutional LSTM reads 4 subsequences of the result. The classifier uses the
    average and the maximum of its states.

    Parameters
    ----------
    **params
        Parameters of :class:`~sklearn_har.neural_network.ConvLSTMClassifier` that differ.

    Returns
    -------
    ConvLSTMClassifier
        Not fitted.

    Examples
    --------
    >>> from sklearn_har.recipes import make_conv_lstm
    >>> make_conv_lstm(n_steps=8).get_params()["n_steps"]
    8
    """
    from sklearn_har.neural_network import ConvLSTMClassifier

    settings = {
        "n_conv_layers": 2,
        "conv_filters": 64,
        "conv_kernel_size": 5,
        "conv_dropout": 0.2,
        "batch_normalization": True,
        "padding": "same",
    }
    return ConvLSTMClassifier(**_merge(settings, params))


def make_best(
    *,
    epochs: int = 20,
    random_state: int | np.random.RandomState | None = None,
    n_jobs: int | None = None,
) -> VotingClassifier:
    """Make an ensemble of the three recipes, the most accurate classifier of networks alone.

    The ensemble averages the probabilities of the networks. Networks of different kinds err on
    different windows.

    Parameters
    ----------
    epochs : int, default=20
        Number of passes of each network over the training windows.
    random_state : int, RandomState instance or None, default=None
        Determines the seeds of the networks, which differ.
    n_jobs : int or None, default=None
        Number of networks to train in parallel, as in :class:`~sklearn.ensemble.VotingClassifier`.

    Returns
    -------
    VotingClassifier
        Not fitted, with `voting="soft"`.

    References
    ----------
    .. [1] Hammerla, N. Y., & Plötz, T. (2017). Ensembles of deep LSTM learners for activity
       recognition using wearables. Proceedings of the ACM on Interactive, Mobile, Wearable and
       Ubiquitous Technologies, 1(2), 11. :doi:`10.1145/3090076`

    Examples
    --------
    >>> from sklearn_har.recipes import make_best
    >>> [name for name, _ in make_best(random_state=0).estimators]
    ['lstm', 'cnn_lstm', 'conv_lstm']
    """
    makers = {"lstm": make_lstm, "cnn_lstm": make_cnn_lstm, "conv_lstm": make_conv_lstm}
    return VotingClassifier(
        [
            (name, make(epochs=epochs, random_state=seed))
            for (name, make), seed in zip(
                makers.items(), _seeds(random_state, len(makers)), strict=True
            )
        ],
        voting="soft",
        n_jobs=n_jobs,
    )


def make_best_in_frame(
    *,
    epochs: int = 14,
    random_state: int | np.random.RandomState | None = None,
    n_jobs: int | None = None,
) -> VotingClassifier:
    """Make the most accurate classifier for windows in the frame of the body, an ensemble.

    The ensemble averages the probabilities of two classifiers that err on different windows:
    "light", which is :func:`make_light_cnn_lstm` with larger batches and fewer epochs, and "fast",
    which is :func:`make_fast`.

    Parameters
    ----------
    epochs : int, default=14
        Number of passes of the network over the training windows.
    random_state : int, RandomState instance or None, default=None
        Determines the seeds of the classifiers, which differ.
    n_jobs : int or None, default=None
        Number of linear classifiers to train in parallel, as in
        :class:`~sklearn.ensemble.VotingClassifier`. The network uses all cores anyway.

    Returns
    -------
    VotingClassifier
        Not fitted, with `voting="soft"`.

    See Also
    --------
    sklearn_har.preparation.align_windows : Turn windows into the frame of the body.
    make_best : Combine networks for the axes of the phone.

    Notes
    -----
    It cannot be exported, because of "fast". The network alone can.

    Examples
    --------
    >>> from sklearn_har.recipes import make_best_in_frame
    >>> [name for name, _ in make_best_in_frame(random_state=0).estimators]
    ['light', 'fast']
    """
    seed, other = _seeds(random_state, 2)
    return VotingClassifier(
        [
            ("light", make_light_cnn_lstm(epochs=epochs, batch_size=128, random_state=seed)),
            ("fast", make_fast(random_state=other, n_jobs=n_jobs)),
        ],
        voting="soft",
    )


def _seeds(random_state: int | np.random.RandomState | None, n: int) -> list[int | None]:
    """Draw seeds for networks of an ensemble, None if it has none."""
    if random_state is None:
        return [None] * n
    drawn: list[int | None] = (
        check_random_state(random_state).randint(np.iinfo(np.int32).max, size=n).tolist()
    )
    return drawn
