"""
===========================
A model for another runtime
===========================

The phone has no TensorFlow. A fitted classifier, with its scaling, becomes one file for ONNX
Runtime or for LiteRT. This example writes several and compares size, agreement and time with the
estimator.
"""

# %%
# A network
# ---------
# The line in the comment switches to the real data set.

import numpy as np

from sklearn_har import CNNLSTMClassifier
from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=10, n_windows_per_activity=5, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har()

unseen = np.isin(har.subject, np.unique(har.subject)[-3:])
clf = CNNLSTMClassifier(epochs=6, batch_size=16, scaling="standard", random_state=0)
clf.fit(har.data[~unseen], har.target[~unseen])

# %%
# Files
# -----
# Each is loaded in its runtime and compared with the estimator before it is kept. For a quantised
# model, whose numbers are rounded, the report says what was lost; more than one window in a hundred
# would be a warning, which the table below takes the place of.

import tempfile
import warnings
from pathlib import Path

from sklearn_har.exceptions import ExportWarning
from sklearn_har.export import ExportedClassifier, to_litert, to_onnx

warnings.simplefilter("ignore", ExportWarning)
folder = tempfile.TemporaryDirectory()
files = Path(folder.name)
common = {
    "X": har.data[unseen],
    "y": har.target[unseen],
    "activity_names": har.target_names,
    "channel_names": har.channel_names,
    "sampling_rate": har.sampling_rate,
}
reports = {
    "ONNX": to_onnx(clf, files / "har.onnx", **common),
    "LiteRT": to_litert(clf, files / "har.tflite", **common),
    "LiteRT, float16": to_litert(clf, files / "half.tflite", quantize="float16", **common),
    "LiteRT, dynamic": to_litert(clf, files / "small.tflite", quantize="dynamic", **common),
}
for name, report in reports.items():
    print(
        f"{name:16} {report.n_bytes / 1e3:6.0f} kB  the same activity in {report.agreement:.1%}  "
        f"accuracy {report.accuracy:.3f} (estimator {report.estimator_accuracy:.3f})"
    )

# %%
# Predicting
# ----------
# :class:`~sklearn_har.export.ExportedClassifier` needs numpy and the runtime of the file, nothing
# else. It knows the names, the rate and the order of the channels, and predicts one window at a
# time as readily as many.

import time

window = har.data[:1]


def milliseconds(predict, n=50):
    predict(window)
    times = []
    for _ in range(n):
        begin = time.perf_counter()
        predict(window)
        times.append(1e3 * (time.perf_counter() - begin))
    return np.median(times)


timings = {"estimator": milliseconds(clf.predict_proba)}
for name, report in reports.items():
    exported = ExportedClassifier(report.path)
    timings[name] = milliseconds(exported.predict_proba)
print(f"{exported.activity_names[exported.predict(window)[0]]}: {exported}")

# %%
import matplotlib.pyplot as plt

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
left.barh(list(reports), [report.n_bytes / 1e3 for report in reports.values()], color="0.6")
left.set(xlabel="Size (kB)")
right.barh(list(timings), list(timings.values()), color="tab:blue")
right.set(xlabel="One window (ms)")
for ax in (left, right):
    ax.invert_yaxis()
plt.show()

# %%
# Times are of the machine that built this page, on one window. The example
# :ref:`sphx_glr_auto_examples_export_phone_without_tensorflow.py` runs such a file where TensorFlow
# is not installed.

folder.cleanup()
