"""
=========================
Certainty, and abstaining
=========================

A network that says 0.99 need not be right in 99 windows of 100. This example looks at how far its
probabilities are off, mends them by one number, and asks what is gained by leaving uncertain
windows out.
"""

# %%
# Three parts of people
# ---------------------
# Some train the network, some say how certain it may be, and some only measure. The line in the
# comment switches to the real data set.

import numpy as np

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=30, n_windows_per_activity=4, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

people = np.unique(har.subject)
train, held_out, unseen = (
    np.isin(har.subject, part)
    for part in np.split(people, [len(people) // 3, 2 * len(people) // 3])
)

# %%
# A network without dropout, trained for long: certain of itself.

from sklearn_har import LSTMClassifier

network = LSTMClassifier(
    units=16,
    n_steps=4,
    dense_units=32,
    dropout=0.0,
    epochs=40,
    batch_size=16,
    optimizer__learning_rate=0.01,
    scaling="standard",
    random_state=0,
).fit(har.data[train], har.target[train])

# %%
# One number
# ----------
# The network is left as it is (``FrozenEstimator``); a temperature is found on the second part of
# the people, which divides the logarithms of all probabilities. ``method="temperature"`` came with
# scikit-learn 1.8.

from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from sklearn_har.evaluation import expected_calibration_error

calibrated = CalibratedClassifierCV(FrozenEstimator(network), method="temperature")
calibrated.fit(har.data[held_out], har.target[held_out])

y = har.target[unseen]
probabilities = {
    "network": network.predict_proba(har.data[unseen]),
    "with a temperature": calibrated.predict_proba(har.data[unseen]),
}
for name, values in probabilities.items():
    error = expected_calibration_error(y, values, labels=network.classes_)
    right = np.mean(network.classes_[values.argmax(axis=1)] == y)
    print(
        f"{name:20} right {right:.3f}, says {values.max(axis=1).mean():.3f}, "
        f"calibration error {error:.3f}"
    )

# %%
# The reliability diagram is scikit-learn's, of "is it right?" against the confidence. Beside it,
# what leaving out the least certain windows gains: the risk is the share of wrong ones among those
# that are left.

import matplotlib.pyplot as plt
from sklearn.calibration import CalibrationDisplay

from sklearn_har.evaluation import risk_coverage_curve

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained")
for (name, values), style in zip(probabilities.items(), ("o--", "s-"), strict=True):
    correct = network.classes_[values.argmax(axis=1)] == y
    CalibrationDisplay.from_predictions(
        correct, values.max(axis=1), n_bins=5, strategy="quantile", name=name, ax=left
    )
    left.lines[-1].set_linestyle(style[1:])
    coverage, risk, _ = risk_coverage_curve(y, values, labels=network.classes_)
    right.plot(coverage, risk, style[1:], label=name)
left.set(xlabel="Mean confidence", ylabel="Share that is right", xlim=(0.5, 1.02), ylim=(0.5, 1.02))
right.set(xlabel="Share of windows that are answered", ylabel="Share of wrong answers")
right.legend(loc="upper left")
plt.show()

# %%
# A temperature changes no order within a window, so the same activities win. Few people are few:
# measure before and after on people of their own, as here, because a temperature can make it worse
# (:doc:`/user_guide/calibration`).
