"""
=======================
What is in a recording?
=======================

Look at the data before you train: at the signals, at the labels, and at the windows that a network
will be trained on. A plot shows problems that no error message finds, such as labels that come late
or a sensor that was upside down.
"""

# %%
# A recording
# -----------
# The recording is simulated and has a label for each sample, None in transitions. The line in the
# comment switches to the recordings behind UCI HAR.

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(n_subjects=1, seconds_per_activity=15.0, random_state=0)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

recording = har.recordings[0]
print(recording)
print(f"channels: {', '.join(recording.channel_names)}")

# %%
# Windows
# -------
# They have 2.56 s, and each shares half of its samples with the next one, as in UCI HAR. Windows
# that are mostly unlabelled are left out.

from sklearn_har.segmentation import segment_recording

windows = segment_recording(recording, window=2.56)
print(windows)

# %%
# The plot
# --------
# There is a panel for each sensor. The strip above has a row for each activity and one for the
# windows. Windows that overlap are drawn on different levels.

import matplotlib.pyplot as plt

from sklearn_har.inspection import RecordingDisplay

display = RecordingDisplay.from_recording(recording, windows=windows)
plt.show()

# %%
# A part of it
# ------------
# Where one activity ends and another begins, windows hold samples of both. They get the label of
# the majority of their samples.

change = recording.timeline()["end"].iloc[2]
display.plot(time_range=(change - 5.0, change + 8.0))
plt.show()
