"""
===========================
How long should windows be?
===========================

A short window answers quickly and often belongs to one activity only; a long one holds more strides
and is easier to tell. This example cuts the same recordings into windows of several lengths and
compares what a classifier makes of people it has not seen.
"""

# %%
# Recordings
# ----------
# One recording a person, with a label for each sample; -1 stands for transitions, which have no
# label here. The line in the comment switches to the recordings behind UCI HAR, whose windows of
# 2.56 s ``fetch_uci_har()`` gives ready-made.

import numpy as np

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(n_subjects=8, seconds_per_activity=20.0, random_state=0)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

print(f"{len(har.recordings)} recordings, the first of {len(har.recordings[0])} samples")

# %%
# Cutting
# -------
# The length is given in seconds. Windows overlap by half, and one that is mostly without a label is
# left out. With ``label_rule="all-equal"`` a window in which the activity changes is left out too.

from sklearn_har.segmentation import segment_recordings


def cut(seconds, label_rule="majority"):
    return segment_recordings(
        har.recordings,
        har.labels,
        har.subject,
        window=seconds,
        overlap=0.5,
        sampling_rate=har.sampling_rate,
        label_rule=label_rule,
    )


for seconds in (0.64, 2.56, 5.12):
    windows, pure = cut(seconds), cut(seconds, "all-equal")
    print(
        f"{seconds:.2f} s: {len(windows.data):5} windows, "
        f"{1 - len(pure.data) / len(windows.data):5.1%} of them not of one activity alone"
    )

# %%
# What each length is worth
# -------------------------
# Statistics of each channel and trees train in a moment, which leaves time for many lengths. All
# windows of a person are on one side of every split, so those that overlap are too.

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
# Grey points are the folds. A stride takes about a second: windows shorter than that show only a
# part of one. Accuracies of different lengths are of different windows, so differences that are
# small against the spread of the folds mean nothing. The answer of a live recogniser comes when its
# window is complete, which speaks for the shortest length that is good enough.
