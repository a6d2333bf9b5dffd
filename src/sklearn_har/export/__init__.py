"""Export models to ONNX, LiteRT and web pages, and predict with exported files.

Importing this package loads only numpy, because exported models are also used without TensorFlow
and scikit-learn.
"""

from sklearn_har.export._classifier import ExportedClassifier
from sklearn_har.export._exporting import to_litert, to_onnx
from sklearn_har.export._report import ExportReport
from sklearn_har.export._web import to_web

__all__ = ["ExportReport", "ExportedClassifier", "to_litert", "to_onnx", "to_web"]
