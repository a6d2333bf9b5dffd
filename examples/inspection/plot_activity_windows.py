"""
=========================
What activities look like
=========================

A network learns from windows. Typical ones show what there is to learn, and what will be confused:
stairs differ from level walking by little, and sitting from standing by the direction of gravity
alone.
"""

# %%
# Windows
# -------
# Simulated. The line in the comment switches to the real ones.

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=10, n_windows_per_activity=6, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

print(f"{len(har.data)} windows of {har.data.shape[1]} samples, {har.data.shape[2]} channels")

# %%
# One window of each activity
# ---------------------------
# Chosen from the middle of all its windows. A mean over windows would show nothing: steps do not
# keep time with windows, and cancel out.

import matplotlib.pyplot as plt

from sklearn_har.inspection import ActivityWindowsDisplay

display = ActivityWindowsDisplay.from_windows(
    har.data,
    har.target,
    sampling_rate=har.sampling_rate,
    channel_names=har.channel_names,
    target_names=har.target_names,
)
plt.show()

# %%
# Which people these windows are of:

for name, chosen in zip(har.target_names, display.windows_[:, 0], strict=True):
    print(f"{name}: subject {har.subject[chosen]}")

# %%
# Several windows
# ---------------
# How much do windows of one activity differ? Three of each, one after the other, of one sensor.

ActivityWindowsDisplay.from_windows(
    har.data,
    har.target,
    sampling_rate=har.sampling_rate,
    n_windows=3,
    channel_names=har.channel_names,
    target_names=har.target_names,
    channels=["body_gyro_x", "body_gyro_y", "body_gyro_z"],
)
plt.show()
