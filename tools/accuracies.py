"""Accuracies that the benchmark kept, for the tables of README and documentation."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "benchmarks" / "quality" / "accuracy.json"
# Name, accuracy of ten trainings and of three trainings as others published them, weights.
PUBLISHED = {
    "LSTM": ("LSTMClassifier", "89.7 (1.4)", "89.9 (1.8)", "54,706"),
    "CNN-LSTM": ("CNNLSTMClassifier", "90.7 (1.05)", "90.5 (0.85)", "423,650"),
    "ConvLSTM": ("ConvLSTMClassifier", "90.8 (0.89)", "90.1 (1.2)", "249,026"),
}
RECIPES = ("make_lstm", "make_cnn_lstm", "make_conv_lstm", "make_best")
RIVALS = ("MiniRocket", "MultiRocket-Hydra")


def kept_accuracy(name: str) -> tuple[str, str]:
    """Return the accuracy on the official split that the benchmark kept, and how many trainings."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    scores = [run["accuracy"] for run in kept[name]["official"].values()]
    return per_cent(scores), str(len(scores))


def accuracy_rows() -> Iterator[tuple[str, str, str, str]]:
    """Give name, accuracy, trainings and published accuracy: what a newcomer compares."""
    for name, (classifier, published, *_) in PUBLISHED.items():
        yield classifier, *kept_accuracy(f"{name}, published"), published
    for name in (*RECIPES, RIVALS[0]):
        yield name, *kept_accuracy(name), ""


def per_cent(fractions: Sequence[float]) -> str:
    """Return the mean and, of several, the standard deviation."""
    values = [100 * fraction for fraction in fractions]
    spread = f" ({statistics.pstdev(values):.1f})" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{spread}"
