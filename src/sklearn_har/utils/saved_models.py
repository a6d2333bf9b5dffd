"""Saved models, loaded without running code of strangers.

skops loads the types that a file names only if you trust them. This module has the list of the
types of this package, for `skops.io.load` and for whatever calls it, such as MLflow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn_har.utils._errors import one_line
from sklearn_har.utils._optional import import_optional
from sklearn_har.utils._public import FORMER_NAMES

__all__ = ["load_model", "trusted_types"]


def trusted_types() -> list[str]:
    """Return the types of this package that a saved model may hold.

    They are the public estimators and augmentations, by the names that the documentation has and
    by those that files of older versions have. Other classes and functions of the package are left
    out, because a file may also name functions to be called.

    Returns
    -------
    types : list of str
        Names for the parameter `trusted` of `skops.io.load`, and for `skops_trusted_types` of
        MLflow, sorted.

    See Also
    --------
    load_model : Load a model that holds no other types.

    Examples
    --------
    >>> from sklearn_har.utils.saved_models import trusted_types
    >>> [name for name in trusted_types() if name.endswith(".LSTMClassifier")]
    ['sklearn_har.neural_network.LSTMClassifier', 'sklearn_har.neural_network._lstm.LSTMClassifier']
    """
    from sklearn_har import augmentation
    from sklearn_har.utils.discovery import all_estimators

    types = [item for _, item in all_estimators()]
    types += [getattr(augmentation, name) for name in augmentation.__all__]
    names = {f"{item.__module__}.{item.__qualname__}" for item in types}
    return sorted(names | {FORMER_NAMES[item] for item in types if item in FORMER_NAMES})


def load_model(path: str | Path) -> Any:
    """Load an estimator that was saved by `skops.io.dump`.

    Only types that skops trusts by itself, which are most of scikit-learn, NumPy and SciPy, and
    those of :func:`trusted_types` are loaded.

    Parameters
    ----------
    path : str or Path
        The file, usually with the ending .skops.

    Returns
    -------
    model : estimator
        The estimator as it was saved.

    Raises
    ------
    ValueError
        If the file is not one of skops, is damaged, or holds other types.
    OSError
        If the file cannot be read.
    ImportError
        If skops is not installed.

    See Also
    --------
    trusted_types : The types of this package that a file may hold.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import skops.io
    >>> from sklearn_har.preprocessing import SubsequenceReshaper
    >>> from sklearn_har.utils.saved_models import load_model
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "reshaper.skops"
    ...     skops.io.dump(SubsequenceReshaper(n_steps=8), path)
    ...     load_model(path)
    SubsequenceReshaper(n_steps=8)
    """
    skops_io = import_optional("skops.io", extra="export", needed_by="A file of skops")
    content = Path(path).read_bytes()
    try:
        unknown = skops_io.get_untrusted_types(data=content)
    except Exception as error:  # zipfile, json and skops raise many kinds of errors
        raise ValueError(f"{path}: not a model saved by skops ({one_line(error)})") from error
    foreign = sorted(set(unknown) - set(trusted_types()))
    if foreign:
        raise ValueError(
            f"{path}: holds types that are neither of scikit-learn nor estimators of this package, "
            f"{', '.join(foreign)}. If you trust them, load it by skops.io.load in Python"
        )
    try:
        return skops_io.loads(content, trusted=unknown)
    except Exception as error:  # constructors raise many kinds of errors for altered values
        raise ValueError(
            f"{path}: cannot be loaded ({type(error).__name__}: {one_line(error)}): it was "
            "altered, is incomplete, or was saved with other versions of the libraries"
        ) from error
