"""
==========================
A phone without TensorFlow
==========================

An exported model predicts a recording sample by sample, as on a phone: each time a window is
complete, the activity is printed. Neither TensorFlow nor Keras is needed to run this::

    pip install --no-deps sklearn-har
    pip install numpy scipy pandas scikit-learn onnxruntime   # or ai-edge-litert
    python phone_without_tensorflow.py har.onnx

The file is written beforehand, where TensorFlow is installed, by ``sklearn-har export`` or by
:func:`~sklearn_har.export.to_onnx`. The recording is simulated, or the first one of HAPT with
``--archive "HAPT Data Set.zip"``.
"""

import argparse
import sys
import time

parser = argparse.ArgumentParser(description="Recognise a recording by an exported model.")
parser.add_argument("model", help="an .onnx or .tflite file of windows of 128 x 9 at 50 Hz")
parser.add_argument("--archive", help="a copy of HAPT; without it the recording is simulated")
args = parser.parse_args()

# %%
# The model
# ---------

from sklearn_har.export import ExportedClassifier

clf = ExportedClassifier(args.model)
print(clf)

# %%
# The recording
# -------------

from sklearn_har.datasets import fetch_hapt, make_har_recordings

if args.archive:
    data = fetch_hapt(archive=args.archive)
else:
    data = make_har_recordings(n_subjects=1, seconds_per_activity=10.0, random_state=0)
recording = data.recordings[0]
samples = recording.samples
print(recording)

# %%
# Sample by sample
# ----------------

from sklearn_har.recognition import StreamingRecognizer

recognizer = StreamingRecognizer(clf)
names = dict(zip(clf.classes_.tolist(), clf.activity_names, strict=True))
longest, began = 0.0, time.perf_counter()
decisions = []
for sample in samples:
    start = time.perf_counter()
    decisions += recognizer.push(sample)
    longest = max(longest, time.perf_counter() - start)
decisions += recognizer.finish()
share = (time.perf_counter() - began) / (len(samples) / recording.sampling_rate)

previous = None
for decision in decisions:
    if decision.activity != previous:
        print(f"{decision.start:8.2f} s  {decision.probability:.2f}  {names[decision.activity]}")
    previous = decision.activity

# %%
# What it took
# ------------

print(f"{len(decisions)} decisions, {share:.2%} of one core, longest step {1e3 * longest:.1f} ms")
loaded = sorted({"tensorflow", "keras", "scikeras"} & set(sys.modules))
print(f"loaded of TensorFlow and Keras: {', '.join(loaded) or 'nothing'}")
