"""From the probabilities of windows to who did what from when to when.

A timeline is a frame with one row an interval: ``activity``, ``start`` and ``end`` in s, and for
predicted ones ``probability``. Its rows are sorted and do not overlap; time that no row covers is
time of which nothing is known.
"""

from sklearn_har.timeline._intervals import make_timeline, make_timelines
from sklearn_har.timeline._labels import labels_to_timeline, timeline_to_labels
from sklearn_har.timeline._postures import revise_by_posture
from sklearn_har.timeline._result import TimelineScores
from sklearn_har.timeline._scores import timeline_scores
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
