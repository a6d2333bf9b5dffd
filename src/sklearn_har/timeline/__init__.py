"""Turn the probabilities of windows into a timeline of activities.

A timeline is a frame with one row for each interval: ``activity``, ``start`` and ``end`` in s, and
``probability`` if it was predicted. Its rows are sorted and do not overlap. Time without a row is
unlabelled.
"""

from sklearn_har.timeline._intervals import make_timeline, make_timelines
from sklearn_har.timeline._labels import labels_to_timeline, timeline_to_labels
from sklearn_har.timeline._postures import revise_by_posture
from sklearn_har.timeline._scores import TimelineScores, timeline_scores
from sklearn_har.timeline._smoothing import (
    decode_activities,
    estimate_transitions,
    smooth_probabilities,
)

__all__ = [
    "TimelineScores",
    "decode_activities",
    "estimate_transitions",
    "labels_to_timeline",
    "make_timeline",
    "make_timelines",
    "revise_by_posture",
    "smooth_probabilities",
    "timeline_scores",
    "timeline_to_labels",
]
