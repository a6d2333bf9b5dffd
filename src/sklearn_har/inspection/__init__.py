"""Inspect data, trainings, evaluations and predictions in tables and plots."""

from sklearn_har.inspection._activity_windows import ActivityWindowsDisplay
from sklearn_har.inspection._channel_importance import ChannelImportanceDisplay, channel_importance
from sklearn_har.inspection._prediction_timeline import PredictionTimelineDisplay
from sklearn_har.inspection._recording import RecordingDisplay
from sklearn_har.inspection._repeated_evaluation import RepeatedEvaluationDisplay
from sklearn_har.inspection._search_results import SearchResultsDisplay, search_table
from sklearn_har.inspection._subject_scores import SubjectScoresDisplay
from sklearn_har.inspection._training_history import TrainingHistoryDisplay

__all__ = [
    "ActivityWindowsDisplay",
    "ChannelImportanceDisplay",
    "PredictionTimelineDisplay",
    "RecordingDisplay",
    "RepeatedEvaluationDisplay",
    "SearchResultsDisplay",
    "SubjectScoresDisplay",
    "TrainingHistoryDisplay",
    "channel_importance",
    "search_table",
]
