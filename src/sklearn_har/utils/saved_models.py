"""Load saved models without running code from the file.

skops loads only trusted types. This module lists those of this package for `skops.io.load` and for
libraries that call it, such as MLflow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn_har.utils._errors import one_line
from sklearn_har.utils._optional import import_optional
from sklearn_har.utils._public import FORMER_NAMES

__all__ = ["load_model", "trusted_types"]


def trusted_types() -> list[str]:
    """Return the types of this package that a saved model may contain.

    They are the public estimators and augmentations, by their documented names and by those in
    files of older versions, and the `Bunch` in which a
    :class:`~sklearn.ensemble.VotingClassifier` keeps its members. Other classes and functions are
    excluded, because a file could call them.

    Returns
    -------
    types : list of str
        Sorted names for the parameter `trusted` of `skops.io.load`, and `skops_trusted_types` of
        MLflow.

    See Also
    --------
    load_model : Load a model that contains no other types.

    Examples
    --------
    >>> from sklearn_har.utils.saved_models import trusted_types
    >>> [name for name in trusted_types() if name.endswith(".LSTMClassifier")]
    ['sklearn_har.neural_network.LSTMClassifier', 'sklearn_har.neural_network._lstm.LSTMClassifier']
    """
    from sklearn.utils import Bunch

    from sklearn_har import augmentation
    from sklearn_har.utils.discovery import all_estimators

    types = [Bunch, *(item for _, item in all_estimators())]
    public = [getattr(augmentation, name) for name in augmentation.__all__]
    types += [item for item in public if isinstance(item, type)]
    names = {f"{item.__module__}.{item.__qualname__}" for item in types}
    return sorted(names | {FORMER_NAMES[item] for item in types if item in FORMER_NAMES})


def load_model(path: str | Path) -> Any:
    """Load an estimator that was saved by `skops.io.dump`.

    It loads only types that skops trusts by default, which are most of scikit-learn, NumPy and
    SciPy, and those of :func:`trusted_types`.

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
        If the file is not a skops file, is damaged, or contains other types.
    OSError
        If the file cannot be read.
    ImportError
        If skops is not installed.

    See Also
    --------
    trusted_types : List the types of this package that a file may contain.

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
