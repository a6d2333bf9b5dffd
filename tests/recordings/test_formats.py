"""Files of loggers and data sets, read as they are."""

import gzip
import io
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import logger_files as files
from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import inspect_file, read_recording, read_recordings

ACCELERATION, ANGULAR_VELOCITY = files.ACCELERATION, files.ANGULAR_VELOCITY
BOTH = np.hstack([ACCELERATION, ANGULAR_VELOCITY])
LINEAR = ACCELERATION - [0.0, 0.0, 1.0]
PAGE = Path(__file__).parents[2] / "docs" / "user_guide" / "recordings.rst"

# The function that makes a file, the name of the format, and the samples in g and rad/s.
READ = [
    (files.phyphox, "phyphox", ACCELERATION),
    (files.phyphox_german, "phyphox", ACCELERATION),
    (files.sensor_logger, "sensor-logger", ACCELERATION),
    (files.sensor_logger_without_gravity, "sensor-logger", LINEAR),
    (files.androsensor, "androsensor", BOTH),
    (files.physics_toolbox, "physics-toolbox", BOTH),
    (files.empatica, "empatica", np.round(ACCELERATION * 64) / 64),
    (files.shimmer, "shimmer", BOTH),
    (files.shimmer_old, "shimmer", ACCELERATION),
    (files.metawear, "metawear", ACCELERATION),
    (files.actigraph, "actigraph", ACCELERATION),
    (files.actigraph_with_times, "actigraph", ACCELERATION),
    (files.axivity, "axivity", ACCELERATION),
    (files.axivity_with_names, "axivity", BOTH),
    (files.geneactiv, "geneactiv", ACCELERATION),
    (files.xsens_dot, "xsens-dot", BOTH),
    (files.apple_watch, "apple-watch", BOTH),
    (files.wisdm_of_one, "wisdm", ACCELERATION),
    (files.pamap2, "pamap2", BOTH),
    (files.mhealth, "mhealth", np.hstack([ACCELERATION, BOTH, BOTH])),
    (files.realworld, "realworld", ACCELERATION),
    (files.edge_impulse, "edge-impulse", ACCELERATION),
    (files.edge_impulse_json, "edge-impulse", ACCELERATION),
    (files.arduino_with_times, "arduino", ACCELERATION),
    (files.arduino_plotter, "arduino", ACCELERATION),
    (files.latin1, None, ACCELERATION),
    (files.matlab, None, BOTH),
    (files.parquet, None, ACCELERATION),
]
DATED = {
    *(files.sensor_logger, files.sensor_logger_without_gravity, files.empatica, files.shimmer),
    *(files.metawear, files.actigraph, files.actigraph_with_times, files.axivity),
    *(files.axivity_with_names, files.geneactiv, files.realworld, files.parquet),
}


def _auto(path, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        recording = read_recording(path, format="auto", **options)
    return recording, [str(warning.message) for warning in caught]


def _named(value):
    return getattr(value, "__name__", "")


@pytest.mark.parametrize(("make", "name", "samples"), READ, ids=_named)
class TestEach:
    def test_it_is_read_without_a_further_argument(self, make, name, samples, tmp_path):
        recording, told = _auto(make(tmp_path))
        np.testing.assert_allclose(recording.samples, samples, atol=2e-6)
        np.testing.assert_allclose(recording.time - recording.time[0], files.T, atol=1e-6)
        assert recording.sampling_rate == pytest.approx(50.0)
        assert told[0].startswith("format='auto' reads this as ")
        assert "\n" not in told[0]
        if make in DATED and recording.start is not None:
            start = pd.Timestamp(recording.start).tz_localize(None)
            assert start + pd.Timedelta(seconds=recording.time[0]) == files.START

    def test_a_named_format_says_nothing(self, make, name, samples, tmp_path):
        if name is None:
            pytest.skip("no logger")
        path = make(tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)
            recording = read_recording(path, format=name)
        np.testing.assert_allclose(recording.samples, samples, atol=2e-6)

    def test_the_report_says_how(self, make, name, samples, tmp_path):
        report = inspect_file(make(tmp_path))
        assert report.format == name
        assert report.recording is not None, report.problems
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)
            pasted = eval(report.call, {"read_recording": read_recording})
        np.testing.assert_array_equal(pasted.samples, report.recording.samples)
        np.testing.assert_array_equal(pasted.time, report.recording.time)
        assert pasted.channel_names == report.recording.channel_names
        assert str(report.recording.sampling_rate)[:2] in str(report)


class TestArchives:
    @pytest.mark.parametrize(
        ("make", "names"),
        [
            (files.phyphox_zip, ("Accelerometer_", "Gyroscope_")),
            (files.sensor_logger_zip, ("TotalAcceleration_", "Gyroscope_")),
        ],
        ids=_named,
    )
    def test_the_sensors_are_merged(self, make, names, tmp_path):
        path = make(tmp_path)
        recording, told = _auto(path)
        # Interpolation on the grid is exact but for the phase of the clock.
        np.testing.assert_allclose(recording.samples, BOTH[: len(recording)], atol=1e-3)
        assert len(recording) == files.N
        assert recording.facts["file"] == str(path)
        assert [name.startswith(names) for name in recording.channel_names] == [True] * 6
        assert "the sensors are merged" in told[0]
        faster, _ = _auto(path, sampling_rate=100.0)
        assert faster.sampling_rate == 100.0
        assert inspect_file(path).arguments == {"format": "auto"}

    def test_one_without_an_accelerometer(self, tmp_path):
        path = files.phyphox_zip(tmp_path)
        with files.zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Light.csv", "time,lux\n0,1\n")
            archive.writestr("Sound.csv", "time,dB\n0,1\n")
        with pytest.raises(ValueError, match=r"must hold a file of an accelerometer.*Light.csv"):
            read_recording(path, format="auto")

    def test_a_member_cannot_leave_the_folder(self, tmp_path):
        path = tmp_path / "evil.zip"
        inner = files._sensor_logger(ACCELERATION)
        with files.zipfile.ZipFile(path, "w") as archive:
            archive.writestr("../../Accelerometer.csv", inner)
            archive.writestr("Metadata.csv", "version\n3\n")
        _auto(path)
        assert not (tmp_path.parent.parent / "Accelerometer.csv").exists()
        assert [entry.name for entry in tmp_path.iterdir()] == ["evil.zip"]


class TestSeveralInOne:
    def test_subjects_of_wisdm(self, tmp_path):
        path = files.wisdm(tmp_path)
        with pytest.warns(RecordingWarning) as caught:
            recordings = read_recordings(path, format="auto")
        assert [r.subject for r in recordings] == [33, 17]
        assert {str(label) for r in recordings for label in r.labels} == {"Jogging"}
        # Two samples share a line, and one line broke off: three samples of each subject.
        assert [len(r) for r in recordings] == [files.N - 3] * 2
        kept = np.delete(ACCELERATION, [100, 101, 201], axis=0)
        for recording in recordings:
            np.testing.assert_allclose(recording.samples, kept, atol=2e-6)
        assert any("4 line(s) are not rows" in str(warning.message) for warning in caught)
        with (
            pytest.warns(RecordingWarning),
            pytest.raises(ValueError, match=r"increase|subject"),
        ):
            read_recording(path, format="auto")

    def test_subjects_and_devices_of_hhar(self, tmp_path):
        path = files.hhar(tmp_path)
        with pytest.warns(RecordingWarning, match="as a file of HHAR"):
            recordings = read_recordings(path, format="auto")
        found = [(r.subject, r.facts["session"]) for r in recordings]
        assert found == [("a", "nexus4_1"), ("a", "nexus4_2"), ("b", "nexus4_1")]
        for recording in recordings:
            np.testing.assert_allclose(recording.samples, ACCELERATION, atol=2e-6)
            assert recording.sampling_rate == pytest.approx(50.0)

    def test_a_folder(self, tmp_path):
        for subject in ("anna", "ben"):
            folder = tmp_path / subject / "walking"
            folder.mkdir(parents=True)
            files.sensor_logger(folder)
            text = files._sensor_logger(ANGULAR_VELOCITY)
            (folder / "Gyroscope.csv").write_text(text)
        with pytest.warns(RecordingWarning) as caught:
            recordings = read_recordings(
                tmp_path, "{subject}/{activity}/{sensor}.csv", format="auto"
            )
        assert "4 of 4 files are read by format='auto'" in str(caught[0].message)
        assert [(r.subject, str(r.labels[0])) for r in recordings] == [
            ("anna", "walking"),
            ("ben", "walking"),
        ]
        assert recordings[0].channel_names == (
            *(f"TotalAcceleration_{axis}" for axis in "xyz"),
            *(f"Gyroscope_{axis}" for axis in "xyz"),
        )
        np.testing.assert_allclose(recordings[1].samples, BOTH, atol=1e-3)


class TestWithOneArgument:
    @pytest.mark.parametrize(
        ("make", "samples"),
        [
            (files.motion_sense, np.hstack([LINEAR, ANGULAR_VELOCITY])),
            (files.arduino_without_times, ACCELERATION),
        ],
        ids=_named,
    )
    def test_a_rate_for_files_without_times(self, make, samples, tmp_path):
        path = make(tmp_path)
        recording, _ = _auto(path, sampling_rate=50.0)
        np.testing.assert_allclose(recording.samples, samples, atol=2e-6)
        np.testing.assert_allclose(recording.time, files.T)
        with (
            pytest.warns(RecordingWarning, match="no times"),
            pytest.raises(ValueError, match="sampling_rate must be given"),
        ):
            read_recording(path, format="auto")


def test_lines_that_are_no_rows_are_left_out_and_counted(tmp_path):
    recording, told = _auto(files.arduino(tmp_path))
    kept = np.delete(ACCELERATION, 198, axis=0)
    np.testing.assert_allclose(recording.samples, kept, atol=2e-6)
    assert any("3 line(s) are not rows of the table and are left out" in line for line in told)
    plain = {"time": "ms", "time_unit": "ms", "read_options": {"skiprows": 2}}
    with pytest.warns(RecordingWarning, match=r"3 line\(s\) are not rows"):
        again = read_recording(tmp_path / "putty.log", **plain)
    np.testing.assert_array_equal(again.samples, recording.samples)
    with pytest.warns(RecordingWarning, match=r"3 line\(s\) are not rows"):
        pieces = list(read_recording(tmp_path / "putty.log", chunksize=70, **plain))
    np.testing.assert_array_equal(np.vstack([p.samples for p in pieces]), recording.samples)


class TestRowsLongerThanTheNames:
    SAMPLES = np.arange(9000.0).reshape(3000, 3) % 89
    ROWS = tuple(f"{i / 50},{x},{y},{z}" for i, (x, y, z) in enumerate(SAMPLES))

    def read(self, names, rows, **options):
        content = io.BytesIO("\n".join([names, *rows]).encode())
        return read_recording(content, channels=["p", "q", "r"], time="t", **options)

    @pytest.mark.parametrize("end", [",", ", ", ",  \r"])
    def test_each_row_ends_with_a_separator(self, end):
        recording = self.read("t,p,q,r", [row + end for row in self.ROWS])
        np.testing.assert_array_equal(recording.samples, self.SAMPLES)

    @pytest.mark.parametrize("at", [0, 2500])
    def test_a_value_beyond_the_last_name(self, at):
        rows = [row + "," for row in self.ROWS]
        rows[at] += "7"
        with pytest.warns(RecordingWarning, match=rf"1 line\(s\) .* line {at + 2}\."):
            recording = self.read("t,p,q,r", rows)
        np.testing.assert_array_equal(recording.samples, np.delete(self.SAMPLES, at, axis=0))

    def test_row_numbers_without_a_name(self):
        rows = [f'"{i}",{row}' for i, row in enumerate(self.ROWS, 1)]
        np.testing.assert_array_equal(self.read("t,p,q,r", rows).samples, self.SAMPLES)

    def test_a_name_is_missing(self):
        rows = [f"0.7,{row}" for row in self.ROWS]
        with pytest.raises(ValueError, match="4 names and rows of 5 values") as error:
            self.read("t,p,q,r", rows)
        assert "read_options={'header': 0, 'names': [...]}" in str(error.value)
        options = {"header": 0, "names": ["u", "t", "p", "q", "r"]}
        recording = self.read("t,p,q,r", rows, read_options=options)
        np.testing.assert_array_equal(recording.samples, self.SAMPLES)


def test_explicit_arguments_win(tmp_path):
    path = files.androsensor(tmp_path)
    gravity = [f"GRAVITY {axis} (m/s²)" for axis in "ZXY"]
    recording, told = _auto(path, channels=gravity)
    assert recording.channel_names == tuple(gravity)
    np.testing.assert_allclose(recording.samples, [[1.0, 0.0, 0.0]] * files.N, atol=1e-6)
    for_acceleration, told = _auto(path, units="g")
    np.testing.assert_allclose(for_acceleration.samples[:, :3], ACCELERATION * files.G, atol=1e-5)
    np.testing.assert_allclose(for_acceleration.samples[:, 3:], ANGULAR_VELOCITY, atol=1e-5)
    _, told = _auto(path, time_unit="s")
    assert "in s" in told[0]
    one = {"ACCELEROMETER X (m/s²)": "acc"}
    assert _auto(path, channels=one)[0].channel_names == ("acc",)


def test_a_table_of_pandas(tmp_path):
    frame = pd.read_csv(files.physics_toolbox(tmp_path))
    before = frame.copy()
    recording, _ = _auto(frame)
    np.testing.assert_allclose(recording.samples[:, :3], ACCELERATION, atol=2e-6)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("how", ["open", "gz", "zip", "pieces"])
def test_other_sources(how, tmp_path):
    path = files.shimmer(tmp_path)
    options = {}
    source = path
    if how == "open":
        source = path.open("rb")
    elif how == "pieces":
        options = {"chunksize": 70}
    else:
        source = tmp_path / f"log.csv.{how}"
        if how == "gz":
            source.write_bytes(gzip.compress(path.read_bytes()))
        else:
            with files.zipfile.ZipFile(source, "w") as archive:
                archive.writestr("log.csv", path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RecordingWarning)
        found = read_recording(source, format="auto", **options)
        samples = np.vstack([p.samples for p in found]) if options else found.samples
    np.testing.assert_allclose(samples, BOTH, atol=2e-6)
    if how == "open":
        source.close()


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("phyfox", r"format must be None or one of .*did you mean 'phyphox'"),
            ("empatica", "got 'empatica' for what looks like 'phyphox'"),
        ],
    )
    def test_a_wrong_name(self, name, message, tmp_path):
        with pytest.raises(ValueError, match=message):
            read_recording(files.phyphox(tmp_path), format=name)

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("log.csv", b"", "empty file"),
            ("log.csv", b"\n\n", "empty file"),
            ("log.csv", b'"', "."),
            ("log.xls", b"\xd0\xcf\x11\xe0", "source must be a file of one of the kinds"),
            ("log.json", b'{"payload": {}}', "must be JSON of Edge Impulse"),
            ("log.csv", b"only,text\nin,it\n", "columns of numbers besides the times"),
        ],
    )
    def test_what_is_in_it(self, name, content, message, tmp_path):
        path = tmp_path / name
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RecordingWarning)
            with pytest.raises(ValueError, match=message):
                read_recording(path, format="auto")

    def test_a_stream(self):
        class Stream:
            def read(self, n=-1):
                return b""

        with pytest.raises(ValueError, match="read twice"):
            read_recording(Stream(), format="auto")

    def test_other_encodings_name_the_argument(self, tmp_path):
        path = files.latin1(tmp_path)
        options = {"sep": ";", "decimal": ","}
        with pytest.raises(ValueError, match=r"read_options=\{'encoding': 'cp1252'\}"):
            read_recording(path, time="Time (ms)", time_unit="ms", read_options=options)


def test_the_table_of_formats_is_the_one_that_is_tested():
    page = PAGE.read_text(encoding="utf-8")
    listed = re.findall(r"^   \* - ``([a-z0-9-]+)``$", page, flags=re.MULTILINE)
    with pytest.raises(ValueError, match=r"one of \['auto', (.*)\], got") as error:
        read_recording("x.csv", format="x")
    known = re.search(r"\['auto', (.*?)\]", str(error.value))[1].replace("'", "").split(", ")
    assert sorted(listed) == sorted(known)
    tested = {name for _, name, _ in READ if name is not None}
    assert tested | {"hhar"} == set(known)


def test_columns_that_are_named_are_not_told_as_left_out():
    lines = ["time,ax,ay,az,who,what,note"]
    lines += [f"{i / 50},{i % 7},{i % 5},9.{i % 3},ann,sit,{i}" for i in range(200)]
    with pytest.warns(RecordingWarning, match="format='auto'") as warned:
        recording = read_recording(
            io.StringIO("\n".join(lines)), format="auto", labels="what", subject="who"
        )
    assert (set(recording.labels), recording.subject) == ({"sit"}, "ann")
    (said,) = (str(w.message) for w in warned if "format='auto'" in str(w.message))
    assert "left out ['note']" in said
