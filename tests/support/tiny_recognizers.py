"""Small recognizers, and recordings whose channels have names."""

from dataclasses import replace

from sklearn.ensemble import ExtraTreesClassifier

from sklearn_har import ActivityRecognizer, CNNLSTMClassifier

NAMES = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")


def trees(**params):
    """Return a recognizer of trees. It trains fast, and a window needs no others for its answer."""
    return ActivityRecognizer(
        ExtraTreesClassifier(10, random_state=0), window_layout="flat", **params
    )


def network(**params):
    """Return a small network, for a recognizer or to be saved."""
    tiny = {"n_steps": 2, "filters": 4, "units": 4, "dense_units": 4, "epochs": 1}
    return CNNLSTMClassifier(**{**tiny, "random_state": 0, **params})


def with_names(recording, names, order=slice(None)):
    """Return a copy of a recording with other names, and its channels in another order."""
    return replace(recording, samples=recording.samples[:, order], channel_names=names)
