"""Networks as their classifiers build them."""

import numpy as np


def untrained(classifier, input_shape, n_classes, **params):
    """Give the Keras model of a classifier that was not trained."""
    X = np.zeros((n_classes, *input_shape), dtype=np.float32)
    return classifier(**params).initialize(X, np.arange(n_classes)).model_
