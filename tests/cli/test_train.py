"""``sklearn-har train``, and ``evaluate`` of the same files."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from sklearn.utils import Bunch

import sklearn_har.datasets
from sklearn_har import ActivityRecognizer
from sklearn_har.cli import main
from sklearn_har.datasets import make_har_recordings
from sklearn_har.utils.saved_models import load_model
from trained_files import COLUMNS, NAMES, PATTERN, SMALL, make_frames, read_value, train

pytest.importorskip("skops.io", reason="skops is not installed")


def test_it_says_what_it_read_and_trained(data, tmp_path, capsys):
    path = tmp_path / "model.skops"
    assert train(data, "--save", path, "--preset", "uci-har", "--overlap", "0.75") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert read_value(out, "recordings").startswith("12, ")
    assert read_value(out, "recordings").endswith(" s at 50 Hz")
    assert read_value(out, "subjects") == "4: s1, s2, s3, s4"
    assert read_value(out, "channels") == "ax, ay, az, gx, gy, gz"
    assert re.fullmatch(
        r"laying [\d.]+ s, sitting [\d.]+ s, walking [\d.]+ s", read_value(out, "activities")
    )
    assert read_value(out, "windows") == "2.56 s (128 time steps at 50 Hz), overlap 0.75"
    assert read_value(out, "model") == "cnn-lstm (CNNLSTMClassifier)"
    assert read_value(out, "settings").startswith(
        "as in its recipe, epochs=2, estimator__min_updates=1"
    )
    recognizer = load_model(path)
    assert isinstance(recognizer, ActivityRecognizer)
    assert read_value(out, "trained on") == f"{recognizer.n_windows_} windows"
    assert recognizer.channel_names_in_ == tuple(NAMES)
    assert recognizer.preparation_.overlap == 0.75
    assert "accuracy" not in out.lower()
    assert all(len(line) <= 80 for line in out.splitlines() if str(tmp_path) not in line)


def test_an_existing_file_is_kept_unless_forced(data, tmp_path, capsys):
    path = tmp_path / "model.skops"
    path.write_text("precious")
    assert train(data, "--save", path) == 2
    assert "the file exists; add --force to overwrite it" in capsys.readouterr().err
    assert path.read_text() == "precious"
    assert train(data, "--save", path, "--force") == 0
    assert load_model(path).classes_.tolist() == ["laying", "sitting", "walking"]


def test_one_table_of_several_subjects_cross_validated(data, tmp_path, capsys):
    path = tmp_path / "model.skops"
    options = ("--labels", "activity", "--subject", "person", "--folds", "2", "--save", path)
    assert train(data, *options, source="table.csv") == 0
    out = capsys.readouterr().out
    assert read_value(out, "recordings").startswith("4, ")
    assert read_value(out, "subjects") == "4: 1, 2, 3, 4"
    by_subject = out.partition("By subject")[2].splitlines()[2:6]
    assert sorted(line.split()[0] for line in by_subject) == ["1", "2", "3", "4"]
    assert path.exists()


@pytest.mark.parametrize("name", ["hapt", "motion-sense"])
def test_recordings_of_a_data_set_are_divided_by_its_split(
    model, tmp_path, monkeypatch, capsys, name
):
    calls = []

    def fetch(*, subset, archive, data_home):
        calls.append((subset, archive, data_home))
        recordings = make_har_recordings(2, seconds_per_activity=6.0, random_state=0).recordings
        return Bunch(recordings=[replace(r, channel_names=NAMES) for r in recordings])

    monkeypatch.setattr(sklearn_har.datasets, f"fetch_{name.replace('-', '_')}", fetch)
    places = ("--archive", str(tmp_path / "a.zip"), "--data-home", str(tmp_path))
    save = ("--save", str(tmp_path / "model.skops"))
    assert main(["train", name, *SMALL, *places, *save]) == 0
    assert main(["evaluate", name, "--model", str(model), *places]) == 0
    # The model of the fixture knows three of the six activities.
    assert "have activities that the recognizer was not trained on" in capsys.readouterr().err
    assert calls == [(part, tmp_path / "a.zip", tmp_path) for part in ("train", "test")]


def test_evaluate_a_network_by_cross_validation(data, capsys):
    source = ("--pattern", PATTERN, *COLUMNS, *SMALL)
    assert main(["evaluate", str(data / "folder"), "--model", "lstm", "--folds", "2", *source]) == 0
    out = capsys.readouterr().out
    assert "model       lstm (LSTMClassifier)" in out
    assert all(f"\ns{i} " in out for i in (1, 2, 3, 4))


def test_the_frame_of_the_body(data, tmp_path, capsys):
    path = tmp_path / "model.skops"
    assert train(data, "--save", path, "--frame", "body", "--rate", "25") == 0
    out, err = capsys.readouterr()
    assert ", body frame" in read_value(out, "windows")
    assert "the frame of the body is not known in" in err
    assert load_model(path).preparation_.frame == "body"
    assert main(["predict", str(data / "next.csv"), "--model", str(path)]) == 0


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("folder",), "is a folder: describe the names of its files, such as --pattern"),
        (("folder", "--pattern", "{subject}/{trial}.csv"), "--pattern"),
        (("labelled.csv",), "1 of 1 recordings have no labels: name their column by --labels, or"),
        (("table.csv", "--labels", "activty"), "--labels must name a column, got 'activty'"),
        (("table.csv", "--labels", "activity"), "several subjects, name their column by --subject"),
        (("nowhere",), "there is no such folder or file, and no such data set"),
        (("simulated", "--save", "m.onnx"), "--save m.onnx: the ending must be .skops"),
        (("simulate",), "did you mean 'simulated'?"),
        (("simulated", "--labels", "a"), "--labels: the data set simulated has its own files"),
        (
            ("simulated", "--archive", "a.zip"),
            "only for the data sets uci-har, hapt, motion-sense",
        ),
        (
            ("table.csv", "--labels", "activity", "--subject", "person", "--folds", "9"),
            "--folds 9: there are 4 subjects to divide",
        ),
        (("labelled.csv", "--labels", "activity", "--folds", "2"), "--folds needs subjects"),
        (
            ("labelled.csv", "--labels", "activity", "--set", "estimator__unit=3"),
            "did you mean esti",
        ),
        (("labelled.csv", "--labels", "activity", "--set", "min_duratoin=3"), "did you mean min_"),
        (("labelled.csv", "--labels", "activity", "--set", "estimator=3"), "--set estimator: "),
        (("labelled.csv", "--labels", "activity", "--model", "convlstm"), "mean 'conv-lstm'?"),
        (("labelled.csv", "--labels", "activity", "--epocs", "3"), "mean '--epochs'?"),
    ],
)
def test_what_is_wrong_is_one_line_before_the_training(
    data, argv, message, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(data)
    monkeypatch.setattr(ActivityRecognizer, "fit", None)
    save = tmp_path / "model.skops"
    save_as = () if "--save" in argv else ("--save", str(save))
    assert main(["train", *argv, *save_as]) in (1, 2)
    err = capsys.readouterr().err.splitlines()[-1]
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert not save.exists()


def test_columns_that_nobody_named_are_not_guessed(data, tmp_path, capsys):
    frame = pd.read_csv(data / "labelled.csv").assign(battery=80.0)
    frame.to_csv(tmp_path / "log.csv", index=False)
    argv = ["train", str(tmp_path / "log.csv"), "--labels", "activity"]
    assert main([*argv, "--save", str(tmp_path / "model.skops")]) == 2
    err = capsys.readouterr().err
    assert "there are 7 columns of numbers (ax, ay, az, gx, gy, gz, battery): name the" in err


def test_sensors_in_files_of_their_own(data, tmp_path, capsys):
    for subject, frame in list(make_frames())[:2]:
        for activity, part in frame.groupby("activity"):
            folder = tmp_path / "logs" / str(subject) / activity
            folder.mkdir(parents=True)
            for sensor, letter in (("Accelerometer", "a"), ("Gyroscope", "g")):
                columns = {f"{letter}{axis}": axis for axis in "xyz"}
                table = part[["time", *columns]].rename(columns=columns)
                table.assign(extra=1.0).to_csv(folder / f"{sensor}.csv", index=False)
    model = tmp_path / "model.skops"
    columns = ["--acceleration", *(f"Accelerometer:{axis}" for axis in "xyz")]
    columns += ["--gyroscope", *(f"Gyroscope:{axis}" for axis in "xyz")]
    pattern = ("--pattern", "{subject}/{activity}/{sensor}.csv")
    argv = ["train", str(tmp_path / "logs"), *pattern, *columns, *SMALL]
    assert main([*argv, "--save", str(model)]) == 0
    assert read_value(capsys.readouterr().out, "channels").startswith("Accelerometer_x, Accelero")
    argv = ["predict", str(folder), "--pattern", "{sensor}.csv", "--model", str(model)]
    assert main(argv) == 0
    assert main([*argv, "--pattern", "nothing/{sensor}.csv"]) == 1
