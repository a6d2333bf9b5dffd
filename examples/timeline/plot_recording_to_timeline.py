"""
==============================
From a recording to a timeline
==============================

A phone records for some minutes; the question is who did what from when to when. This example goes
the whole way: from labelled recordings to a network, and from the recording of a held-out subject
to intervals, their scores and a plot.
"""

# %%
# Recordings
# ----------
# They are simulated, so that the example needs no download. With the recordings of HAPT it takes
# some minutes, and the network learns the transitions between postures as well.

from sklearn_har.datasets import make_har_recordings

har = make_har_recordings(n_subjects=9, seconds_per_activity=40.0, random_state=0)
# from sklearn_har.datasets import fetch_hapt; har = fetch_hapt()

recordings = har.recordings
print(f"{len(recordings)} recordings, the first of them {recordings[0]}")
print(f"channels: {', '.join(recordings[0].channel_names)}")

# %%
# A recognizer
# ------------
# :class:`~sklearn_har.recognition.ActivityRecognizer` takes raw recordings. It resamples and
# filters them, separates gravity from movement, cuts them into windows, and trains a classifier of
# windows.

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import ActivityRecognizer, CNNLSTMClassifier
from sklearn_har.preprocessing import ChannelwiseTransformer

network = make_pipeline(
    ChannelwiseTransformer(StandardScaler()),
    CNNLSTMClassifier(filters=32, units=32, epochs=12, random_state=0),
)
recognizer = ActivityRecognizer(network, expected_duration=20.0, min_duration=3.0)

# %%
# The last subject is held out. Windows without a label are left out.

train = [recording for recording in recordings if recording.subject != recordings[-1].subject]
recognizer.fit(train)
print(f"{recognizer.n_windows_} windows of the activities {', '.join(recognizer.classes_)}")

# %%
# A timeline
# ----------
# All windows of the recording are predicted, labelled or not. The predictions are smoothed over
# time and merged into intervals.

unseen = recordings[-1]
timeline = recognizer.timelines([unseen])[0]
print(timeline.round(2).to_string(index=False))

# %%
# The scores compare the timeline with the labels. Without smoothing there are more intervals than
# activities:

alone = ActivityRecognizer.from_classifier(
    recognizer.estimator_, recognizer.preparation_, smoothing=None
)
print(f"without smoothing:\n{alone.scores([unseen])}\n")
print(f"smoothed:\n{recognizer.scores([unseen])}")

# %%
import matplotlib.pyplot as plt

from sklearn_har.inspection import PredictionTimelineDisplay

true = unseen.timeline()
PredictionTimelineDisplay(timeline, true=true, activities=har.target_names).plot()
plt.show()

# %%
# How many steps
# --------------

from sklearn_har.segmentation import count_repetitions

walk = true[true["activity"] == "walking"].iloc[0]
inside = (unseen.time >= walk["start"]) & (unseen.time < walk["end"])
steps = count_repetitions(unseen.samples[inside, :3], unseen.sampling_rate)
print(f"{steps.count:.0f} steps in {walk['end'] - walk['start']:.0f} s of walking")

# %%
# The same, live
# --------------
# :class:`~sklearn_har.recognition.StreamingRecognizer` takes samples as they arrive and decides
# about each window once it is complete. Smoothing needs later windows, so these decisions are not
# smoothed.

stream = recognizer.stream()
for i in range(0, 500, 25):  # ten seconds, half a second at a time
    for decision in stream.push(unseen.samples[i : i + 25]):
        print(f"{decision.end:5.2f} s: {decision.activity} ({decision.probability:.2f})")
