"""Keras on JAX and on PyTorch, each in a process of its own, against TensorFlow in this one."""

import importlib.util
import json
import os
import pickle
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import numpy as np
import pytest

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.augmentation import GravityRotation, SensorNoise

# JAX compiles each step of each network, for minutes on a busy machine.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[2]
BACKENDS = {"jax": "jax[cpu]", "torch": "torch"}

# What each network has that another one has not.
NETWORKS = {
    "lstm": LSTMClassifier(units=6, dense_units=8),
    "lstm-of-steps": LSTMClassifier(units=6, n_steps=4, bidirectional=True, pooling="both"),
    "cnn-lstm": CNNLSTMClassifier(
        filters=4,
        units=6,
        batch_normalization=True,
        scaling="both",
        schedule="cosine",
        augmentation=[GravityRotation(), SensorNoise()],
    ),
    "conv-lstm": ConvLSTMClassifier(filters=4, dense_units=None),
}

PREDICT_AND_TRAIN = """
import json, pickle, sys
import keras
import numpy as np
from sklearn.base import clone

content = np.load(sys.argv[1] + "/windows.npz")
X, y = content["X"], content["y"]
told = {"backend": keras.backend.backend()}
for name in sys.argv[2:]:
    with open(f"{sys.argv[1]}/{name}.pickle", "rb") as file:
        clf = pickle.load(file)
    difference = np.abs(clf.predict_proba(X) - content[name]).max()
    one = np.abs(clf.predict_proba(X[:1]) - content[name][:1]).max()
    again = clone(clf).set_params(epochs=2).fit(X, y)
    again.partial_fit(X, y)
    told[name] = {"difference": float(max(difference, one)), "losses": again.history_["loss"]}
    if name == "lstm-of-steps":
        repeated = clone(clf).set_params(epochs=2).fit(X, y).partial_fit(X, y)
        differences = np.abs(again.predict_proba(X) - repeated.predict_proba(X))
        told[name]["repeats"] = float(differences.max())
print(json.dumps(told))
"""

TWO_DEVICES = """
import json, sys
import jax, keras
import numpy as np
from sklearn_har import LSTMClassifier

content = np.load(sys.argv[1] + "/windows.npz")
def train():
    clf = LSTMClassifier(units=6, n_steps=4, dense_units=None, dropout=0.0, epochs=2,
                         batch_size=32, optimizer="sgd", random_state=0)
    return clf.fit(content["X"], content["y"])

alone = train()
keras.distribution.set_distribution(keras.distribution.DataParallel())
both = train()
kernel = both.model_.trainable_weights[0].value
print(json.dumps({
    "devices": len(jax.devices()),
    "of the kernel": len(kernel.sharding.device_set),
    "difference": float(np.abs(both.predict_proba(content["X"])
                               - alone.predict_proba(content["X"])).max()),
}))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Networks of each kind, trained on TensorFlow, and what they say about 64 windows."""
    folder = tmp_path_factory.mktemp("backends")
    rng = np.random.default_rng(0)
    y = np.arange(64) % 3
    X = (rng.normal(size=(64, 32, 9)) + y[:, None, None]).astype(np.float32)
    told = {}
    for name, clf in NETWORKS.items():
        clf.set_params(epochs=1, batch_size=32, random_state=0).fit(X, y)
        told[name] = clf.predict_proba(X)
        (folder / f"{name}.pickle").write_bytes(pickle.dumps(clf))
    np.savez(folder / "windows.npz", X=X, y=y, **told)
    return folder


def python_with(backend, folder):
    """Return an interpreter with the packages of this one and the backend.

    `SKLEARN_HAR_TEST_JAX` and `SKLEARN_HAR_TEST_TORCH` name one that is there already, with a small
    build of the backend, say.
    """
    if named := os.environ.get(f"SKLEARN_HAR_TEST_{backend.upper()}"):
        return named
    if importlib.util.find_spec(backend):
        return sys.executable
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    (packages,) = folder.glob("lib/python*/site-packages")
    ours = sysconfig.get_paths()["purelib"]
    # The folder is treated as the one of an environment, with its own .pth files.
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    run = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", BACKENDS[backend]],
        capture_output=True,
        text=True,
    )
    if run.returncode:
        pytest.skip(f"pip cannot install {backend}: {run.stderr.strip().splitlines()[-1]}")
    return python


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request, tmp_path_factory):
    """The name of a backend and an interpreter that has it."""
    folder = tmp_path_factory.mktemp(f"venv-{request.param}")
    return request.param, python_with(request.param, folder)


def told_by(python, code, *argv, **environment):
    run = subprocess.run(
        [python, "-c", code, *map(str, argv)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.strip().splitlines()[-1])


def test_a_network_predicts_the_same_and_can_be_trained(backend, files):
    name, python = backend
    told = told_by(python, PREDICT_AND_TRAIN, files, *NETWORKS, KERAS_BACKEND=name)
    assert told.pop("backend") == name
    assert set(told) == set(NETWORKS)
    for network in told.values():
        assert network["difference"] < 1e-5
        assert len(network["losses"]) == 3
        assert np.isfinite(network["losses"]).all()
        assert len(set(network["losses"])) == 3
    # The seed decides on each backend, though not the same on all.
    assert told["lstm-of-steps"]["repeats"] < 1e-6


def test_two_devices_share_a_training(files, tmp_path):
    python = python_with("jax", tmp_path / "venv")
    told = told_by(
        python,
        TWO_DEVICES,
        files,
        KERAS_BACKEND="jax",
        XLA_FLAGS="--xla_force_host_platform_device_count=2",
    )
    assert told["devices"] == told["of the kernel"] == 2
    assert told["difference"] < 1e-5
