"""
=============
A new subject
=============

A network that learnt from other people meets somebody new. Everybody carries the phone in a way of
their own, and a few seconds with labels may tell the network how. It goes on by ``partial_fit``,
without forgetting the others.
"""

# %%
# Known people and new ones
# -------------------------
# The line in the comment switches to the real data set.

import numpy as np

from sklearn_har import CNNLSTMClassifier
from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=12, n_windows_per_activity=12, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

new_subjects = np.unique(har.subject)[-6:]
known = ~np.isin(har.subject, new_subjects)
everybodys = CNNLSTMClassifier(
    filters=24,
    units=24,
    dense_units=24,
    epochs=8,
    batch_size=16,
    scaling="standard",
    random_state=0,
).fit(har.data[known], har.target[known])

# %%
# One window of each activity
# ---------------------------
# The copy sees the first window of each activity of the new subject, six in all, and in each round
# other windows of the known people; both count the same. It learns in small steps.

import copy


def personalise(classifier, X_own, y_own, X_known, y_known, n_rounds=15):
    rng = np.random.default_rng(0)
    personal = copy.deepcopy(classifier).set_params(optimizer__learning_rate=5e-4)
    n_own, n_others = len(X_own), 10 * len(X_own)
    for _ in range(n_rounds):
        others = rng.choice(len(X_known), n_others, replace=False)
        personal.partial_fit(
            np.concatenate([X_own, X_known[others]]),
            np.concatenate([y_own, y_known[others]]),
            sample_weight=np.repeat([1 / n_own, 1 / n_others], [n_own, n_others]),
        )
    return personal


# %%
# Before and after
# ----------------
# Measured on windows that the copy has not seen. Where windows overlap, as those of UCI HAR do, the
# neighbours of the six share samples with them and are left out as well.

before, after = [], []
for subject in new_subjects:
    X, y = har.data[har.subject == subject], har.target[har.subject == subject]
    own = np.array([np.flatnonzero(y == activity)[0] for activity in np.unique(y)])
    neighbours = np.clip(own[:, np.newaxis] + [-1, 0, 1], 0, len(y) - 1)
    rest = np.setdiff1d(np.arange(len(y)), neighbours)
    personal = personalise(everybodys, X[own], y[own], har.data[known], har.target[known])
    before.append(100 * everybodys.score(X[rest], y[rest]))
    after.append(100 * personal.score(X[rest], y[rest]))
    print(f"subject {subject}: {before[-1]:5.1f} % before, {after[-1]:5.1f} % after")

# %%
# Each line is a person.

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(6.5, 4), layout="constrained")
for marker, subject, values in zip(
    "osD^vP", new_subjects, zip(before, after, strict=True), strict=True
):
    ax.plot([0, 1], values, marker=marker, label=f"subject {subject}")
ax.set_xticks([0, 1], ["everybody's network", "after one window\nof each activity"])
ax.set(xlim=(-0.3, 1.3), ylabel="Accuracy on the other windows (%)")
ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))  # beside the lines, not on them
plt.show()

# %%
# What this brings real people is in the results: it was measured on the test subjects of UCI HAR,
# with settings that the training subjects chose.
