"""
===============
A rare activity
===============

People sit for hours and climb stairs for seconds. A network that is trained on windows in that
proportion does well on average by forgetting the stairs. ``class_weight`` tells it not to.
"""

# %%
# Windows with few stairs
# -----------------------
# Of every person, one window in three of walking upstairs and downstairs is kept for the training.
# The people of the test keep all windows. The line in the comment switches to the real data set.

import numpy as np

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=12, n_windows_per_activity=6, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

unseen = np.isin(har.subject, np.unique(har.subject)[-4:])
stairs = np.isin(har.target, [1, 2])
kept = ~unseen & (~stairs | (np.arange(len(stairs)) % 3 == 0))
X, y = har.data[kept], har.target[kept]
for name, count in zip(har.target_names, np.bincount(y), strict=True):
    print(f"{name:20}{count:4} windows")

# %%
# With and without weights
# ------------------------
# ``"balanced"`` weighs each activity by the inverse of its frequency; a dictionary would give each
# a weight of its own, and ``fit`` takes ``sample_weight`` as well.

from sklearn.metrics import recall_score

from sklearn_har import CNNLSTMClassifier

recalls = {}
for class_weight in (None, "balanced"):
    clf = CNNLSTMClassifier(
        filters=24,
        units=24,
        dense_units=24,
        epochs=20,
        batch_size=16,
        scaling="standard",
        class_weight=class_weight,
        random_state=0,
    ).fit(X, y)
    predicted = clf.predict(har.data[unseen])
    recalls[class_weight] = recall_score(har.target[unseen], predicted, average=None)
    print(
        f"class_weight={class_weight!r:10}: accuracy "
        f"{np.mean(predicted == har.target[unseen]):.3f}, "
        f"recall averaged over activities {recalls[class_weight].mean():.3f}"
    )

# %%
# Recall of each activity
# -----------------------

import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
places = np.arange(len(har.target_names))
for offset, (class_weight, values), hatch in zip(
    (-0.2, 0.2), recalls.items(), ("", "//"), strict=True
):
    ax.bar(
        places + offset,
        values,
        width=0.4,
        hatch=hatch,
        edgecolor="white",
        label=f"class_weight={class_weight!r}",
    )
ax.set_xticks(places, [name.replace("_", "\n") for name in har.target_names])
ax.set(ylabel="Recall on unseen people", ylim=(0, 1.02))
ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False)
plt.show()

# %%
# Weights do not make windows: what a handful of examples do not show cannot be learnt from them.
# Judge by a score that sees the rare activity, such as ``scoring="balanced_accuracy"``, and not by
# the accuracy, which hardly does.
