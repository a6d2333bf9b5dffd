"""Looking into what was learnt, at what was predicted, and at what a search found."""

from sklearn_har.inspection._channel_importance import channel_importance
from sklearn_har.inspection._prediction_timeline import PredictionTimelineDisplay
from sklearn_har.inspection._search_results import SearchResultsDisplay, search_table

__all__ = [
    "PredictionTimelineDisplay",
    "SearchResultsDisplay",
    "channel_importance",
    "search_table",
]
