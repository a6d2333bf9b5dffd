"""Labels of recordings: from arrays, from one label and from tables of intervals, and back."""

import warnings
from datetime import UTC, datetime
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import Recording
from sklearn_har.timeline import timeline_to_labels

START = datetime(2024, 5, 31, 14, 0, 0)


def recording(n=10, **arguments):
    return Recording(np.zeros((n, 3)), sampling_rate=1.0, **arguments)


def table(*rows):
    return pd.DataFrame(rows, columns=["activity", "start", "end"])


def shown(labels):
    """One letter a sample."""
    return "".join("." if label is None else str(label) for label in labels)


class TestValues:
    def test_an_array_and_one_label(self):
        assert recording(3).with_labels(["a", "b", "b"]).labels.tolist() == ["a", "b", "b"]
        assert recording(3).with_labels(4).labels.tolist() == [4, 4, 4]

    def test_everything_else_stays(self):
        before = recording(4, subject="s1", facts={"trial": 3}, breaks=[2], start=START)
        after = before.with_labels("sit")
        assert before.labels is None
        assert (after.subject, after.facts, after.start) == ("s1", {"trial": 3}, START)
        assert after.breaks.tolist() == [2]
        np.testing.assert_array_equal(after.time, before.time)

    def test_a_wrong_number_of_labels(self):
        with pytest.raises(ValueError, match=r"each of the 10 samples, or be one label"):
            recording().with_labels(["a", "b"])
        with pytest.raises(TypeError, match=r"got None.*labels=None\) removes"):
            recording().with_labels(None)


class TestIntervals:
    def test_columns_have_any_name(self):
        notes = pd.DataFrame({"label": ["a", "b"], "label_start": [0, 4], "label_end": [4, 8]})
        labelled = recording().with_labels(
            notes, activity="label", start="label_start", end="label_end"
        )
        assert shown(labelled.labels) == "aaaabbbb.."

    def test_wrong_names_are_told_at_once(self):
        notes = pd.DataFrame({"label": ["a"], "label_start": [0], "label_end": [4]})
        with pytest.raises(ValueError, match="must name columns") as error:
            recording().with_labels(notes)
        assert "start='start' (did you mean 'label_start'?)" in str(error.value)
        assert "the columns are ['label', 'label_start', 'label_end']" in str(error.value)
        with pytest.raises(ValueError, match="got activity=None"):
            recording().with_labels(table(("a", 0, 4)), activity=None)

    def test_unlabelled_samples(self):
        words, codes = table(("a", 0, 4)), table((5, 0, 4))
        assert recording(5).with_labels(words).labels.tolist() == ["a"] * 4 + [None]
        assert recording(4).with_labels(words).labels.dtype.kind == "U"
        coded = recording(5).with_labels(codes).labels
        assert coded.tolist() == [5, 5, 5, 5, -1]
        assert coded.dtype.kind == "i"
        other = recording(5).with_labels(words, unlabelled="other").labels
        assert other.tolist() == ["a"] * 4 + ["other"]
        with pytest.raises(ValueError, match="of the kind of the labels"):
            recording(5).with_labels(words, unlabelled=-1)

    def test_integers_stay_integers_where_one_is_missing(self):
        with pytest.warns(RecordingWarning, match="1 have no activity"):
            labels = recording().with_labels(table((3, 0, 9), (None, 9, 10))).labels
        assert labels.tolist() == [3] * 9 + [-1]

    @pytest.mark.parametrize(
        ("overlap", "expected"),
        [
            ("later", "aabbbbbccc"),
            ("earlier", "aaaaaabccc"),
            ("shorter", "aabbbbbccc"),
            ("unlabelled", "aa....bccc"),
        ],
    )
    def test_rules_for_overlaps(self, overlap, expected):
        notes = table(("b", 2, 7), ("a", 0, 6), ("c", 7, 10))  # not in order
        with pytest.warns(RecordingWarning, match=f"overlap an earlier one .overlap='{overlap}'"):
            labels = recording().with_labels(notes, overlap=overlap).labels
        assert shown(labels) == expected

    def test_an_interval_within_another(self):
        notes = table(("a", 0, 10), ("b", 3, 5))
        with pytest.warns(RecordingWarning):
            assert shown(recording().with_labels(notes).labels) == "aaabbaaaaa"

    def test_rounded_ends_are_no_overlap(self):
        notes = table(("a", 0, 5.0000004), ("b", 5, 10))
        assert shown(recording().with_labels(notes, overlap="unlabelled").labels) == "aaaaabbbbb"

    def test_missing_ends(self):
        notes = table(("a", 0, None), ("b", 4, 6), ("c", 8, None), ("event", 2, 2))
        with pytest.warns(RecordingWarning, match=r"2 have no end .*row 0: 'a' from 0 to 4 s"):
            assert shown(recording().with_labels(notes).labels) == "aaaabb..cc"

    def test_a_table_without_ends_is_silent(self):
        notes = table(("a", 0, None), ("b", 4, None)).drop(columns="end")
        assert shown(recording().with_labels(notes, end=None).labels) == "aaaabbbbbb"

    def problems(self):
        return table(
            ("a", 0, 5),
            ("b", 4, 8),
            ("beep", 3, 3),
            ("c", None, 9),
            (None, 8, 9),
            ("d", 9, 7),
            ("e", 50, 60),
            ("f", 8.2, 8.4),
            ("g", 9, None),
            ("h", 70, 80),
        )

    def test_one_warning_tells_all_problems(self):
        with pytest.warns(RecordingWarning) as caught:
            labels = recording().with_labels(self.problems()).labels
        assert shown(labels) == "aaaabbbb.g"
        (message,) = [str(warning.message) for warning in caught]
        for part in (
            "Of 10 intervals",
            "1 have no activity",
            "1 have no start and are left out (first row 3: 'c'",
            "1 end before they start",
            "1 are events of zero length and are left out (first row 2: 'beep' from 3 to 3 s)",
            "2 lie outside the recording and are left out (first row 6: 'e' from 50 to 60 s)",
            "1 lie between two samples",
            "1 have no end",
            "1 overlap an earlier one",
            "The recording lasts from 0 to 9 s",
        ):
            assert part in message
        assert caught[0].filename == __file__

    def test_raise_tells_all_problems_in_an_error(self):
        with pytest.raises(ValueError, match="10 intervals") as error:
            recording().with_labels(self.problems(), overlap="raise")
        for part in ("2 lie outside", "row 6: 'e'", "row 9: 'h'", "1 overlap an earlier one"):
            assert part in str(error.value)
        assert shown(recording(3).with_labels(table(("a", 0, 3)), overlap="raise").labels) == "aaa"

    def test_rules_that_do_not_exist(self):
        with pytest.raises(ValueError, match=r"overlap must be one of .*did you mean 'later'"):
            recording().with_labels(table(("a", 0, 5)), overlap="latest")

    def test_a_table_without_rows(self):
        with pytest.warns(RecordingWarning, match="0 are in the table"):
            assert recording(2).with_labels(table()).labels.tolist() == [None, None]


class TestDates:
    def notes(self, zone=""):
        return table(
            ("a", f"2024-05-31 14:00:00{zone}", f"2024-05-31T14:00:04.000{zone}"),
            ("b", f"2024-05-31 14:00:04{zone}", None),
        )

    @pytest.mark.parametrize("kind", ["text", "timestamps", "datetimes"])
    def test_dates_count_from_the_start_of_the_recording(self, kind):
        notes = self.notes()
        for column in ("start", "end"):
            if kind != "text":
                notes[column] = pd.to_datetime(notes[column], format="ISO8601")
            if kind == "datetimes":
                notes[column] = notes[column].astype(object)
        with pytest.warns(RecordingWarning, match="1 have no end"):
            labels = recording(start=START).with_labels(notes).labels
        assert shown(labels) == "aaaabbbbbb"

    def test_offsets_may_differ(self):
        notes = table(("a", "2024-05-31 16:00:00+02:00", "2024-05-31 15:00:04+01:00"))
        labels = recording(start=START.replace(tzinfo=UTC)).with_labels(notes).labels
        assert shown(labels) == "aaaa......"

    def test_durations(self):
        notes = table(("a", pd.Timedelta(0), pd.Timedelta("4s")))
        assert shown(recording().with_labels(notes).labels) == "aaaa......"

    @pytest.mark.parametrize(
        ("start", "zone", "message"),
        [
            (None, "", r"does not say at which date.*replace\(recording, start=\.\.\.\)"),
            (START, "+02:00", "zone in labels only.*tz_localize"),
            (START.replace(tzinfo=UTC), "", "zone in start only"),
        ],
    )
    def test_clocks_that_cannot_be_compared(self, start, zone, message):
        with pytest.raises(ValueError, match=message):
            recording(start=start).with_labels(self.notes(zone))

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (("a", "31.5.2024", "x"), r"'start', got '31.5.2024' in row 0.*pandas.to_datetime"),
            (("a", "2024-05-31", 4), "dates in 'start' and numbers in 'end'"),
        ],
    )
    def test_what_is_neither_seconds_nor_dates(self, row, message):
        with pytest.raises(ValueError, match=message):
            recording(start=START).with_labels(table(row))


@settings(max_examples=100)
@given(
    st.lists(st.integers(-3, 50), min_size=2, max_size=12, unique=True),
    st.data(),
    st.sampled_from(["later", "earlier", "shorter", "unlabelled"]),
)
def test_intervals_without_overlap_label_as_a_timeline_does(edges, data, overlap):
    edges = sorted(edges)
    rows = [
        (data.draw(st.integers(0, 3)), start / 4, end / 4)
        for start, end in pairwise(edges)
        if data.draw(st.booleans())
    ]
    notes = table(*rows)
    time = np.arange(40) / 4.0
    with warnings.catch_warnings(action="ignore", category=RecordingWarning):
        labels = Recording(np.zeros(40), time).with_labels(
            notes.sample(frac=1.0, random_state=0), overlap=overlap, unlabelled=-1
        )
    np.testing.assert_array_equal(labels.labels, timeline_to_labels(notes, time))


class TestTimeline:
    def test_intervals_of_the_labels(self):
        labelled = recording(6, labels=["a", "a", None, "b", "b", "b"], breaks=[5])
        assert labelled.timeline().values.tolist() == [
            ["a", 0.0, 2.0],
            ["b", 3.0, 5.0],
            ["b", 5.0, 6.0],
        ]

    def test_one_sample(self):
        assert recording(1, labels="a").timeline().values.tolist() == [["a", 0.0, 1.0]]

    def test_labels_come_back(self):
        labels = [2, 2, -1, -1, 0, 0, 3]
        timeline = recording(7, labels=labels).timeline()
        assert recording(7).with_labels(timeline).labels.tolist() == labels

    def test_without_labels(self):
        with pytest.raises(ValueError, match="has no labels: add them by"):
            recording().timeline()


class TestNotes:
    """Tables of intervals as people write them."""

    NOTES = pd.DataFrame(
        {
            "label": ["table", "bike", "walk", "marker", "table", "bus"],
            "label_start": [1.0, 3.0, 5.0, 6.0, 6.5, 8.0],
            "label_end": [3.0, 5.0, 7.0, 6.0, 8.0, np.nan],
        }
    )
    COLUMNS = MappingProxyType({"activity": "label", "start": "label_start", "end": "label_end"})

    def test_labels_without_a_recording(self):
        time = np.arange(0.0, 10.0, 0.5)
        with pytest.warns(RecordingWarning, match="1 are events of zero length.*1 overlap"):
            labels = timeline_to_labels(
                self.NOTES, time, **self.COLUMNS, overlap="later", unlabelled="none"
            )
        names, counts = ["none", "table", "bike", "walk", "table", "bus"], [2, 4, 4, 3, 3, 4]
        assert labels.tolist() == np.repeat(names, counts).tolist()

    def test_all_faults_are_one_error(self):
        with pytest.raises(ValueError, match=r"zero length.*overlap an earlier one"):
            timeline_to_labels(self.NOTES, np.arange(10.0), **self.COLUMNS)

    def test_the_error_of_a_timeline_says_what_to_pass(self):
        notes = self.NOTES.rename(columns={v: k for k, v in self.COLUMNS.items()}).dropna()
        with pytest.raises(ValueError, match=r"got one from .* pass overlap='later'"):
            timeline_to_labels(notes, np.arange(10.0))

    @pytest.mark.parametrize("per_second", [1, 10**3, 10**6, 10**9])
    @pytest.mark.parametrize("zero", [0.0, 1_717_164_000.0])
    def test_numbers_since_1970(self, per_second, zero):
        begin = 1_717_164_000
        origin = datetime.fromtimestamp(begin - zero, UTC)
        labelled = Recording(
            np.zeros((10, 1)), zero + np.arange(10.0), sampling_rate=1.0, start=origin
        )
        notes = table(["sit", (begin + 2) * per_second, (begin + 5) * per_second])
        labels = labelled.with_labels(notes, unlabelled="none").labels
        assert labels.tolist() == ["none"] * 2 + ["sit"] * 3 + ["none"] * 5
