"""Models that leave the notebook: files for ONNX and LiteRT, and a classifier that is such a file.

Importing this loads numpy only: an exported model is used where neither TensorFlow nor scikit-learn
is installed.
"""

from sklearn_har.export._classifier import ExportedClassifier
from sklearn_har.export._exporting import to_litert, to_onnx
from sklearn_har.export._report import ExportReport

__all__ = ["ExportReport", "ExportedClassifier", "to_litert", "to_onnx"]
