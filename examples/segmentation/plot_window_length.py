"""
===========================
How long should windows be?
===========================

A short window gives an answer quickly and often belongs to one activity only. A long window holds
more strides and is easier to classify. This example cuts the same recordings into windows of
several lengths and compares the accuracy on held-out subjects.
"""

# %%
# Recordings
# ----------
# There is one recording for each subject, with a label for each sample. Transitions between
# activities have no label. The line in the comment switches to the recordings behind UCI HAR.

import numpy as np

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(n_subjects=8, seconds_per_activity=20.0, random_state=0)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

print(f"{len(har.recordings)} recordings, the first of them {har.recordings[0]}")

# %%
# Cutting
# -------
# The length is a float and so a number of seconds. Windows overlap by half, and windows that are
# mostly unlabelled are left out. With ``label_rule="all-equal"``, windows in which the activity
# changes are left out too.

from sklearn_har.segmentation import segment_recordings


def cut(seconds, label_rule="majority"):
    return segment_recordings(har.recordings, window=seconds, label_rule=label_rule)


for seconds in (0.64, 2.56, 5.12):
    windows, pure = cut(seconds), cut(seconds, "all-equal")
    print(
        f"{seconds:.2f} s: {len(windows.data):5} windows, "
        f"{1 - len(pure.data) / len(windows.data):5.1%} of them with several labels"
    )

# %%
# Accuracy for each length
# ------------------------
# Trees on statistics of each channel train quickly, so that many lengths can be compared. All
# windows of a subject are on the same side of every split.

from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer


def channel_statistics(X):
    quantiles = np.quantile(X, [0.05, 0.5, 0.95], axis=1)
    return np.concatenate([X.mean(axis=1), X.std(axis=1), *quantiles], axis=1)


model = make_pipeline(
    FunctionTransformer(channel_statistics), ExtraTreesClassifier(50, random_state=0)
)
lengths = [0.32, 0.64, 1.28, 2.56, 5.12]
scores = []
for seconds in lengths:
    windows = cut(seconds)
    scores.append(
        cross_val_score(
            model, windows.data, windows.target, groups=windows.subject, cv=GroupKFold(4)
        )
    )
scores = np.array(scores)

# %%
import matplotlib.pyplot as plt

fig, ax = plt.subplots(layout="constrained")
ax.plot(lengths, scores, "o", color="0.6", markersize=4)
ax.plot(lengths, scores.mean(axis=1), "o-", color="tab:blue", label="mean over the folds")
ax.set_xscale("log", base=2)
ax.set_xticks(lengths, [f"{seconds:g}" for seconds in lengths])
ax.set(xlabel="Length of the windows (s)", ylabel="Accuracy on unseen people")
ax.legend()
plt.show()

# %%
# Grey points are the folds. A stride takes about a second: shorter windows show only a part of one.
# Each length has other windows, so differences that are small compared with the spread of the folds
# mean nothing. Live recognition has to wait until a window is complete: choose the shortest length
# that is accurate enough.
