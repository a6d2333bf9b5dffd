"""
======================
Scales of the channels
======================

The channels of a window have different units and sizes, and within one channel a stride is a
hundred times as large as the sway of a person who stands. Which scale should a network see? This
example shows three, and what each is worth to the same small network.
"""

# %%
# Windows
# -------
# The line in the comment switches to the real data set; a training then takes minutes.

import numpy as np

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=10, n_windows_per_activity=5, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

# %%
# Three scales
# ------------
# :class:`~sklearn_har.preprocessing.ChannelwiseTransformer` fits a transformer of scikit-learn to
# each channel and keeps the shape of the windows.
# :class:`~sklearn_har.preprocessing.CompandingTransformer` is linear below the noise of a channel
# and logarithmic above.

from sklearn.preprocessing import StandardScaler

from sklearn_har.preprocessing import ChannelwiseTransformer, CompandingTransformer

scales = {
    "as recorded": har.data,
    "standardised": ChannelwiseTransformer(StandardScaler()).fit_transform(har.data),
    "companded": CompandingTransformer().fit_transform(har.data),
}

# %%
import matplotlib.pyplot as plt

channel = har.channel_names.index("body_acc_x")
names = ["walking", "standing", "laying"]
fig, axes = plt.subplots(
    len(names), len(scales), figsize=(9, 5), sharex=True, sharey="col", layout="constrained"
)
seconds = np.arange(har.data.shape[1]) / har.sampling_rate
for column, (scale, windows) in zip(axes.T, scales.items(), strict=True):
    column[0].set_title(scale)
    for ax, name in zip(column, names, strict=True):
        example = np.flatnonzero(har.target == har.target_names.index(name))[2]
        ax.plot(seconds, windows[example, :, channel], linewidth=1.0)
for ax, name in zip(axes[:, 0], names, strict=True):
    ax.set_ylabel(name)
for ax in axes[-1]:
    ax.set_xlabel("Time (s)")
fig.suptitle("Body acceleration along x: in g, in standard deviations, companded")
plt.show()

# %%
# On the first two scales standing and laying are flat lines. Companded, their sway is as large as a
# stride is.
#
# What a network makes of them
# ----------------------------
# The classifiers have these scales as a parameter, which is fitted with the network, inside each
# split, and is saved and exported with it; ``"both"`` gives the network both.

from sklearn_har import LSTMClassifier

unseen = np.isin(har.subject, np.unique(har.subject)[-4:])
clf = LSTMClassifier(units=24, n_steps=8, dense_units=24, epochs=12, batch_size=16, random_state=0)
for scaling in (None, "standard", "companding", "both"):
    clf.set_params(scaling=scaling).fit(har.data[~unseen], har.target[~unseen])
    accuracy = clf.score(har.data[unseen], har.target[unseen])
    print(f"scaling={scaling!r:13}: accuracy on unseen people {accuracy:.3f}")

# %%
# One training each says which scales are far apart and no more. Other scalers of scikit-learn stand
# in a pipeline before the network, where a search can compare them:
# :ref:`sphx_glr_auto_examples_model_selection_plot_tuning.py`.
