"""Reading one recording from a file or a table, with its times, units and warnings."""

import io
import sys
import warnings
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import read_recording
from still_device import AXES, N, disordered_table, still_table


class TestTimes:
    @pytest.mark.parametrize(
        ("unit", "scale"), [("s", 1.0), ("ms", 1e3), ("us", 1e6), ("ns", 1e9), (None, 1.0)]
    )
    @pytest.mark.parametrize("whole", [True, False])
    def test_units_of_time(self, unit, scale, whole):
        times = np.arange(N) * 0.5 * scale
        frame = still_table(time=times.astype(np.int64) if whole and scale > 1 else times)
        recording = read_recording(frame, time_unit=unit, sampling_rate=50.0, max_gap=1.0)
        np.testing.assert_allclose(recording.time, np.arange(N) * 0.5, rtol=1e-12)
        assert recording.start is None

    def test_nanoseconds_since_1970_keep_their_differences(self):
        ticks = 1_700_000_000_123_456_789 + np.arange(N) * 20_000_000
        recording = read_recording(still_table(time=ticks), time_unit="ns")
        assert recording.time[0] == pytest.approx(1_700_000_000.1234568, abs=3e-7)
        np.testing.assert_allclose(np.diff(recording.time), 0.02, atol=5e-7)
        assert recording.sampling_rate == pytest.approx(50.0, rel=1e-6)

    def test_unsigned_milliseconds_that_step_back_are_noticed(self):
        ticks = np.arange(N, dtype=np.uint32) * 20
        ticks[7] = 0
        with pytest.raises(ValueError, match="backward"):
            read_recording(still_table(time=ticks), time_unit="ms")

    @pytest.mark.parametrize("text", [True, False])
    def test_dates(self, text):
        dates = pd.date_range("2024-05-01T12:00:00+02:00", periods=N, freq="20ms")
        frame = still_table(time=dates.map(lambda d: d.isoformat(timespec="milliseconds")))
        recording = read_recording(frame if text else still_table(time=dates))
        assert recording.start == datetime(2024, 5, 1, 10, tzinfo=UTC)
        np.testing.assert_allclose(recording.time, np.arange(N) / 50, atol=1e-12)

    def test_an_index_of_dates(self):
        frame = still_table().drop(columns="time")
        frame.index = pd.date_range("2024-05-01", periods=N, freq="20ms", name="when")
        assert read_recording(frame, time="when").sampling_rate == 50.0

    def test_numbers_as_text(self):
        assert read_recording(still_table(time=still_table().time.map(str))).sampling_rate == 50.0

    def test_without_times(self):
        frame = still_table().drop(columns="time")
        recording = read_recording(frame, time=None, sampling_rate=25.0)
        np.testing.assert_array_equal(recording.time, np.arange(N) / 25.0)
        with pytest.raises(ValueError, match="sampling_rate must be given where time is None"):
            read_recording(frame, time=None)

    @pytest.mark.parametrize(
        ("times", "unit", "message"),
        [
            (np.arange(N) / 50, "sec", "time_unit must be one of"),
            (np.arange(N) / 50, "datetime", "holds numbers, not dates"),
            (pd.date_range("2024", periods=N, freq="1s"), "ms", "leave it out"),
            (["x"] * N, None, "neither numbers nor dates"),
            ([np.nan] + [1.0] * (N - 1), None, "in every row, got none in 1 rows, .* 0"),
            ([np.inf] + [1.0] * (N - 1), None, "finite"),
        ],
    )
    def test_times_that_cannot_be_read(self, times, unit, message):
        with (
            warnings.catch_warnings(action="ignore"),
            pytest.raises(ValueError, match=message),
        ):
            read_recording(still_table(time=times), time_unit=unit)

    def test_milliseconds_taken_for_seconds(self):
        with pytest.warns(RecordingWarning, match=r"0\.05 Hz.*time_unit='ms'"):
            read_recording(still_table(time=np.arange(N) * 20))


class TestDisorder:
    def test_it_is_an_error_that_says_where(self):
        message = r"2 backward.*row 3: 0.06 then 0.04, row 4: .*on_disorder='sort'"
        with pytest.raises(ValueError, match=message) as e:
            read_recording(disordered_table())
        assert "1 repeated" in str(e.value)

    def test_sorting_keeps_the_first_at_each_time(self):
        with pytest.warns(RecordingWarning) as caught:
            recording = read_recording(disordered_table(), on_disorder="sort", labels="mark")
        assert recording.labels.tolist() == [0, 1, 3, 2, 5, 7]
        np.testing.assert_allclose(recording.time, np.arange(6) * 0.02)
        messages = [str(warning.message) for warning in caught]
        assert "2 steps back in time are removed" in messages[0]
        assert "2 of 8 samples are left out: they have the time of the sample before" in messages[1]

    def test_dropping_leaves_out_what_comes_late_and_counts_it(self):
        with pytest.warns(RecordingWarning, match="3 of 8 samples are left out.* come late"):
            recording = read_recording(disordered_table(), on_disorder="drop", labels="mark")
        assert recording.labels.tolist() == [0, 1, 2, 5, 7]

    @pytest.mark.filterwarnings("ignore::sklearn_har.exceptions.RecordingWarning")
    @settings(max_examples=50)
    @given(st.lists(st.integers(0, 12), min_size=2, max_size=20), st.sampled_from(["sort", "drop"]))
    def test_what_stays_increases_and_is_what_was_measured_then(self, times, remedy):
        frame = pd.DataFrame({"time": times, "value": np.arange(len(times))})
        try:
            recording = read_recording(
                frame, on_disorder=remedy, sampling_rate=1.0, max_gap=100.0, channels=["value"]
            )
        except ValueError:
            return
        assert (np.diff(recording.time) > 0).all()
        rows = recording.samples[:, 0].astype(int)
        for part in recording.parts:
            # After a restart the clock goes on from where it was.
            late = recording.time[part] - np.array(times)[rows[part]]
            assert np.ptp(late) == 0.0

    def test_wrong_remedies_are_refused(self):
        with pytest.raises(ValueError, match=r"on_disorder must be one of .*did you mean 'sort'"):
            read_recording(still_table(), on_disorder="sorted")
        with pytest.raises(ValueError, match="on_missing must be one of"):
            read_recording(still_table(), on_missing="fill")


class TestGaps:
    def test_a_gap_is_a_break_and_a_warning(self):
        frame = still_table()
        frame.loc[120:, "time"] += 3.0
        with pytest.warns(RecordingWarning, match=r"1 gap\(s\) \(3.02 s after 2.380 s\)"):
            recording = read_recording(frame)
        assert recording.breaks.tolist() == [120]
        assert recording.sampling_rate == 50.0

    def test_max_gap_decides(self):
        frame = still_table().drop(index=[50, 51, 52])
        assert len(read_recording(frame).breaks) == 0
        with pytest.warns(RecordingWarning, match="gap"):
            assert read_recording(frame, max_gap=0.05).breaks.tolist() == [50]
        with pytest.raises(ValueError, match="max_gap must be a finite number above 0"):
            read_recording(frame, max_gap=0)

    def test_missing_values_are_an_error_or_leave_a_gap(self):
        frame = still_table()
        frame.loc[30:49, "ay"] = np.nan
        with pytest.raises(ValueError, match=r"20 of 200 samples .* row 30; .*'ay': 20.*'drop'"):
            read_recording(frame)
        with pytest.warns(RecordingWarning, match="gap"):
            recording = read_recording(frame, on_missing="drop")
        assert recording.breaks.tolist() == [30]
        with pytest.warns(RecordingWarning, match="gap"):
            recording = read_recording(
                frame.drop(columns="time"), time=None, sampling_rate=50.0, on_missing="drop"
            )
        assert recording.time[30] == 1.0
        assert len(recording) == 180


class TestUnits:
    @pytest.mark.parametrize(("unit", "per_g"), [("g", 1.0), ("mg", 1000.0), ("m/s2", 9.80665)])
    def test_accelerations_become_g(self, unit, per_g):
        frame = still_table()
        scaled = frame.assign(**{axis: frame[axis] * per_g for axis in AXES})
        recording = read_recording(scaled, units=unit)
        np.testing.assert_allclose(recording.samples, frame[AXES], rtol=1e-12)

    def test_angular_velocities_become_radians(self):
        frame = still_table(gx=np.linspace(-180, 180, N))
        recording = read_recording(frame, units={"gx": "deg/s"})
        np.testing.assert_allclose(recording.samples[:, 3], np.linspace(-np.pi, np.pi, N))
        np.testing.assert_array_equal(recording.samples[:, :3], frame[AXES])

    def test_channels_are_chosen_ordered_and_renamed(self):
        recording = read_recording(
            still_table(), channels={"az": "acc_z", "ax": "acc_x"}, units={"ax": "mg"}
        )
        assert recording.channel_names == ("acc_z", "acc_x")
        np.testing.assert_allclose(recording.samples[:, 1], still_table().ax / 1000)

    @pytest.mark.parametrize(
        ("factor", "unit", "message"),
        [
            (9.81, "g", r"typical magnitude of 9\.8\d? g\. They look like m/s2"),
            (1000, "g", "look like mg"),
            (1, "m/s2", r"0\.102 g after the conversion from m/s2"),
            (9.81, None, "look like m/s2"),
        ],
    )
    def test_lengths_that_speak_for_another_unit(self, factor, unit, message):
        frame = still_table().rename(columns={axis: f"acc_{axis[1]}" for axis in AXES})
        for axis in "xyz":
            frame[f"acc_{axis}"] *= factor
        with pytest.warns(RecordingWarning, match=message):
            read_recording(frame, units=unit)

    def test_linear_acceleration_may_be_small(self):
        frame = still_table().rename(columns={axis: f"body_acc_{axis[1]}" for axis in AXES})
        read_recording(frame, units="m/s2")

    @pytest.mark.parametrize("units", [None, {"gyro_x": "rad/s"}])
    def test_turns_that_speak_for_degrees(self, units):
        frame = still_table(gyro_x=np.linspace(-180, 180, N))
        with pytest.warns(RecordingWarning, match="reach 180 rad/s.*deg/s"):
            read_recording(frame, units=units)

    def test_a_channel_that_never_changes(self):
        with pytest.warns(RecordingWarning, match=r"\['off'\] have one value throughout"):
            read_recording(still_table(off=0.0))

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"units": "m/s^2"}, "units must be of .*did you mean 'm/s2'"),
            ({"units": {"bx": "g"}}, "units must name channels, got 'bx'"),
            ({"channels": ["ax", "ayy"]}, "channels must name a column, got 'ayy' .*'ay'"),
            ({"channels": "ax"}, "channels must be a list"),
            ({"channels": []}, "channels must be a list"),
            ({"channels": ["label"]}, "Column 'label' must hold numbers"),
            ({"channels": {"ax": "a", "ay": "a"}}, "each of the 2 channels once"),
            ({"time": "t"}, "time must name a column, got 't'.*time=None"),
            ({"labels": "labels"}, "labels must name a column.*did you mean 'label'"),
            ({"read_options": {"sep": ";"}}, "read_options are for files"),
        ],
    )
    def test_names_that_do_not_exist(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            read_recording(still_table(label="walking"), **arguments)


class TestFiles:
    @pytest.mark.parametrize("name", ["r.csv", "r.txt", "r.csv.gz", "r.tsv", "open", "str"])
    def test_csv(self, tmp_path, name):
        frame = still_table(activity=["walking"] * N)
        path = tmp_path / ("r.csv" if name in ("open", "str") else name)
        frame.to_csv(path, index=False, sep="\t" if name == "r.tsv" else ",")
        source = {"open": io.StringIO(path.read_text() if name == "open" else ""), "str": str(path)}
        recording = read_recording(source.get(name, path), labels="activity")
        np.testing.assert_allclose(recording.samples, frame[AXES])
        assert recording.channel_names == tuple(AXES)
        assert set(recording.labels) == {"walking"}

    def test_options_of_the_format(self, tmp_path):
        still_table().to_csv(tmp_path / "r.csv", index=False, sep=";", decimal=",")
        options = {"sep": ";", "decimal": ","}
        recording = read_recording(tmp_path / "r.csv", read_options=options)
        np.testing.assert_allclose(recording.samples, still_table()[AXES])

    def test_parquet(self, tmp_path):
        pytest.importorskip("pyarrow")
        frame = still_table(activity=["walking"] * N)
        frame.to_parquet(tmp_path / "r.parquet")
        recording = read_recording(tmp_path / "r.parquet", labels="activity")
        np.testing.assert_array_equal(recording.samples, frame[AXES])

    def test_parquet_without_pyarrow_says_what_to_install(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(
            ImportError,
            match=r"needs pyarrow, which is not installed: pip install 'sklearn-har\[parquet",
        ):
            read_recording(tmp_path / "r.parquet")

    @pytest.mark.parametrize(
        ("source", "error", "message"),
        [
            ("r.xlsx", ValueError, r"got 'r.xlsx'. format='auto' reads more kinds"),
            ("recording", ValueError, "got 'recording'"),
            ("missing.csv", FileNotFoundError, "missing.csv"),
            (np.zeros((3, 3)), TypeError, "got ndarray. Recording takes arrays"),
            (io.StringIO("time,ax\n"), ValueError, "at least one sample"),
            (io.StringIO("time,ax\n0,a\n1,b\n"), ValueError, "a column of numbers"),
            (pd.DataFrame([[0, 1, 2]], columns=["time", "a", "a"]), ValueError, "'a' twice"),
            (pd.DataFrame({"time": [0.0], "a": [np.nan]}), ValueError, "missing"),
        ],
    )
    def test_sources_that_cannot_be_read(self, source, error, message):
        with pytest.raises(error, match=message):
            read_recording(source)

    def test_the_table_is_not_changed(self):
        frame = still_table(label=1)
        before = frame.copy()
        read_recording(frame, units="g", labels="label").samples[:] = 0
        pd.testing.assert_frame_equal(frame, before)


class TestSubjectAndFile:
    def test_a_column_names_the_subject(self):
        recording = read_recording(still_table(who=7), subject="who")
        assert recording.subject == 7
        assert recording.channel_names == tuple(AXES)
        assert read_recording(still_table(who=None), subject="who").subject is None

    def test_several_subjects_are_refused(self, tmp_path):
        frame = still_table(who=["a"] * 150 + ["b"] * 50)
        frame.to_csv(tmp_path / "two.csv", index=False)
        with pytest.raises(ValueError, match=r"two.csv: Column 'who' must name one subject") as e:
            read_recording(tmp_path / "two.csv", subject="who")
        assert "got 2: ['a', 'b']. read_recordings(..., subject='who')" in str(e.value)
        with pytest.raises(ValueError, match=r"subject must name a column.*did you mean 'who'"):
            read_recording(frame, subject="whom")

    def test_the_file_is_a_fact(self, tmp_path):
        still_table().to_csv(tmp_path / "r.csv", index=False)
        for path in (tmp_path / "r.csv", str(tmp_path / "r.csv")):
            assert read_recording(path).facts == {"file": str(tmp_path / "r.csv")}
        assert read_recording(still_table()).facts == {}


def test_nothing_is_said_about_what_is_right():
    with warnings.catch_warnings(action="error"):
        read_recording(still_table(), units="g")
