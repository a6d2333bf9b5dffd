"""
=======================
Which channels it needs
=======================

Would half of the sensors do? The importance of a channel is what the accuracy loses when its signal
comes from other windows.
"""

# %%
# A model
# -------
# Trained on some subjects, measured on others. The windows are simulated; the line in the comment
# switches to the real ones, which take minutes.

import numpy as np

from sklearn_har import CNNLSTMClassifier
from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=12, n_windows_per_activity=6, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

unseen = np.isin(har.subject, np.unique(har.subject)[-4:])
clf = CNNLSTMClassifier(
    filters=16, units=16, epochs=12, batch_size=16, scaling="standard", random_state=0
)
clf.fit(har.data[~unseen], har.target[~unseen])
print(f"accuracy on unseen people {clf.score(har.data[unseen], har.target[unseen]):.3f}")

# %%
# Its channels
# ------------
# Total and body acceleration tell much of the same: each stands in for the other, and alone looks
# less important than the two are together.

import matplotlib.pyplot as plt

from sklearn_har.inspection import ChannelImportanceDisplay

display = ChannelImportanceDisplay.from_estimator(
    clf,
    har.data[unseen],
    har.target[unseen],
    channel_names=har.channel_names,
    random_state=0,
)
print(f"most important: {', '.join(display.channels_[:3])}")
plt.show()
