"""
===========================
Is one model really better?
===========================

Two trainings of one network differ by points of accuracy. A model is better than another only if
the difference is larger than that: several trainings of each show it.
"""

# %%
# Windows
# -------
# Simulated and few, so that the example takes seconds. Real windows, to which the line in the
# comment switches, take an hour with the published settings.

import numpy as np

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=12, n_windows_per_activity=4, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

unseen = np.isin(har.subject, np.unique(har.subject)[-4:])

# %%
# Several trainings of each
# -------------------------
# The networks are made small for this example. Every repeat counts: the best one is no result.

from sklearn_har import CNNLSTMClassifier, LSTMClassifier
from sklearn_har.evaluation import repeated_evaluation

common = {"units": 16, "dense_units": 16, "batch_size": 16, "optimizer__learning_rate": 5e-3}
models = {
    "LSTM": LSTMClassifier(n_steps=8, epochs=10, **common),
    "LSTM, scaled": LSTMClassifier(n_steps=8, epochs=10, scaling="standard", **common),
    "CNN-LSTM, scaled": CNNLSTMClassifier(filters=8, epochs=10, scaling="standard", **common),
}
results = {
    name: repeated_evaluation(
        model,
        har.data[~unseen],
        har.target[~unseen],
        X_test=har.data[unseen],
        y_test=har.target[unseen],
        n_repeats=3,
        random_state=0,
    )
    for name, model in models.items()
}
for name, result in results.items():
    print(f"{name:17} {100 * result.mean:.1f} (+/-{100 * result.std:.1f})")

# %%
# Side by side
# ------------
# A ring is a training, the box holds the middle half of them, the diamond is their mean. Where
# boxes overlap by much, more trainings are needed, or the models are equally good.

import matplotlib.pyplot as plt

from sklearn_har.inspection import RepeatedEvaluationDisplay

RepeatedEvaluationDisplay.from_evaluations(results)
plt.show()
