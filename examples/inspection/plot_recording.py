"""
=======================
What is in a recording?
=======================

Before anything is trained: what did the sensor record, what was labelled when, and which windows
will a network see? A look finds what no error message does, such as labels that come late or a
sensor that was upside down.
"""

# %%
# A recording
# -----------
# Simulated, with a label for each sample; -1 is a transition between two activities. The line in
# the comment switches to the recordings behind UCI HAR.

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(n_subjects=1, seconds_per_activity=15.0, random_state=0)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

samples, labels = har.recordings[0], har.labels[0]
print(f"{len(samples)} samples at {har.sampling_rate:g} Hz: {', '.join(har.channel_names)}")

# %%
# Windows
# -------
# Of 2.56 s, each sharing half with the next one, as those of UCI HAR. What is mostly unlabelled is
# left out.

from sklearn_har.segmentation import segment_recording

windows = segment_recording(samples, labels, window=2.56, sampling_rate=har.sampling_rate)
print(f"{len(windows.data)} windows of {windows.data.shape[1]} samples")

# %%
# The picture
# -----------
# A panel for each sensor. The strip above has a row for each activity and one for the windows;
# those that overlap lie on different levels.

import matplotlib.pyplot as plt

from sklearn_har.inspection import RecordingDisplay

display = RecordingDisplay.from_recording(
    samples,
    labels,
    sampling_rate=har.sampling_rate,
    channel_names=har.channel_names,
    target_names=har.target_names,
    windows=windows,
)
plt.show()

# %%
# Closer
# ------
# Where one activity ends and another begins, windows hold some of both: they get the label of the
# majority of their samples.

import numpy as np

change = np.flatnonzero((labels[1:] == -1) & (labels[:-1] != -1))[2] / har.sampling_rate
display.plot(time_range=(change - 5.0, change + 8.0))
plt.show()
