"""Recognise activities in whole recordings and in live streams."""

from sklearn_har.recognition._decision import Decision
from sklearn_har.recognition._evaluation import RecordingEvaluation, evaluate_recordings
from sklearn_har.recognition._frame_aware import FrameAwareClassifier
from sklearn_har.recognition._pretrained import load_pretrained
from sklearn_har.recognition._recognizer import ActivityRecognizer
from sklearn_har.recognition._scoring import recording_scorer
from sklearn_har.recognition._streaming import StreamingRecognizer
from sklearn_har.utils._public import name_classes_after

__all__ = [
    "ActivityRecognizer",
    "Decision",
    "FrameAwareClassifier",
    "RecordingEvaluation",
    "StreamingRecognizer",
    "evaluate_recordings",
    "load_pretrained",
    "recording_scorer",
]

name_classes_after(__name__)
