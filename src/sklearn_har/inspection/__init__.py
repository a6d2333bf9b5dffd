"""Looking into what was learnt."""

from sklearn_har.inspection._channel_importance import channel_importance

__all__ = ["channel_importance"]
