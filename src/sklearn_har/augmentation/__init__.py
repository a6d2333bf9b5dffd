"""Random changes of training windows that preserve their activity."""

from sklearn_har.augmentation._base import Augmentation, check_augmentations
from sklearn_har.augmentation._classifier import AugmentedClassifier
from sklearn_har.augmentation._motion import AmplitudeScaling, CadenceScaling
from sklearn_har.augmentation._rotation import DeviceRotation, GravityRotation
from sklearn_har.augmentation._sensor import SensorNoise
from sklearn_har.utils._public import name_classes_after

__all__ = [
    "AmplitudeScaling",
    "Augmentation",
    "AugmentedClassifier",
    "CadenceScaling",
    "DeviceRotation",
    "GravityRotation",
    "SensorNoise",
    "check_augmentations",
]

name_classes_after(__name__)
