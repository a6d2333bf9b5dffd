"""
=============================
A recording of another device
=============================

A classifier needs signals that were prepared like its training data: 50 Hz, g and rad/s, gravity
separated from movement. The log of another phone has other units, another rate, irregular times and
gaps. This example reads such a log and cuts it into windows.
"""

# %%
# A log
# -----
# The log is made from a simulated recording: 100 Hz, m/s² and degrees per second, times in
# milliseconds that jitter, and a gap of two seconds. The line in the comment uses a recording
# behind UCI HAR, which has half that rate.

import numpy as np
import pandas as pd

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(
    n_subjects=1, seconds_per_activity=6.0, sampling_rate=100.0, random_state=0
)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

samples = har.recordings[0].samples[:4000]
rng = np.random.default_rng(0)
milliseconds = 1000.0 * np.arange(len(samples)) / har.sampling_rate
milliseconds += rng.uniform(-3.0, 3.0, len(samples))
log = pd.DataFrame(samples[:, :3] * 9.80665, columns=["ax", "ay", "az"])
log[["gx", "gy", "gz"]] = np.degrees(samples[:, 3:])
log.insert(0, "ms", milliseconds)
log = log.drop(index=range(1500, 1700))
print(log.round(2).head(3).to_string(index=False))

# %%
# Reading
# -------
# The file is told what its columns are; a table in memory is read in the same way. What looks wrong
# is a warning: here the gap is known, so it is caught and printed.

import warnings

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import read_recording

columns = {
    "ax": "total_acc_x",
    "ay": "total_acc_y",
    "az": "total_acc_z",
    "gx": "body_gyro_x",
    "gy": "body_gyro_y",
    "gz": "body_gyro_z",
}
units = {name: "m/s2" if name.startswith("a") else "deg/s" for name in columns}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", RecordingWarning)
    recording = read_recording(log, time="ms", time_unit="ms", channels=columns, units=units)
print(recording)
for warning in caught:
    print(f"warning: {warning.message}")

# %%
# Preparing
# ---------
# :class:`~sklearn_har.preparation.Preparation` does by default what the authors of UCI HAR did: it
# resamples to 50 Hz, removes noise and separates gravity from movement. Every step starts afresh
# after the gap, and no window crosses it.

from sklearn_har.preparation import Preparation

preparation = Preparation()
prepared = preparation.transform([recording])[0]
windows = preparation.windows([recording])
print(prepared)
print(f"channels: {', '.join(prepared.channel_names)}")
print(windows)

# %%
# Before and after
# ----------------

import matplotlib.pyplot as plt

fig, (above, below) = plt.subplots(2, sharex=True, figsize=(8, 5), layout="constrained")
above.plot(log["ms"] / 1000.0, log["ax"], ".", color="0.6", markersize=1.5)
above.set(ylabel="As logged (m/s²)", title="Acceleration along x")
for part, label in zip(prepared.parts, ("total", None), strict=False):
    time = prepared.time[part]
    body = prepared.samples[part, 3]
    below.plot(time, prepared.samples[part, 0], color="tab:blue", linewidth=0.8, label=label)
    below.plot(time, body, "--", color="tab:orange", linewidth=0.8, label=label and "body")
for start in windows.start_time:
    below.axvspan(start, start + windows.window_length, color="0.5", alpha=0.08, linewidth=0)
below.set(xlabel="Time (s)", ylabel="Prepared (g)")
below.legend(loc="lower left", ncols=2)
plt.show()

# %%
# Each grey band is a window, darker where two overlap. The windows have the nine channels of UCI
# HAR, in its units and its order, so a classifier that was trained on UCI HAR can predict them.
