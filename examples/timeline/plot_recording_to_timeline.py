"""
==============================
From a recording to a timeline
==============================

A phone records for minutes what its owner does; the question is what happened from when to when.
This example goes all the way: from recordings with a label for each sample to a network, and from
the recording of a person whom the network has not seen to intervals, their scores and a picture.
"""

# %%
# Recordings
# ----------
# Simulated, so that the example needs no download. The recordings of HAPT have the same form: with
# them it takes some minutes, and knows the transitions between postures as well.

import numpy as np

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(n_subjects=9, seconds_per_activity=40.0, random_state=0)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

print(f"{len(har.recordings)} recordings of {len(np.unique(har.subject))} people")
print(f"channels: {', '.join(har.channel_names)}")

# %%
# From recordings to windows
# --------------------------
# :func:`~sklearn_har.preparation.prepare_recording` brings recordings to one rate, takes the noise
# out and tells gravity from movement. What follows depends on equal preparation: a network
# understands only signals that were made as those it was trained on.

from sklearn_har.preparation import prepare_recording
from sklearn_har.segmentation import segment_recordings

names = np.array([*har.target_names, ""])  # the last one is for samples without a label, -1
prepared = [
    prepare_recording(samples, original_rate=har.sampling_rate, labels=names[labels])
    for samples, labels in zip(har.recordings, har.labels, strict=True)
]

# %%
# The last person is not trained with. Windows without a label are left out.

known = np.flatnonzero(har.subject != har.subject[-1])
train = segment_recordings(
    [prepared[i] for i in known], subjects=har.subject[known], window=2.56, unlabelled=""
)
print(f"windows: {train.data.shape}")

# %%
# A network
# ---------

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import CNNLSTMClassifier
from sklearn_har.preprocessing import ChannelwiseTransformer

model = make_pipeline(
    ChannelwiseTransformer(StandardScaler()),
    CNNLSTMClassifier(filters=32, units=32, epochs=12, random_state=0),
)
model.fit(train.data, train.target)

# %%
# A timeline
# ----------
# All windows of the recording are asked about, labelled or not, and
# :func:`~sklearn_har.timeline.make_timeline` merges them. They overlap more than those of the
# training, so that boundaries are found to a fraction of a window.

from sklearn_har.segmentation import segment_recording
from sklearn_har.timeline import labels_to_timeline, make_timeline, timeline_scores

unseen = prepared[-1]
windows = segment_recording(unseen, window=2.56, overlap=0.75, unlabelled="", on_unlabelled="keep")
probabilities = model.predict_proba(windows.data)
timeline = make_timeline(
    probabilities,
    windows.start_time,
    2.56,
    model.classes_,
    expected_duration=20.0,
    min_duration=3.0,
)
print(timeline.round(2).to_string(index=False))

# %%
# Compared with the labels, and with the windows on their own:

true = labels_to_timeline(unseen.labels, unseen.time, unlabelled="")
alone = make_timeline(probabilities, windows.start_time, 2.56, model.classes_, smoothing=None)
print(f"windows alone:\n{timeline_scores(true, alone)}\n")
print(f"smoothed:\n{timeline_scores(true, timeline)}")

# %%
import matplotlib.pyplot as plt

from sklearn_har.inspection import PredictionTimelineDisplay

PredictionTimelineDisplay(timeline, true=true, activities=har.target_names).plot()
plt.show()

# %%
# How many steps
# --------------

from sklearn_har.timeline import count_repetitions

walk = true[true["activity"] == "walking"].iloc[0]
inside = (unseen.time >= walk["start"]) & (unseen.time < walk["end"])
steps = count_repetitions(unseen.samples[inside, :3], unseen.sampling_rate)
print(f"{steps.count:.0f} steps in {walk['end'] - walk['start']:.0f} s of walking")

# %%
# The same, live
# --------------
# :class:`~sklearn_har.recognition.StreamingRecognizer` takes samples as they come and decides on
# each window once it is complete. Smoothing looks ahead, so these are decisions of windows alone.

from sklearn_har.recognition import StreamingRecognizer

recognizer = StreamingRecognizer(model)
for i in range(0, 500, 25):  # ten seconds, half a second at a time
    for decision in recognizer.push(har.recordings[-1][i : i + 25]):
        print(f"{decision.end:5.2f} s: {decision.activity} ({decision.probability:.2f})")
