"""Many recordings at once: from folders, from lists of files and from long tables."""

import io
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import read_recording, read_recordings


def samples(n=100, rate=50.0, value=1.0, **columns):
    noise = np.random.default_rng(0).normal(scale=0.01, size=(n, 2))
    frame = pd.DataFrame({"time": np.arange(n) / rate, "x": noise[:, 0], "y": noise[:, 1] + value})
    return frame.assign(**columns)


def write(folder, **frames):
    """Write frames; two underscores in a name are a slash."""
    for name, frame in frames.items():
        path = folder / f"{name.replace('__', '/')}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_csv(path, index=False)


@pytest.fixture
def tree(tmp_path):
    """Three recordings of two sensors each, which begin and end at times of their own."""
    late = samples(52, 25.0)
    late["time"] += 0.1
    for trial in ("s1__walk__1", "s1__walk__10", "s1__walk__2"):
        write(tmp_path, **{f"{trial}__Gyroscope": late, f"{trial}__Accelerometer": samples()})
    return tmp_path


TREE = "{subject}/{activity}/{trial}/{sensor}.csv"


class TestFields:
    def test_subject_activity_and_facts(self, tmp_path):
        write(tmp_path, s2__sit_a=samples(), s10__walk_b=samples(), s2__walk_a=samples())
        recordings = read_recordings(tmp_path, "{subject}/{activity}_{device}.csv")
        assert [r.subject for r in recordings] == ["s2", "s2", "s10"]
        assert [set(r.labels) for r in recordings] == [{"sit"}, {"walk"}, {"walk"}]
        assert recordings[0].facts == {
            "activity": "sit",
            "device": "a",
            "file": str(tmp_path / "s2" / "sit_a.csv"),
        }
        assert recordings[0].channel_names == ("x", "y")

    def test_wildcards(self, tmp_path):
        write(tmp_path, s1__monday__sit=samples(), s1__sit=samples())
        assert len(read_recordings(tmp_path, "{subject}/*/{activity}.csv")) == 1
        assert len(read_recordings(str(tmp_path), "{subject}/**/s*.csv")) == 2

    def test_a_field_has_one_value_in_a_path(self, tmp_path):
        write(tmp_path, s1__s1_sit=samples(), s1__s2_sit=samples())
        (recording,) = read_recordings(tmp_path, "{subject}/{subject}_{activity}.csv")
        assert recording.facts["file"].endswith("s1_sit.csv")

    def test_hidden_files_are_left_out(self, tmp_path):
        write(tmp_path, **{"s1__sit": samples(), "s1__._sit": samples(), ".trash__sit": samples()})
        assert len(read_recordings(tmp_path, "{subject}/{activity}.csv")) == 1

    def test_options_go_to_each_file(self, tmp_path):
        write(tmp_path, s1=samples().rename(columns={"time": "t"}))
        (recording,) = read_recordings(
            tmp_path, "{subject}.csv", time="t", channels={"y": "acc_y"}, units="mg"
        )
        assert recording.channel_names == ("acc_y",)
        np.testing.assert_allclose(recording.samples[:, 0], samples().y / 1000)

    def test_files_without_times(self, tmp_path):
        write(tmp_path, s1=samples().drop(columns="time"))
        (recording,) = read_recordings(tmp_path, "{subject}.csv", time=None, sampling_rate=20.0)
        assert recording.sampling_rate == 20.0

    def test_facts_that_hold_for_all(self, tmp_path):
        write(tmp_path, s1=samples())
        (recording,) = read_recordings(
            tmp_path, "{subject}.csv", facts={"device": "watch", "activity": "sit"}
        )
        assert recording.facts["device"] == "watch"
        assert set(recording.labels) == {"sit"}

    def test_facts_from_a_table(self, tmp_path):
        write(tmp_path, s1__a=samples(), s2__a=samples())
        facts = pd.DataFrame({"file": ["s2/a.csv", "s1/a.csv"], "age": [30, 20]})
        recordings = read_recordings(tmp_path, "{subject}/a.csv", facts=facts)
        assert [(r.subject, r.facts["age"]) for r in recordings] == [("s1", 20), ("s2", 30)]
        with pytest.raises(ValueError, match=r"agree with the fields .*subject='s9'"):
            read_recordings(tmp_path, "{subject}/a.csv", facts=facts.assign(subject="s9"))


class TestSensors:
    def test_sensors_are_merged(self, tree):
        recordings = read_recordings(tree, TREE)
        assert [r.facts["trial"] for r in recordings] == ["1", "2", "10"]
        first = recordings[0]
        assert first.channel_names == (
            "Accelerometer_x",
            "Accelerometer_y",
            "Gyroscope_x",
            "Gyroscope_y",
        )
        assert first.sampling_rate == 50.0
        assert first.time[[0, -1]] == pytest.approx([0.1, 1.98], abs=0.021)
        assert (first.subject, set(first.labels)) == ("s1", {"walk"})
        assert [file.rpartition("/")[2] for file in first.facts["file"]] == [
            "Accelerometer.csv",
            "Gyroscope.csv",
        ]

    def test_order_choice_and_rate(self, tree):
        recordings = read_recordings(
            tree, TREE, sensors=["Gyroscope", "Accelerometer"], sampling_rate=20
        )
        assert recordings[0].channel_names[0] == "Gyroscope_x"
        assert recordings[0].sampling_rate == 20.0
        (only, *_) = read_recordings(tree, TREE, sensors=["Gyroscope"])
        assert only.channel_names == ("Gyroscope_x", "Gyroscope_y")
        assert only.sampling_rate == 25.0
        with pytest.raises(ValueError, match=r"got 'Gyro' \(did you mean 'Gyroscope'"):
            read_recordings(tree, TREE, sensors=["Gyro"])

    def test_other_sensors_come_last(self, tmp_path):
        names = ["Barometer", "gyro", "my_acc"]
        write(tmp_path, **{f"s1__{name}": samples() for name in names})
        (recording,) = read_recordings(tmp_path, "{subject}/{sensor}.csv", channels=["x"])
        assert recording.channel_names == ("my_acc_x", "gyro_x", "Barometer_x")

    def test_options_of_one_sensor(self, tree):
        (recording, *_) = read_recordings(
            tree,
            TREE,
            channels={"Accelerometer": {"x": "acc"}, "Gyroscope": ["x"]},
            units={"Accelerometer": "mg"},
        )
        assert recording.channel_names == ("acc", "Gyroscope_x")
        plain = read_recordings(tree, TREE, channels=["x"])[0]
        np.testing.assert_allclose(recording.samples, plain.samples / [1000, 1])
        with pytest.raises(ValueError, match=r"units must have sensors .*mean 'Gyroscope'"):
            read_recordings(tree, TREE, units={"Accelerometer": "g", "Gyroscop": "rad/s"})
        # A mapping without sensors is one of columns.
        assert len(read_recordings(tree, TREE, units={"x": "g"})) == 3

    def test_a_missing_sensor(self, tree):
        (tree / "s1/walk/2/Gyroscope.csv").unlink()
        with pytest.raises(ValueError, match=r"trial '2': has no file .*\['Gyroscope'\]"):
            read_recordings(tree, TREE)
        with pytest.warns(RecordingWarning, match="1 of 3 recordings are left out: .*trial '2'"):
            recordings = read_recordings(tree, TREE, on_error="skip")
        assert [r.facts["trial"] for r in recordings] == ["1", "10"]

    def test_errors_name_the_file(self, tree):
        with pytest.raises(ValueError, match=r"^s1/walk/1/Accelerometer.csv: channels must name"):
            read_recordings(tree, TREE, channels=["z"])

    def test_files_that_cannot_be_told_apart(self, tree):
        with pytest.raises(ValueError, match="files of one sensor apart"):
            read_recordings(tree, "{subject}/*/*/{sensor}.csv")


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "nearest"),
        [
            ("{subject}/{activity}/{sensor}.csv", "{subject}/{activity}/*/{sensor}.csv"),
            ("{subject}/{activity}/{trial}/{x}/{sensor}.csv", TREE),
            ("{subject}/{activity}/{trial}/{sensor}.txt", TREE),
            ("{subject}/sit/{trial}/{sensor}.csv", "{subject}/*/{trial}/{sensor}.csv"),
            ("{subject}_{activity}.csv", "{subject}/{activity}/*/*.csv"),
        ],
    )
    def test_the_nearest_pattern_is_told(self, tree, pattern, nearest):
        with pytest.raises(ValueError, match="matches none of the 6 files there") as error:
            read_recordings(tree, pattern)
        assert "such as 's1/walk/1/Accelerometer.csv'" in str(error.value)
        assert f"The pattern {nearest!r} matches 6 of them." in str(error.value)

    @pytest.mark.parametrize(
        ("pattern", "message"),
        [
            ("{subject/{activity}.csv", "a pattern|close each|fields with names"),
            ("{my subject}.csv", "fields with names"),
            ("{}.csv", "fields with names"),
            ("subject}.csv", "close each"),
            ("{file}.csv", "'file' is always the path|matches none"),
        ],
    )
    def test_patterns_that_mean_nothing(self, tmp_path, pattern, message):
        write(tmp_path, s1=samples())
        with pytest.raises(ValueError, match=message):
            read_recordings(tmp_path, pattern)

    def test_folders_without_files(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="got none in"):
            read_recordings(tmp_path, "*.csv")
        with pytest.raises(FileNotFoundError, match="does not exist"):
            read_recordings(tmp_path / "no", "*.csv")
        write(tmp_path, a=samples())
        with pytest.raises(NotADirectoryError, match="is a file"):
            read_recordings(tmp_path / "a.csv", "*.csv")
        with pytest.raises(ValueError, match=r"pattern must describe .*such as 'a.csv'"):
            read_recordings(tmp_path)


class TestTables:
    def long(self):
        one, two = samples(60, who=7, run="a"), samples(60, who=3, run="b")
        two["time"] += 100.0
        three = samples(40, who=7, run="b")
        mixed = pd.concat([one, two]).sort_index(kind="stable")
        return pd.concat([mixed, three], ignore_index=True).assign(what="sit")

    def test_subjects_are_not_mixed(self):
        frame = self.long().query("who == 3 or run == 'a'")
        recordings = read_recordings(frame, subject="who", labels="what", channels=["x"])
        assert [(r.subject, len(r)) for r in recordings] == [(7, 60), (3, 60)]
        expected = read_recording(samples(60), channels=["x"])
        np.testing.assert_array_equal(recordings[0].samples, expected.samples)
        assert set(recordings[0].labels) == {"sit"}
        assert recordings[0].facts == {}

    @pytest.mark.parametrize("form", ["frame", "csv", "parquet", "open"])
    def test_subjects_and_sessions(self, tmp_path, form):
        source = self.long()
        if form == "parquet":
            pytest.importorskip("pyarrow")
            source.to_parquet(tmp_path / "long.parquet")
            source = tmp_path / "long.parquet"
        elif form != "frame":
            source.to_csv(tmp_path / "long.csv", index=False)
            source = tmp_path / "long.csv"
        if form == "open":
            source = io.StringIO(source.read_text())
        recordings = read_recordings(source, subject="who", session="run")
        assert [(r.subject, r.facts["session"], len(r)) for r in recordings] == [
            (7, "a", 60),
            (3, "b", 60),
            (7, "b", 40),
        ]
        assert recordings[0].channel_names == ("x", "y")
        assert ("file" in recordings[0].facts) == (form in ("csv", "parquet"))

    def test_errors_name_the_subject(self):
        with pytest.raises(ValueError, match="subject 7: Column 'time' must increase"):
            read_recordings(self.long(), subject="who")
        with pytest.warns(RecordingWarning, match="1 of 2 recordings are left out.*subject 7"):
            (recording,) = read_recordings(self.long(), subject="who", on_error="skip")
        assert recording.subject == 3
        with pytest.raises(ValueError, match=r"subject must name a column, got 'whom' .*'who'"):
            read_recordings(self.long(), subject="whom")
        frame = self.long()
        frame.loc[3, "who"] = np.nan
        with pytest.raises(ValueError, match=r"rows without: \{'who': 1\}"):
            read_recordings(frame, subject="who", session="run")

    def test_several_files_of_several_subjects(self, tmp_path):
        write(tmp_path, a=self.long(), b=self.long().assign(who=9, run="c")[:60:2])
        recordings = read_recordings(
            tmp_path, "{place}.csv", subject="who", session="run", max_gap=9, on_error="skip"
        )
        assert [r.subject for r in recordings] == [7, 3, 7, 9]
        assert recordings[-1].facts["place"] == "b"


class TestLists:
    @pytest.fixture
    def paths(self, tmp_path):
        write(tmp_path, b=samples(), a=samples(50))
        return [tmp_path / "b.csv", str(tmp_path / "a.csv")]

    def test_the_order_is_that_of_the_list(self, paths):
        recordings = read_recordings(paths)
        assert [len(r) for r in recordings] == [100, 50]
        assert recordings[1].facts == {"file": paths[1]}

    @pytest.mark.parametrize("by", ["order", "column", "index", "full path"])
    def test_facts_of_files(self, paths, by):
        facts = pd.DataFrame(
            {"subject": ["B", "A"], "activity": ["sit", None], "age": [30, np.nan]}
        )
        if by == "column":
            facts = facts.assign(file=["b.csv", "a.csv"])[::-1]
        elif by != "order":
            facts.index = ["b.csv", "a.csv"] if by == "index" else list(map(str, paths))
            facts = facts[::-1]
        one, two = read_recordings(paths, facts=facts)
        assert (one.subject, two.subject) == ("B", "A")
        assert one.facts == {"activity": "sit", "age": 30, "file": str(paths[0])}
        assert set(one.labels) == {"sit"}
        assert two.facts == {"file": paths[1]}
        assert two.labels is None

    def test_the_subject_may_have_another_name(self, paths):
        facts = pd.DataFrame({"person": [1, 2]})
        assert [r.subject for r in read_recordings(paths, facts=facts, subject="person")] == [1, 2]

    @pytest.mark.parametrize(
        ("facts", "error", "message"),
        [
            (pd.DataFrame({"age": [1]}), ValueError, "one row for each of the 2 files, got 1"),
            (pd.DataFrame({"file": ["a.csv"]}), ValueError, r"got none for '.*b.csv'"),
            (pd.DataFrame({"file": ["a.csv", "a.csv"]}), ValueError, "got 'a.csv' twice"),
            (["s1", "s2"], TypeError, "facts must be a DataFrame, a mapping or None, got list"),
        ],
    )
    def test_facts_that_do_not_fit(self, paths, facts, error, message):
        with pytest.raises(error, match=message):
            read_recordings(paths, facts=facts)

    @pytest.mark.parametrize("source", [[], [samples()], 3])
    def test_sources_that_are_none(self, source):
        with pytest.raises((TypeError, ValueError), match="source must be"):
            read_recordings(source)


class TestErrorsAndWarnings:
    def test_an_error_keeps_its_type_and_cause(self, tmp_path):
        write(tmp_path, good=samples())
        (tmp_path / "bad.csv").write_bytes(b"time,x,m/s\xb2\n0,1,2\n")
        with pytest.raises(ValueError, match=r"^bad.csv: .*'encoding': 'cp1252'") as error:
            read_recordings(tmp_path, "{subject}.csv")
        assert isinstance(error.value.__cause__, ValueError)
        assert isinstance(error.value.__cause__.__cause__, UnicodeDecodeError)
        with pytest.raises(FileNotFoundError, match=r"missing.csv"):
            read_recordings([tmp_path / "missing.csv"])

    def test_skipped_files_are_counted(self, tmp_path):
        write(tmp_path, good=samples(), bad1=samples()[::-1], bad2=samples().drop(columns="time"))
        with pytest.warns(RecordingWarning) as caught:
            recordings = read_recordings(tmp_path, "{subject}.csv", on_error="skip")
        assert [r.subject for r in recordings] == ["good"]
        (message,) = [str(warning.message) for warning in caught]
        assert message.startswith("2 of 3 recordings are left out: bad1.csv: Column 'time' must")
        assert "| bad2.csv: time must name a column" in message
        assert caught[0].filename == __file__

    def test_nothing_that_can_be_read(self, tmp_path):
        write(tmp_path, bad=samples()[::-1])
        with pytest.raises(ValueError, match=r"None of 1 recordings can be read: bad.csv"):
            read_recordings(tmp_path, "{subject}.csv", on_error="skip")

    def test_one_warning_of_each_kind(self, tmp_path):
        broken = samples()
        broken.loc[50:, "time"] += 9.0
        write(tmp_path, a=samples(), b=broken, c=broken.assign(off=0.0), d=broken)
        with pytest.warns(RecordingWarning) as caught:
            read_recordings(tmp_path, "{subject}.csv")
        assert [str(warning.message)[:60] for warning in caught] == [
            "3 of 4 files may be wrong. The first: b.csv: The recording h",
            "1 of 4 files may be wrong. The first: c.csv: The channel(s) ",
        ]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"unit": "g"}, TypeError, r"unexpected keyword argument 'unit' .did you mean 'units'"),
            ({"chunksize": 9}, TypeError, "one by one"),
            ({"on_error": "ignore"}, ValueError, "on_error must be one of"),
            ({"subject": "who"}, ValueError, "Leave one of them out"),
            ({"labels": "what", "facts": {"activity": "sit"}}, ValueError, "labels='what'"),
            ({"sensors": ["acc"]}, ValueError, "needs a field {sensor}"),
            ({"on_disorder": "no"}, ValueError, "on_disorder must be one of"),
        ],
    )
    def test_arguments_that_cannot_be_right(self, tmp_path, arguments, error, message):
        write(tmp_path, s1=samples())
        with pytest.raises(error, match=message):
            read_recordings(tmp_path, "{subject}.csv", **arguments)


class TestRealFiles:
    def test_one_statement_reads_the_tree(self, shared_cases):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            recordings = read_recordings(
                shared_cases / "folders",
                "{subject}/{activity}/{trial}/{sensor}.csv",
                time_unit="ns",
                channels=["x", "y", "z"],
                units={"Accelerometer": "m/s2", "Gyroscope": "rad/s"},
            )
        # The accelerations are without gravity.
        assert all("may be wrong" in str(warning.message) for warning in caught)
        assert len(caught) <= 1
        assert Counter((r.subject, r.labels[0]) for r in recordings) == {
            (subject, activity): 4
            for subject in ("subject_1", "subject_2")
            for activity in ("still", "standing", "walking", "jumping")
        }
        assert {r.channel_names for r in recordings} == {
            tuple(f"{sensor}_{axis}" for sensor in ("Accelerometer", "Gyroscope") for axis in "xyz")
        }
        assert all(r.sampling_rate == pytest.approx(50.0, abs=0.5) for r in recordings)

    def test_two_subjects_on_one_clock(self, shared_cases):
        names = ["user", "activity", "time", "x", "y", "z"]
        with pytest.warns(RecordingWarning, match="1 of 2 recordings may be wrong.*gap"):
            recordings = read_recordings(
                shared_cases / "loggers" / "17_two_subjects.txt",
                subject="user",
                time_unit="ns",
                channels=["x", "y", "z"],
                units="m/s2",
                labels="activity",
                read_options={"header": None, "names": names, "comment": ";"},
            )
        assert [(r.subject, len(r)) for r in recordings] == [(33, 400), (17, 400)]

    def test_labels_of_two_annotators(self, shared_cases):
        notes = pd.read_csv(shared_cases / "loggers" / "29_label_intervals.csv")
        frame = pd.DataFrame({"time": np.arange(0, 1000, 0.5), "x": np.arange(2000.0)})
        with pytest.warns(RecordingWarning, match="2 overlap an earlier one"):
            labelled = read_recording(frame).with_labels(
                notes, activity="label", start="label_start", end="label_end"
            )
        assert labelled.labels[0] is None
        assert labelled.timeline().activity.tolist() == [
            "On Table",
            "Studying",
            "Stairs",
            "Bike",
            "Walking",
            "On Table",
            "Stairs",
            "On Table",
        ]


class TestTurns:
    """Sensors whose rows take turns in one table, as phones write their events."""

    def table(self, **columns):
        rng = np.random.default_rng(0)
        n = 400
        still = rng.normal([0.0, 0.0, 1.0], 0.02, (n, 3))
        turning = rng.normal(0.0, 0.1, (n, 3))
        frame = pd.DataFrame(np.stack([still, turning], axis=1).reshape(-1, 3), columns=list("xyz"))
        time = np.stack([np.arange(n) / 50, np.arange(n) / 50 + 0.003], axis=1).ravel()
        return frame.assign(time=time, kind=["Accelerometer", "Gyroscope"] * n, **columns)

    def test_each_sensor_is_read_by_itself(self, tmp_path):
        self.table(who="anna").to_csv(tmp_path / "events.csv", index=False)
        (recording,) = read_recordings(
            tmp_path / "events.csv",
            sensor="kind",
            subject="who",
            channels=["x", "y", "z"],
            units={"Accelerometer": "g", "Gyroscope": "rad/s"},
        )
        assert recording.channel_names == tuple(
            f"{sensor}_{axis}" for sensor in ("Accelerometer", "Gyroscope") for axis in "xyz"
        )
        assert (recording.subject, recording.sampling_rate) == ("anna", 50.0)
        assert recording.facts["file"] == str(tmp_path / "events.csv")
        assert np.median(recording.samples[:, 2]) == pytest.approx(1.0, abs=0.02)

    def test_one_table_without_the_column_is_refused(self):
        with pytest.raises(ValueError, match=r"sensor must name a column, got 'sensr'"):
            read_recordings(self.table(), sensor="sensr")
        with pytest.raises(ValueError, match=r"within each value of column 'kind'|repeated"):
            read_recordings(self.table().assign(time=np.repeat(np.arange(400) / 50, 2)))
