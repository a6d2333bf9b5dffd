"""Write the files that later versions must load: run once after each change of the state format.

The files have the next number. In the repository, it is the number of the format.

python tests/neural_network/golden/make.py
"""

import json
import pickle
from pathlib import Path

import numpy as np
import skops.io

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

FOLDER = Path(__file__).parent
SMALL = {"dense_units": 3, "epochs": 1, "random_state": 0}
MODELS = {
    "lstm": LSTMClassifier(units=2, n_steps=4, **SMALL),
    "cnn-lstm": CNNLSTMClassifier(filters=2, units=2, n_steps=2, **SMALL),
    "conv-lstm": ConvLSTMClassifier(filters=2, n_steps=2, **SMALL),
}


def windows():
    """Return the 12 windows of shape (16, 2) and the labels that the models were trained with."""
    time = np.arange(16)[:, None] / 16
    y = np.arange(12) % 3
    X = np.sin(2 * np.pi * (1 + y[:, None, None]) * time + np.array([0, 1.0]) + y[:, None, None])
    return X.astype(np.float32), np.array(["laying", "sitting", "walking"])[y]


def main():
    """Train the models and write them with their probabilities."""
    X, y = windows()
    expected = {}
    number = 1 + len(list(FOLDER.glob("format-*.json")))
    for name, model in MODELS.items():
        model.fit(X, y)
        stem = FOLDER / f"format-{number}-{name}"
        skops.io.dump(model, stem.with_suffix(".skops"))
        stem.with_suffix(".pickle").write_bytes(pickle.dumps(model))
        expected[name] = model.predict_proba(X).astype(float).round(7).tolist()
    path = FOLDER / f"format-{number}.json"
    path.write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
