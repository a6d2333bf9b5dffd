"""
=================
Keeping a network
=================

A trained network is saved, loaded, and trained further when new windows come. Saved are numbers and
arrays; nothing in the file is executed when it is read.
"""

# %%
# A training
# ----------
# The line in the comment switches to the real data set.

import numpy as np

from sklearn_har import CNNLSTMClassifier
from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=8, n_windows_per_activity=5, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

people = np.unique(har.subject)
early = np.isin(har.subject, people[: len(people) // 2])
unseen = har.subject == people[-1]
later = ~early & ~unseen

clf = CNNLSTMClassifier(
    filters=16,
    units=24,
    dense_units=24,
    epochs=8,
    batch_size=16,
    scaling="standard",
    random_state=0,
).fit(har.data[early], har.target[early])
print(f"after {clf.n_iter_} epochs: {clf.score(har.data[unseen], har.target[unseen]):.3f}")

# %%
# Saving and loading
# ------------------
# ``pickle`` and ``joblib`` are for files of your own. For files of others use skops (``pip install
# "sklearn-har[export]"``): ``load_model`` loads types of scikit-learn and of this package only. The
# predictions are the same to the last bit.

import tempfile
from pathlib import Path

import skops.io as sio

from sklearn_har.utils.saved_models import load_model

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.skops"
    sio.dump(clf, path)
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")
    loaded = load_model(path)

same = np.array_equal(loaded.predict_proba(har.data[unseen]), clf.predict_proba(har.data[unseen]))
print(f"the same probabilities: {same}")

# %%
# Training further
# ----------------
# ``partial_fit`` trains for one epoch on what it is given and keeps the state of the optimizer:
# here on the windows of people who came later. ``warm_start=True`` does the same for a whole
# ``fit``. New windows alone make a network forget the old ones, so these come along.

accuracy = [loaded.score(har.data[unseen], har.target[unseen])]
known = early | later
for _ in range(6):
    loaded.partial_fit(har.data[known], har.target[known])
    accuracy.append(loaded.score(har.data[unseen], har.target[unseen]))
print(f"after {loaded.n_iter_} epochs: {accuracy[-1]:.3f}")

# %%
# What was learnt when
# --------------------
# The loss of each epoch is in ``history_``.

import matplotlib.pyplot as plt

loss = [*clf.history_["loss"], *loaded.history_["loss"][-6:]]
fig, ax = plt.subplots(layout="constrained")
ax.plot(np.arange(1, len(loss) + 1), loss, "o-")
ax.axvline(clf.n_iter_ + 0.5, color="0.5", linestyle="--")
ax.annotate("saved, loaded", (clf.n_iter_ + 0.6, max(loss)), va="top")
ax.set(xlabel="Epoch", ylabel="Loss on the windows of the training")
plt.show()
