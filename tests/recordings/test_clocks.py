"""Clocks of all kinds: a signal that is known is read within half a step, or refused."""

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.preparation import resample_recording
from sklearn_har.recordings import LineReader, read_recording, read_recordings
from sklearn_har.segmentation import segment_recording


@dataclass(frozen=True)
class Logger:
    """How a logger writes the times of its samples."""

    rate: float
    #: The number of rows between two starts of the clock, and the first time of each.
    boots: list[tuple[int, float]]
    #: Gaps: where (as a share of all rows), and how long in s.
    gaps: list[tuple[float, float]]
    kind: str
    #: In s, the cells to which stamps are rounded down.
    cell: float = 1.0
    #: Rows in a packet, and the time between their stamps in s.
    packet: int = 10
    within: float = 0.0
    #: As a share of a step.
    jitter: float = 0.0
    #: In s, the length of the counter; as a share of it, its first value. It restarts at zero.
    counter: float | None = None
    counted: float = 0.0
    seed: int = 0

    def write(self):
        """Return the true times, the boot of each row, and the stamps."""
        late = np.random.default_rng(self.seed).uniform(0.0, self.jitter / self.rate, 10_000)
        truth, stamps = [], []
        for n_rows, first in self.boots:
            true = first + np.arange(n_rows) / self.rate
            for place, length in self.gaps:
                true[int(place * n_rows) :] += length
            if self.kind == "cells":
                stamp = np.floor(true / self.cell + 1e-9) * self.cell
            elif self.kind == "packets":
                begins = np.arange(n_rows) // self.packet * self.packet
                stamp = (true + late[:n_rows])[begins]
                stamp += self.within * (np.arange(n_rows) - begins)
            else:
                stamp = true + late[:n_rows]
            truth.append(true)
            stamps.append(stamp)
        boot = np.repeat(np.arange(len(self.boots)), [n for n, _ in self.boots])
        written = np.concatenate(stamps)
        if self.counter is not None:
            written = np.mod(written + np.where(boot, 0, self.counted * self.counter), self.counter)
        return np.concatenate(truth), boot, written


LOGGERS = st.builds(
    Logger,
    rate=st.sampled_from([20.0, 25.0, 29.7, 31.25, 50.0, 52.0, 62.5, 100.0]),
    boots=st.lists(st.tuples(st.integers(400, 1500), st.floats(0.0, 3.0)), min_size=1, max_size=3),
    # Not in the first or the last cell, nor two of them in one: nobody could tell.
    gaps=st.tuples(
        st.tuples(st.floats(0.1, 0.4), st.floats(0.5, 60.0)),
        st.tuples(st.floats(0.6, 0.9), st.floats(0.5, 60.0)),
    ).flatmap(lambda both: st.sampled_from([[], [both[0]], list(both)])),
    kind=st.sampled_from(["own", "cells", "packets"]),
    cell=st.sampled_from([0.5, 1.0, 2.0]),
    packet=st.integers(3, 25),
    within=st.sampled_from([0.0, 1e-4, 1e-3]),
    jitter=st.floats(0.0, 0.4),
    counter=st.sampled_from([None, 2.0**32 / 1e6, 2.0**16 / 1e3]),
    counted=st.floats(0.0, 1.0),
    seed=st.integers(0, 100),
)


@settings(max_examples=300)
@given(LOGGERS, st.sampled_from(["raise", "sort", "drop"]))
def test_a_mixture_is_read_within_half_a_step_or_refused(logger, remedy):
    truth, boot, written = logger.write()
    # Cells of seconds of a counter of 16 bits are those of no logger.
    assume(logger.kind != "cells" or logger.counter != 2.0**16 / 1e3)
    starts = np.flatnonzero(np.diff(boot)) + 1
    # A clock that starts anew at a later time is one with a gap, and one that starts anew within
    # a block is one with a late row; so is one a few stamps back, where late rows are dropped.
    block = {"own": 1, "packets": logger.packet, "cells": logger.cell * logger.rate}[logger.kind]
    few = (6 if remedy == "drop" else 2) * block / logger.rate
    assume((written[starts] < written[starts - 1] - few).all())
    # One that starts anew at the moment at which a counter would is that counter.
    assume((np.abs(written[starts - 1] - 2.0**16 / 1e3) > 1.0).all())
    frame = pd.DataFrame({"time": written, "row": np.arange(len(written))})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)
        try:
            recording = read_recording(frame, channels=["row"], on_disorder=remedy)
        except ValueError:
            return
    rows, seconds = recording.samples[:, 0].astype(int), recording.time
    assert (np.diff(rows) > 0).all()
    assert (np.diff(seconds) > 0).all()
    error = seconds - truth[rows]
    after_gaps = np.flatnonzero(np.diff(seconds) > 5 / logger.rate) + 1
    for part in np.split(np.arange(len(error)), np.union1d(recording.breaks, after_gaps)):
        assert len(np.unique(boot[rows[part]])) == 1
        # Within half a step of a clock that is late by a constant.
        assert np.ptp(error[part]) <= 1.0 / logger.rate + 1e-9


N = 1200


def table(time, **columns):
    """Samples that count the rows, so that each is known by its value."""
    return pd.DataFrame({"time": time, "x": np.arange(float(len(time))) % 97.3, **columns})


def read(time, *said, **options):
    """Read samples with these times, and check what is said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        recording = read_recording(table(time), channels=["x"], **options)
    messages = [str(warning.message) for warning in caught]
    assert len(messages) == len(said), messages
    for message, words in zip(messages, said, strict=True):
        assert re.search(words, message), message
    return recording


def in_order_of_rows(recording, n_rows=N):
    expected = np.arange(float(n_rows)) % 97.3
    np.testing.assert_array_equal(recording.samples[:, 0], expected)


class TestSharedStamps:
    @pytest.mark.parametrize("remedy", ["raise", "sort", "drop"])
    def test_whole_seconds_of_thirty_rows(self, remedy):
        dates = pd.date_range("2020-01-01", periods=N // 30, freq="1s").repeat(30).map(str)
        recording = read(dates, "have the stamp of the row before.*30 Hz", on_disorder=remedy)
        in_order_of_rows(recording)
        np.testing.assert_allclose(recording.time, np.arange(N) / 30, atol=1e-9)
        assert recording.sampling_rate == 30.0
        assert recording.start == datetime(2020, 1, 1)

    @pytest.mark.parametrize("within", [0.0, 0.001])
    def test_packets_have_the_rate_of_the_samples(self, within):
        rows = np.arange(N)
        time = rows // 10 * 0.2 + within * (rows % 10)
        recording = read(time, "rows (came in packets|have the stamp).*50 Hz")
        in_order_of_rows(recording)
        np.testing.assert_allclose(recording.time, rows / 50, atol=1e-9)
        assert len(segment_recording(resample_recording(recording, 50.0)).data) == 17

    def test_packets_that_come_late_at_random(self):
        rows = np.arange(N)
        late = np.random.default_rng(0).uniform(0.0, 0.03, N)[rows // 10]
        recording = read(
            rows // 10 * 0.2 + late + 0.001 * (rows % 10), "packets.*(49.99|50|50.01) Hz"
        )
        assert np.ptp(recording.time - rows / 50) < 0.01
        assert recording.sampling_rate == pytest.approx(50.0, rel=1e-3)

    def test_stamps_of_three_digits(self):
        time = [float(f"{t:.2e}") for t in 100 + np.arange(N) / 3.7]
        recording = read(time, "have the stamp of the row before.*3.7 Hz")
        assert recording.sampling_rate == pytest.approx(3.7, rel=1e-3)
        assert len(recording) == N

    def test_a_rate_that_changes(self):
        true = np.concatenate([np.arange(600) / 20, 30 + np.arange(600) / 30])
        recording = read(np.floor(true), "have the stamp of the row before", "rate changes")
        assert np.ptp(recording.time - true) < 1 / 20
        assert len(recording) == N

    def test_rows_that_cannot_be_placed_are_refused(self):
        seconds = np.repeat(np.arange(40), np.random.default_rng(0).integers(2, 60, 40))
        with pytest.raises(ValueError, match=r"does not give the time of each row.*time=None"):
            read_recording(table(seconds.astype(float)), on_disorder="sort")


class TestCounters:
    @pytest.mark.parametrize(
        ("bits", "unit", "step"), [(32, "us", 16_667), (32, "ms", 20), (16, "ms", 20)]
    )
    @pytest.mark.parametrize("remedy", ["raise", "sort", "drop"])
    def test_it_goes_on_where_a_counter_begins_anew(self, bits, unit, step, remedy):
        ticks = (2**bits - 300 * step + np.arange(N) * step) % 2**bits
        recording = read(ticks, "wraps around.* row 300; ", time_unit=unit, on_disorder=remedy)
        in_order_of_rows(recording)
        per_second = {"us": 1e6, "ms": 1e3}[unit]
        np.testing.assert_allclose(np.diff(recording.time), step / per_second, rtol=1e-6)
        assert len(recording.breaks) == 0

    @pytest.mark.parametrize("remedy", ["raise", "sort", "drop"])
    def test_a_restart_is_a_break(self, remedy):
        time = np.concatenate([np.arange(200) * 20, 10 + np.arange(300) * 20])
        said = "restarts at row 200. A break is kept"
        recording = read(time, said, time_unit="ms", on_disorder=remedy)
        in_order_of_rows(recording, 500)
        assert recording.breaks.tolist() == [200]
        np.testing.assert_allclose(recording.time, np.arange(500) / 50)

    @pytest.mark.parametrize("remedy", ["raise", "sort", "drop"])
    def test_two_clocks_are_never_mixed(self, remedy):
        one = np.arange(300) / 50
        with pytest.raises(ValueError, match=r"several clocks|not one clock") as e:
            read_recording(
                table(np.column_stack([one + 0.003, one + 100]).ravel()), on_disorder=remedy
            )
        assert "read_recordings(..., subject=)" in str(e.value)

    def test_late_packets_are_sorted_and_nothing_is_lost(self):
        rows = np.arange(N)
        rows[100:110], rows[110:120] = np.arange(110, 120), np.arange(100, 110)
        with pytest.raises(ValueError, match=r"1 backward steps .*on_disorder='sort'"):
            read_recording(table(rows / 50))
        recording = read(rows / 50, "removed by sorting", on_disorder="sort")
        np.testing.assert_allclose(recording.time, np.arange(N) / 50)
        np.testing.assert_array_equal(recording.samples[:, 0], np.argsort(rows) % 97.3)

    @pytest.mark.parametrize(
        ("frame", "column"),
        [
            (table(np.tile(np.arange(400) / 20, 2), user=np.repeat([33, 17], 400)), "user"),
            (table(np.repeat(np.arange(400) / 20, 2), device=["a", "b"] * 400), "device"),
        ],
    )
    @pytest.mark.parametrize("remedy", ["raise", "sort", "drop"])
    def test_a_column_tells_the_subjects_apart(self, frame, column, remedy):
        with pytest.raises(ValueError, match=rf"within each value of column '{column}'.*subject="):
            read_recording(frame, channels=["x"], on_disorder=remedy)
        apart = read_recordings(frame, subject=column, channels=["x"])
        assert [len(recording) for recording in apart] == [400, 400]


class TestUnits:
    @pytest.mark.parametrize("unit", ["ms", "us", "ns"])
    def test_times_since_1970_are_known_by_their_size(self, unit):
        per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
        ticks = 1_761_431_148 * per_second + np.arange(N) * (per_second // 50)
        guessed = read(ticks, f"read as {unit} since 1970, by their size")
        assert guessed.sampling_rate == pytest.approx(50.0, rel=1e-4)
        assert guessed.start == datetime(1970, 1, 1, tzinfo=UTC)
        told = read(ticks, time_unit=unit)
        np.testing.assert_array_equal(told.time, guessed.time)
        units = ["s", "ms", "us", "ns"]
        for wrong in units[: units.index(unit)]:
            with pytest.raises(ValueError, match=f"they count {unit} since 1970: pass time_unit="):
                read_recording(table(ticks), time_unit=wrong)

    def test_nanoseconds_since_the_start_of_a_phone_are_no_dates(self):
        ticks = 1_761_431_148_000_000 + np.arange(N) * 20_000_000
        recording = read(ticks, "read as s.*5e-08 Hz.*count ns.*time_unit='ns'")
        assert recording.start is None

    def test_samples_100_nanoseconds_apart(self):
        ticks = 1424696635 * 10**9 + np.array([0, 100, 20_000_000, 40_000_000])
        recording = read_recording(table(ticks), time_unit="ns", channels=["x"])
        np.testing.assert_allclose(recording.time, [0.0, 1e-7, 0.02, 0.04], atol=1e-12)
        assert recording.start == datetime(2015, 2, 23, 13, 3, 55, tzinfo=UTC)


class TestDates:
    def test_offsets_that_change(self):
        utc = pd.date_range("2023-10-29T00:55:00", periods=600, freq="1s", tz="UTC")
        dates = utc.tz_convert("Europe/Berlin").map(lambda date: date.isoformat(sep=" "))
        recording = read(dates)
        np.testing.assert_array_equal(recording.time, np.arange(600.0))
        assert recording.start == datetime(2023, 10, 29, 0, 55, tzinfo=UTC)

    def test_the_repeated_hour_of_october(self):
        utc = pd.date_range("2023-10-29T00:55:00", periods=600, freq="1s", tz="UTC")
        local = utc.tz_convert("Europe/Berlin").tz_localize(None).map(str)
        recording = read(local, "run back by an hour before row 300, as clocks do")
        np.testing.assert_array_equal(recording.time, np.arange(600.0))

    @pytest.mark.parametrize(("day", "words"), [("07", None), ("12", None), ("25", None)])
    def test_the_file_decides_which_number_is_the_day(self, day, words):
        dates = pd.date_range(f"2014-05-{day}T23:59:58", periods=200, freq="20ms")
        recording = read(dates.strftime("%d/%m/%Y %H:%M:%S.%f"))
        np.testing.assert_allclose(recording.time, np.arange(200) / 50, atol=1e-9)
        assert recording.start == datetime(2014, 5, int(day), 23, 59, 58)
        recording = read(dates.strftime("%m/%d/%Y %I:%M:%S.%f %p"))
        assert recording.start == datetime(2014, 5, int(day), 23, 59, 58)

    def test_what_the_file_cannot_decide_is_asked(self):
        dates = pd.date_range("2014-05-07T12:00:00", periods=200, freq="20ms")
        text = dates.strftime("%d/%m/%Y %H:%M:%S.%f")
        with pytest.raises(ValueError, match=r"which number is the day: pass day_first=True"):
            read_recording(table(text))
        assert read(text, day_first=True).start == datetime(2014, 5, 7, 12)
        assert read(text, day_first=False).start == datetime(2014, 7, 5, 12)

    @pytest.mark.parametrize(
        "form",
        [
            "%Y-%m-%dT%H.%M.%S.%f",
            "%Y-%m-%d %H:%M:%S,%f",
            "%Y-%m-%d %H:%M:%S:%f",
            "%Y/%m/%d %H:%M:%S.%f",
            "%Y%m%d_%H%M%S.%f",
            "%d.%m.%Y %H:%M:%S.%f",
            "%d-%b-%Y %H:%M:%S.%f",
            "%b %d, %Y %I:%M:%S.%f %p",
            "%Y-%m-%d %H:%M:%S.%f UTC",
            "%Y-%m-%d %H:%M:%S.%f +0000",
            "%a %b %d %Y %H:%M:%S.%f GMT+0000 (Coordinated Universal Time)",
        ],
    )
    def test_dates_of_any_common_form(self, form):
        dates = pd.date_range("2014-05-17T12:00:00", periods=200, freq="20ms")
        recording = read(dates.strftime(form))
        np.testing.assert_allclose(recording.time, np.arange(200) / 50, atol=1e-9)
        assert recording.start.replace(tzinfo=None) == datetime(2014, 5, 17, 12)

    def test_whole_seconds_without_a_fraction(self):
        dates = pd.date_range("2024-01-01 10:00", periods=200, freq="20ms")
        recording = read([str(date.to_pydatetime()) for date in dates])
        np.testing.assert_allclose(recording.time, np.arange(200) / 50, atol=1e-9)

    def test_times_of_day_pass_midnight(self):
        dates = pd.date_range("2024-01-01 23:59:58", periods=200, freq="20ms")
        said = ("times of day without a date", "passes midnight before row 100")
        recording = read(dates.strftime("%H:%M:%S.%f"), *said)
        assert recording.start is None
        np.testing.assert_allclose(recording.time, 86_398 + np.arange(200) / 50)

    @pytest.mark.parametrize("text", ["soon", "2014-13-01 10:00:00", "12:61:00"])
    def test_what_is_no_date(self, text):
        with pytest.raises(ValueError, match=r"Column 'time' (holds neither|must hold)"):
            read_recording(table([text] * 3))


class TestPieces:
    """Pieces agree with the whole, or are refused in words."""

    @pytest.mark.parametrize("chunksize", [3, 50, 700])
    @pytest.mark.parametrize(
        "time",
        [
            np.arange(N) // 10 * 0.2 + 0.001 * (np.arange(N) % 10),
            np.arange(N) // 30 * 1.0,
            (2**32 - 16_000 * 1100 + np.arange(N) * 16_000) % 2**32 / 1e6,
            np.arange(N) % 600 / 50,
        ],
    )
    def test_what_only_a_whole_table_puts_right(self, time, chunksize):
        with pytest.raises(ValueError, match=r"cannot be read in pieces.*without chunksize"):
            list(read_recording(table(time), channels=["x"], chunksize=chunksize))

    def test_times_since_1970_are_known_in_all_pieces(self):
        ticks = 1_761_431_148_000 + np.arange(N) * 20
        with pytest.warns(RecordingWarning, match="ms since 1970") as caught:
            pieces = list(read_recording(table(ticks), channels=["x"], chunksize=50))
        assert len(caught) == 1
        np.testing.assert_allclose(
            np.concatenate([piece.time for piece in pieces]), ticks / 1000, rtol=1e-15
        )

    def test_lines_that_are_followed(self):
        reader = LineReader()
        text = table(np.arange(N) // 10 * 0.2 + 0.001 * (np.arange(N) % 10)).to_csv(index=False)
        with pytest.raises(ValueError, match="cannot be followed: several rows have one stamp"):
            reader.push(text.encode())
