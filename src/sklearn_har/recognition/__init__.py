"""From samples as they come, or a whole recording, to the activity at each time."""

from sklearn_har.recognition._batch import recognize_recording
from sklearn_har.recognition._decision import Decision
from sklearn_har.recognition._streaming import StreamingRecognizer

__all__ = ["Decision", "StreamingRecognizer", "recognize_recording"]
