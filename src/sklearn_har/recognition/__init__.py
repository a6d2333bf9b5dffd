"""Recognise activities in recordings, whole or while their samples arrive."""

from sklearn_har.recognition._decision import Decision
from sklearn_har.recognition._recognizer import ActivityRecognizer
from sklearn_har.recognition._scoring import recording_scorer
from sklearn_har.recognition._streaming import StreamingRecognizer

__all__ = ["ActivityRecognizer", "Decision", "StreamingRecognizer", "recording_scorer"]
