"""Transformers of windows."""

from sklearn_har.preprocessing._centering import WindowCentering
from sklearn_har.preprocessing._channelwise import ChannelwiseTransformer
from sklearn_har.preprocessing._companding import CompandingTransformer
from sklearn_har.preprocessing._random_kernels import RandomKernels
from sklearn_har.preprocessing._subsequences import SubsequenceReshaper
from sklearn_har.preprocessing._window_features import WindowFeatures
from sklearn_har.preprocessing._window_reshaper import WindowReshaper
from sklearn_har.utils._public import name_classes_after

__all__ = [
    "ChannelwiseTransformer",
    "CompandingTransformer",
    "RandomKernels",
    "SubsequenceReshaper",
    "WindowCentering",
    "WindowFeatures",
    "WindowReshaper",
]

name_classes_after(__name__)
