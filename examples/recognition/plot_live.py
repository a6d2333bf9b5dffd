"""
====================
Samples as they come
====================

Samples come a few at a time, some are lost on the way, and the answer is wanted at once.
:class:`~sklearn_har.recognition.StreamingRecognizer` keeps the state of the filters from one piece
to the next and decides as soon as a window is complete.
"""

# %%
# A network
# ---------
# It is trained on windows of simulated subjects. The line in the comment trains on UCI HAR instead.

from sklearn_har import CNNLSTMClassifier
from sklearn_har.datasets import make_har_recordings, make_har_windows

har = make_har_windows(n_subjects=10, n_windows_per_activity=6, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

clf = CNNLSTMClassifier(
    filters=24,
    units=24,
    dense_units=24,
    epochs=15,
    batch_size=16,
    scaling="standard",
    random_state=0,
).fit(har.data, har.target)

# %%
# A phone of another subject
# --------------------------
# It sends total acceleration and angular velocity, half a second at a time. Between 40 s and 44 s
# nothing arrives.

import numpy as np

from sklearn_har.recognition import StreamingRecognizer

phone = make_har_recordings(n_subjects=1, seconds_per_activity=12.0, random_state=42)
samples, time, labels = phone.recordings[0].samples, phone.recordings[0].time, phone.labels[0]

recognizer = StreamingRecognizer(clf)
decisions = []
for begin in range(0, len(samples), 25):
    piece = slice(begin, begin + 25)
    if 40.0 <= time[begin] < 44.0:
        continue
    decisions += recognizer.push(samples[piece], time=time[piece])
print(f"{recognizer.n_breaks} interruption so far")
decisions += recognizer.finish()
print(f"{len(decisions)} decisions")
for decision in decisions[:4]:
    name = har.target_names[decision.activity]
    print(f"{decision.start:5.2f} to {decision.end:5.2f} s: {name} ({decision.probability:.2f})")

# %%
# Decisions over time
# -------------------
# A decision is drawn at the end of its window, when it is made. Rows are activities, and dark means
# probable; the line is the ground truth.

import matplotlib.pyplot as plt

ends = np.array([decision.end for decision in decisions])
probabilities = np.array([decision.probabilities for decision in decisions])
fig, ax = plt.subplots(figsize=(9, 3.5), layout="constrained")
for end, column in zip(ends, probabilities, strict=True):
    ax.imshow(
        column[:, None],
        extent=(end - 0.64, end + 0.64, len(column) - 0.5, -0.5),
        aspect="auto",
        cmap="Blues",
        vmin=0.0,
        vmax=1.0,
    )
ax.axvspan(40.0, 44.0, facecolor="0.9", hatch="//", edgecolor="0.6", linewidth=0)
ax.plot(time, np.where(labels < 0, np.nan, labels), color="tab:orange", linewidth=2, label="true")
ax.set_yticks(range(6), [name.replace("_", " ") for name in har.target_names])
ax.set(xlabel="Time (s)", xlim=(0, time[-1]), ylim=(5.5, -0.5))
ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False)
plt.show()

# %%
# After the interruption the filters start afresh, and no window holds samples from both sides of
# it. The state can be saved and resumed: :doc:`/user_guide/streaming`.
