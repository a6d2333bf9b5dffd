"""Export of models to ONNX, LiteRT and web pages, and prediction with exported files.

Importing this loads numpy only: an exported model is used where neither TensorFlow nor scikit-learn
is installed.
"""

from sklearn_har.export._classifier import ExportedClassifier
from sklearn_har.export._exporting import to_litert, to_onnx
from sklearn_har.export._report import ExportReport
from sklearn_har.export._web import to_web

__all__ = ["ExportReport", "ExportedClassifier", "to_litert", "to_onnx", "to_web"]
