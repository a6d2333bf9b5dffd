"""Which scikit-learn the tests run with."""

import sklearn
from sklearn.utils.fixes import parse_version


def older_than(version: str) -> bool:
    """Say whether scikit-learn is older than `version`."""
    return parse_version(sklearn.__version__) < parse_version(version)
