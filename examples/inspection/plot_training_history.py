"""
===========================
Was it trained long enough?
===========================

The curves of loss and accuracy say whether a network still learns, has learnt, or has begun to
learn its training windows by heart. The windows that tell are of training subjects that were held
out: never those of the test.
"""

# %%
# Windows
# -------
# Simulated and few, so that the example takes seconds. The line in the comment switches to the real
# ones, which take minutes.

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=12, n_windows_per_activity=4, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

# %%
# One training
# ------------
# With ``early_stopping`` and ``groups``, whole subjects are held out for validation, and training
# ends when they are not recognised any better.

import matplotlib.pyplot as plt

from sklearn_har import LSTMClassifier
from sklearn_har.inspection import TrainingHistoryDisplay

clf = LSTMClassifier(
    n_steps=8,
    units=16,
    dense_units=16,
    epochs=30,
    batch_size=16,
    scaling="standard",
    early_stopping=True,
    validation_fraction=0.25,
    n_iter_no_change=5,
    optimizer__learning_rate=5e-3,
    random_state=0,
)
clf.fit(har.data, har.target, groups=har.subject)
print(f"{clf.n_iter_} epochs")

TrainingHistoryDisplay.from_estimator(clf)
plt.show()

# %%
# Several trainings
# -----------------
# The training is random. A repeated evaluation keeps the history of each, and the display shows
# their mean and spread. Two settings on the same axes can be compared.

import numpy as np

from sklearn_har.evaluation import repeated_evaluation

unseen = np.isin(har.subject, np.unique(har.subject)[-4:])
axes = None
for name, rate in [("1e-3", 1e-3), ("5e-3", 5e-3)]:
    model = LSTMClassifier(
        n_steps=8, units=16, dense_units=16, epochs=10, batch_size=16, optimizer__learning_rate=rate
    )
    result = repeated_evaluation(
        model,
        har.data[~unseen],
        har.target[~unseen],
        X_test=har.data[unseen],
        y_test=har.target[unseen],
        n_repeats=3,
        random_state=0,
    )
    print(f"learning rate {name}: {result.mean:.3f} (+/-{result.std:.3f})")
    axes = TrainingHistoryDisplay.from_estimator(result, name=name, ax=axes).axes_
plt.show()
