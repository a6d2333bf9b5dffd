"""Files that no known logger writes: other languages, encodings, units and clocks."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

import logger_files as files
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import inspect_file, read_recording, read_recordings

ACCELERATION, ANGULAR_VELOCITY = files.ACCELERATION, files.ANGULAR_VELOCITY
BOTH = np.hstack([ACCELERATION, ANGULAR_VELOCITY])


def _auto(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)
        return read_recording(path, format="auto", **options)


def _written(tmp_path, header, columns, separator=",", form="{:.6f}", **options):
    path = tmp_path / "log.csv"
    rows = [separator.join(map(form.format, row)) for row in np.column_stack(columns)]
    path.write_text("\n".join([header, *rows, ""]), **options)
    return path


class TestOtherLanguages:
    @pytest.mark.parametrize(
        ("time", "acceleration", "unit"),
        [
            ("Temps (s)", "Accélération", "m/s^2"),
            ("Tiempo (s)", "Aceleración", "m/s2"),
            ("Tempo", "Accelerazione", "m/s²"),
            ("Время (с)", "Ускорение", "м/с²"),  # noqa: RUF001
            ("时间 (s)", "加速度", "m/s²"),
            ("時間", "加速度", "m/s2"),
        ],
    )
    def test_times_and_accelerations_are_found(self, time, acceleration, unit, tmp_path):
        header = ",".join([time, *(f"{acceleration} {axis} ({unit})" for axis in "xyz")])
        columns = [files.T, ACCELERATION * 9.80665]
        recording = _auto(_written(tmp_path, header, columns, encoding="utf-8"))
        np.testing.assert_allclose(recording.samples, ACCELERATION, atol=2e-6)
        assert recording.sampling_rate == pytest.approx(50.0)


class TestNumbersAsSpreadsheetsWriteThem:
    @pytest.mark.parametrize(
        ("separator", "form", "marks"),
        [(";", "{:,.3f}", ",.|.,"), (",", '"{:,.3f}"', ""), (",", '"{:.3f}"', ".|,")],
    )
    def test_groups_of_digits_and_quoted_commas(self, separator, form, marks, tmp_path):
        columns = [1000 + files.T * 1000, ACCELERATION * 1000]
        header = separator.join(["time [ms]", "ax [mg]", "ay [mg]", "az [mg]"])
        path = _written(tmp_path, header, columns, separator, form)
        if marks:
            old, new = marks.split("|")
            head, _, body = path.read_text().partition("\n")
            path.write_text(head + "\n" + body.translate(str.maketrans(old, new)))
        recording = _auto(path)
        np.testing.assert_allclose(recording.samples, ACCELERATION, atol=2e-6)
        assert recording.sampling_rate == pytest.approx(50.0)

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_three_decimals_after_a_comma_are_no_group(self, separator, tmp_path):
        samples = 1.0 + np.abs(ACCELERATION)
        header = separator.join(["ax (g)", "ay (g)", "az (g)"])
        path = _written(tmp_path, header, [samples], separator, "{:.3f}")
        path.write_text(path.read_text().replace(".", ","))
        recording = _auto(path, sampling_rate=50.0)
        np.testing.assert_allclose(recording.samples, samples, atol=1e-3)

    def test_utf16_without_a_mark(self, tmp_path):
        header = "time\tax (g)\tay (g)\taz (g)"
        columns = [files.T, ACCELERATION]
        recording = _auto(_written(tmp_path, header, columns, "\t", encoding="utf-16-le"))
        np.testing.assert_allclose(recording.samples, ACCELERATION, atol=2e-6)


@pytest.mark.parametrize(
    ("name", "scale"),
    [("time (min)", 1 / 60), ("time", 1 / 60), ("hours", 1 / 3600), ("time", 1 / 86_400)],
)
class TestMinutesHoursAndDays:
    def path(self, name, scale, tmp_path):
        header = f"{name},ax (g),ay (g),az (g)"
        return _written(tmp_path, header, [files.T * scale, ACCELERATION], form="{:.12f}")

    def test_are_refused(self, name, scale, tmp_path):
        with pytest.raises(ValueError, match="convert it to s, or pass time_unit"):
            _auto(self.path(name, scale, tmp_path))

    def test_the_report_gives_the_reason(self, name, scale, tmp_path):
        report = inspect_file(self.path(name, scale, tmp_path))
        assert report.recording is None
        assert "may count minutes" in report.problems[-1]
        assert report.columns["kind"].tolist() == ["time", *["acceleration"] * 3]

    def test_a_warning_without_a_format(self, name, scale, tmp_path):
        with pytest.warns(RecordingWarning, match="If they count minutes"):
            read_recording(self.path(name, scale, tmp_path), time=name)


class TestSensorsToldApartByANumber:
    def path(self, tmp_path):
        rows = [
            np.column_stack([files.T, np.full(len(files.T), k), samples])
            for k, samples in ((1, ACCELERATION), (4, ANGULAR_VELOCITY))
        ]
        columns = np.stack(rows, axis=1).reshape(-1, 5)
        columns[1::2, 0] += 0.005
        path = tmp_path / "log.csv"
        table = pd.DataFrame(columns, columns=["time", "type", "v0", "v1", "v2"])
        table.astype({"type": int}).to_csv(path, index=False)
        return path

    @pytest.mark.parametrize("options", [{}, {"channels": ["v0", "v1", "v2"]}])
    def test_are_not_mixed(self, options, tmp_path):
        path = self.path(tmp_path)
        with pytest.raises(ValueError, match="rows of one sensor"):
            _auto(path, **options)
        assert "rows of one sensor" in inspect_file(path, **options).problems[-1]

    def test_a_warning_without_a_format(self, tmp_path):
        with pytest.warns(RecordingWarning, match="'type' alternates"):
            read_recording(self.path(tmp_path), channels=["v0", "v1", "v2"])

    def test_the_advice_reads_them(self, tmp_path):
        options = {"channels": ["v0", "v1", "v2"]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)
            (recording,) = read_recordings(self.path(tmp_path), sensor="type", **options)
        assert recording.channel_names[::3] == ("1_v0", "4_v0")

    def test_numbers_of_activities_are_not_sensors(self, tmp_path):
        ids = np.repeat(np.tile([1, 2], 40), 100)
        table = pd.DataFrame({"time": np.arange(8000) / 50.0, "type": ids, "x": np.sin(ids)})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(read_recording(table, channels=["x"])) == 8000


@pytest.mark.parametrize(
    ("names", "unit", "per_g"),
    [
        (("ax (cm/s^2)", "ay (cm/s^2)", "az (cm/s^2)"), "cm/s2", 980.665),
        (("acc_x_mm/s2", "acc_y_mm/s2", "acc_z_mm/s2"), "mm/s2", 9806.65),
        (("acc_x_ug", "acc_y_ug", "acc_z_ug"), "ug", 1e6),
        (("a_x [\u00b5g]", "a_y [\u00b5g]", "a_z [\u00b5g]"), "ug", 1e6),
        (("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2"), "m/s2", 9.80665),
        (("ax", "ay", "az"), "mm/s2", 9806.65),
        (("ax", "ay", "az"), "ug", 1e6),
    ],
)
def test_units_of_acceleration(names, unit, per_g, tmp_path):
    path = _written(
        tmp_path, ",".join(["time", *names]), [files.T, ACCELERATION * per_g], encoding="utf-8"
    )
    np.testing.assert_allclose(_auto(path).samples, ACCELERATION, atol=2e-6)
    guessed = " (guessed)" * (names[0] == "ax")
    assert inspect_file(path).columns["unit"].tolist()[1:] == [f"{unit}{guessed}"] * 3


@pytest.mark.parametrize(
    ("unit", "per_rad"),
    [("mdps", 180_000 / np.pi), ("mrad/s", 1000), ("rpm", 30 / np.pi), ("rad_per_s", 1)],
)
def test_units_of_angular_velocity(unit, per_rad, tmp_path):
    names = ["time", *(f"a{axis}_g" for axis in "xyz"), *(f"g{axis}_{unit}" for axis in "xyz")]
    columns = [files.T, ACCELERATION, ANGULAR_VELOCITY * per_rad]
    path = _written(tmp_path, ",".join(names), columns)
    np.testing.assert_allclose(_auto(path).samples, BOTH, atol=2e-6)


@pytest.mark.parametrize(
    ("time", "acceleration", "encoding"),
    [
        ("時間 (秒)", "加速度", "cp932"),
        ("時間 (秒)", "加速度", "big5"),
        ("时间 (秒)", "加速度", "gb18030"),
        ("시간 (초)", "가속도", "cp949"),
        ("Время (с)", "Ускорение", "cp1251"),  # noqa: RUF001
    ],
)
def test_encodings_by_the_words_of_the_header(time, acceleration, encoding, tmp_path):
    header = ",".join([time, *(f"{acceleration} {axis} (m/s^2)" for axis in "xyz")])
    path = _written(tmp_path, header, [files.T, ACCELERATION * 9.80665], encoding=encoding)
    assert inspect_file(path).text["encoding"] == encoding
    np.testing.assert_allclose(_auto(path).samples, ACCELERATION, atol=2e-6)


def _clock(kind):
    """Return columns that are one clock together, from 23:59:59 on."""
    seconds = 1_761_436_799 + np.floor(files.T).astype(int)
    part = files.T - np.floor(files.T)
    dates = pd.to_datetime(1_761_436_799 + files.T, unit="s").round("ms")
    return {
        "ms": {"timestamp": seconds, "timestamp_ms": np.round(part * 1e3).astype(int)},
        "ns": {"sec": seconds, "nanosec": np.round(part * 1e9).astype(int)},
        "us": {"tv_sec": seconds, "tv_usec": np.round(part * 1e6).astype(int)},
        "fraction": {"timestamp [s]": seconds, "fractional_timestamp [s]": part.round(6)},
        "text": {"Date": dates.strftime("%d/%m/%Y"), "Time": dates.strftime("%H:%M:%S.%f")},
        "units": {unit: getattr(dates, unit) for unit in ("year", "month", "day", "hour", "minute")}
        | {"second": dates.second, "ms": dates.microsecond // 1000},
        "of day": {"h": dates.hour, "m": dates.minute, "s": dates.second + part},
    }[kind]


class TestClocksInSeveralColumns:
    @pytest.mark.parametrize("kind", ["ms", "ns", "us", "fraction", "text", "units", "of day"])
    @pytest.mark.parametrize("as_table", [False, True])
    def test_are_joined(self, kind, as_table, tmp_path):
        table = pd.DataFrame(_clock(kind))
        table[["ax (g)", "ay (g)", "az (g)"]] = ACCELERATION
        path = tmp_path / "log.csv"
        table.to_csv(path, index=False)
        source = table if as_table else path
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            recording = read_recording(source, format="auto")
        np.testing.assert_allclose(recording.samples, ACCELERATION, atol=1e-12)
        np.testing.assert_allclose(np.diff(recording.time), np.diff(files.T), atol=2e-6)
        names = re.escape(str(list(_clock(kind))))
        assert any(re.search(f"joins {names}", str(warning.message)) for warning in caught)
        if kind != "of day":
            first = pd.Timestamp(recording.start) + pd.Timedelta(recording.time[0], unit="s")
            assert first.strftime("%Y-%m-%d %H:%M:%S") == "2025-10-25 23:59:59"

    def test_the_report_reads_them(self, tmp_path):
        table = pd.DataFrame(_clock("ms")).assign(x=1.0, y=2.0)
        path = tmp_path / "log.csv"
        table.to_csv(path, index=False)
        report = inspect_file(path)
        assert report.columns["kind"].tolist()[:2] == ["part of the clock"] * 2
        assert report.arguments == {"format": "auto"}
        assert report.recording.sampling_rate == pytest.approx(50.0)

    def test_a_counter_of_ms_beside_the_start_is_none(self, tmp_path):
        table = pd.DataFrame({"timestamp": 1_761_436_799, "elapsed_ms": np.arange(1500)})
        path = tmp_path / "log.csv"
        table.assign(x=1.0, y=np.arange(1500) % 7).to_csv(path, index=False)
        with path.open("rb") as file:
            for source in (path, file):
                recording = _auto(source)
                assert recording.sampling_rate == pytest.approx(1000.0)
                assert recording.duration == pytest.approx(1.499)

    def test_an_own_clock_wins(self, tmp_path):
        table = pd.DataFrame(_clock("ms")).assign(x=1.0, t=files.T)
        path = tmp_path / "log.csv"
        table.to_csv(path, index=False)
        recording = _auto(path, time="t", channels=["x"])
        assert recording.start is None


def test_gravity_within_linear_acceleration_as_in_ros(tmp_path):
    header = ",".join(["time", *(f"linear_acceleration.{axis}" for axis in "xyz")])
    recording = _auto(_written(tmp_path, header, [files.T, ACCELERATION * 9.80665]))
    np.testing.assert_allclose(recording.samples, ACCELERATION, atol=2e-6)


def test_xsens_mt_manager_is_not_xsens_dot(tmp_path):
    header = "// Update Rate: 50.0Hz\nSampleTimeFine\tAcc_X\tAcc_Y\tAcc_Z\tGyr_X\tGyr_Y\tGyr_Z"
    columns = [files.T * 10_000, ACCELERATION * 9.80665, ANGULAR_VELOCITY]
    path = _written(tmp_path, header, columns, "\t")
    with pytest.raises(ValueError, match="sampling_rate must be given"):
        _auto(path)
    recording = _auto(path, sampling_rate=50.0)
    np.testing.assert_allclose(recording.samples, BOTH, atol=2e-6)


def test_the_report_marks_guessed_units(tmp_path):
    header = "time,ax,ay,az"
    report = inspect_file(_written(tmp_path, header, [files.T * 1000, ACCELERATION * 9.80665]))
    assert report.columns["unit"].tolist() == ["ms (guessed)", *["m/s2 (guessed)"] * 3]
