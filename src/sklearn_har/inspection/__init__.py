"""Looking into what was learnt, and at what was predicted."""

from sklearn_har.inspection._channel_importance import channel_importance
from sklearn_har.inspection._prediction_timeline import PredictionTimelineDisplay

__all__ = ["PredictionTimelineDisplay", "channel_importance"]
