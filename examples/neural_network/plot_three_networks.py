"""
==================
The three networks
==================

An LSTM reads a window sample by sample, a CNN-LSTM describes subsequences by convolutions before an
LSTM reads them, and a ConvLSTM does both at once. This example trains a small version of each by
cross-validation over people, and compares accuracy, time and number of weights.
"""

# %%
# Windows
# -------
# The line in the comment switches to the real data set. For figures that can be compared with
# published ones, leave out the small sizes below, too, and see :doc:`/results`.

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=8, n_windows_per_activity=5, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

# %%
# Three pipelines
# ---------------
# They differ in the class only. The LSTM reads subsequences of eight samples, because 128 steps
# would take longer than all the rest of this page.

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier
from sklearn_har.preprocessing import ChannelwiseTransformer

common = {"dense_units": 32, "epochs": 10, "batch_size": 16, "random_state": 0}
networks = {
    "LSTM": LSTMClassifier(units=32, n_steps=16, **common),
    "CNN-LSTM": CNNLSTMClassifier(filters=16, units=32, **common),
    "ConvLSTM": ConvLSTMClassifier(filters=16, **common),
}
models = {
    name: make_pipeline(ChannelwiseTransformer(StandardScaler()), clf)
    for name, clf in networks.items()
}

# %%
# Cross-validation over people
# ----------------------------
# Each fold holds four people whom its network has not seen. The scaling is fitted within it.

from sklearn.model_selection import GroupKFold, cross_validate

results = {
    name: cross_validate(
        model,
        har.data,
        har.target,
        groups=har.subject,
        cv=GroupKFold(2),
        return_estimator=True,
    )
    for name, model in models.items()
}
for name, result in results.items():
    scores = result["test_score"]
    weights = result["estimator"][0][-1].model_.count_params()
    print(
        f"{name:8}  {scores.mean():.3f} (+/-{scores.std():.3f})  "
        f"{result['fit_time'].mean():4.1f} s a training  {weights:7,} weights"
    )

# %%
# Where they go wrong
# -------------------
# The confusion matrix is scikit-learn's. Predictions of the people in the test fold of each split
# make one for everybody.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay

name = max(results, key=lambda name: results[name]["test_score"].mean())
predicted = np.empty_like(har.target)
folds = GroupKFold(2).split(har.data, har.target, har.subject)
for model, (_, test) in zip(results[name]["estimator"], folds, strict=True):
    predicted[test] = model.predict(har.data[test])

fig, ax = plt.subplots(figsize=(6, 5), layout="constrained")
ConfusionMatrixDisplay.from_predictions(
    har.target,
    predicted,
    display_labels=[activity.replace("_", " ") for activity in har.target_names],
    xticks_rotation="vertical",
    cmap="Blues",
    colorbar=False,
    ax=ax,
)
ax.set_title(f"{name}, people it has not seen")
plt.show()

# %%
# Folds differ by their people, and trainings by their seed, so a difference between networks that
# is small against the spread is none. :func:`~sklearn_har.evaluation.repeated_evaluation` repeats
# trainings: :doc:`/user_guide/evaluation`.
