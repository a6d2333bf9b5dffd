"""The commands that read the model which ``sklearn-har train`` saved."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sklearn_har import ActivityRecognizer
from sklearn_har.cli import main
from sklearn_har.recordings import read_recording
from sklearn_har.utils.saved_models import load_model
from trained_files import COLUMNS, NAMES, PATTERN, SMALL

pytest.importorskip("skops.io", reason="skops is not installed")


def test_predict_needs_no_flag(data, model, tmp_path, capsys):
    out = tmp_path / "timeline.csv"
    assert (
        main(["predict", str(data / "next.csv"), "--model", str(model), "--timeline", str(out)])
        == 0
    )
    recording = read_recording(data / "next.csv", channels=NAMES)
    expected = load_model(model).timelines([recording])[0]
    written = pd.read_csv(out)
    pd.testing.assert_frame_equal(written, expected, atol=1e-5, check_dtype=False)
    printed = capsys.readouterr().out
    assert f"{len(recording)} samples, 6 channels, 50 Hz" in " ".join(printed.split())
    assert "1.28 s, 32 time steps" in printed
    assert set(written["activity"]) <= {"laying", "sitting", "walking"}
    # The options of smoothing are the only ones that may differ from the model.
    assert (
        main(["predict", str(data / "next.csv"), "--model", str(model), "--smoothing", "none"]) == 0
    )


def test_long_files_are_read_in_pieces(data, model, tmp_path, monkeypatch):
    outs = tmp_path / "a.csv", tmp_path / "b.csv"
    lengths = []
    timelines = ActivityRecognizer.timelines

    def spy(self, recordings):
        def counted(pieces):
            for piece in pieces:
                lengths.append(len(piece))
                yield piece

        return timelines(self, [counted(pieces) for pieces in recordings])

    monkeypatch.setattr(ActivityRecognizer, "timelines", spy)
    command = ["predict", str(data / "next.csv"), "--model", str(model), "--timeline"]
    assert main([*command, str(outs[0])]) == 0
    monkeypatch.setattr("sklearn_har.cli._reading._CHUNK", 400)
    monkeypatch.setattr("sklearn_har.cli._reading._WHOLE", 0)
    assert main([*command, str(outs[1])]) == 0
    assert len(lengths) > 3
    assert max(lengths[1:]) == 400
    assert outs[0].read_text() == outs[1].read_text()


def test_other_columns_and_units(data, model, tmp_path):
    _as_logged(pd.read_csv(data / "next.csv")).to_csv(tmp_path / "other.csv", index=False)
    outs = tmp_path / "a.csv", tmp_path / "b.csv"
    model = ("--model", str(model), "--timeline")
    assert main(["predict", str(data / "next.csv"), *model, str(outs[0])]) == 0
    assert main(["predict", str(tmp_path / "other.csv"), *model, str(outs[1]), *AS_LOGGED]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(outs[0]), pd.read_csv(outs[1]), atol=1e-3)


def _as_logged(frame):
    """The same samples under other names, in ms, m/s2 and deg/s, gravity apart as iOS has it."""
    gravity = {"x": 0.0, "y": -0.6 * 9.80665, "z": 0.8 * 9.80665}
    return pd.DataFrame(
        {
            "ms": (frame["time"] * 1000).round().astype(int),
            **{f"rot_{axis}": np.rad2deg(frame[f"g{axis}"]) for axis in "xyz"},
            **{f"acc_{axis}": -frame[f"a{axis}"] * 9.80665 - gravity[axis] for axis in "xyz"},
            **{f"gravity_{axis}": gravity[axis] for axis in "xyz"},
        }
    )


AS_LOGGED = (
    *("--time", "ms", "--time-unit", "ms", "--acceleration", "acc_x", "acc_y", "acc_z"),
    *("--acceleration-unit", "m/s2", "--gyroscope", "rot_x", "rot_y", "rot_z"),
    *("--gyroscope-unit", "deg/s", "--platform", "ios"),
    *("--gravity", "gravity_x", "gravity_y", "gravity_z"),
)


def test_the_model_remembers_how_its_files_were_read(data, tmp_path, capsys):
    for path in (data / "folder").rglob("*.csv"):
        logged = tmp_path / "logs" / path.relative_to(data / "folder")
        logged.parent.mkdir(parents=True, exist_ok=True)
        _as_logged(pd.read_csv(path)).to_csv(logged, index=False)
    next_frame = pd.read_csv(data / "next.csv")
    _as_logged(next_frame).to_csv(tmp_path / "next.csv", index=False)
    model, out = str(tmp_path / "model.skops"), tmp_path / "timeline.csv"
    argv = ["train", str(tmp_path / "logs"), "--pattern", PATTERN, *AS_LOGGED, *SMALL]
    assert main([*argv, "--save", model]) == 0
    capsys.readouterr()
    argv = ["predict", str(tmp_path / "next.csv"), "--model", model]
    assert main([*argv, "--timeline", str(out)]) == 0
    assert capsys.readouterr().err == ""
    recognizer = load_model(model_path := tmp_path / "model.skops")
    expected = recognizer.timelines([recognizer.read(tmp_path / "next.csv")])[0]
    pd.testing.assert_frame_equal(pd.read_csv(out), expected, atol=1e-5, check_dtype=False)
    assert recognizer.read_options["units"]["acc_x"] == "m/s2"
    assert recognizer.read_options["platform"] == "ios"
    # An option has precedence over what the model remembers.
    in_g = _as_logged(next_frame)
    in_g[[f"{name}_{axis}" for name in ("acc", "gravity") for axis in "xyz"]] /= 9.80665
    in_g.to_csv(tmp_path / "in_g.csv", index=False)
    argv = ["predict", str(tmp_path / "in_g.csv"), "--model", model, "--acceleration-unit", "g"]
    again = tmp_path / "again.csv"
    assert main([*argv, "--timeline", str(again)]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out), pd.read_csv(again), atol=1e-3)
    exported = tmp_path / "har.onnx"
    assert main(["export", str(model_path), str(exported)]) == 0
    argv = ["predict", str(tmp_path / "next.csv"), "--model", str(exported)]
    assert main([*argv, "--timeline", str(again)]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out), pd.read_csv(again), atol=1e-3)
    capsys.readouterr()
    # Its end is not waited for: a file that grows has none. A pipe has one.
    fed = subprocess.run(
        [sys.executable, "-m", "sklearn_har", "predict", "-", "--follow", "--model", model],
        input=(tmp_path / "next.csv").read_bytes(), capture_output=True, check=True,
    )  # fmt: skip
    rows = fed.stdout.decode().splitlines()[1:]
    decisions = recognizer.decisions([recognizer.read(tmp_path / "next.csv")])[0]
    assert [row.split()[-1] for row in rows] == [d.activity for d in decisions]


def test_a_forgotten_unit_is_one_line_of_warning(data, model, tmp_path, capsys):
    frame = pd.read_csv(data / "next.csv")
    frame[["ax", "ay", "az"]] *= 9.80665
    frame.to_csv(tmp_path / "next.csv", index=False)
    assert main(["predict", str(tmp_path / "next.csv"), "--model", str(model)]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("sklearn-har: warning: ") for line in lines)
    assert any(
        line.startswith(f"sklearn-har: warning: {tmp_path / 'next.csv'}: its accelerations")
        and "--acceleration-unit" in line
        for line in lines
    )


def test_times_since_1970_are_readable(data, model, tmp_path, capsys):
    frame = pd.read_csv(data / "next.csv")
    frame["time"] += 1_761_431_000.0
    dates = pd.to_datetime(frame["time"], unit="s")
    for name, times in (("epoch.csv", frame["time"]), ("dates.csv", dates)):
        frame.assign(time=times).to_csv(tmp_path / name, index=False)
        assert main(["predict", str(tmp_path / name), "--model", str(model)]) == 0
        out = capsys.readouterr().out
        assert "e+" not in out
        rows = [line.split() for line in out.partition("probability")[2].splitlines()[1:]]
        assert float(rows[0][1]) == pytest.approx(0.0, abs=0.05)
        assert f"since {dates[0]:%Y-%m-%d %H:%M:%S}" in " ".join(out.split())


def test_milliseconds_that_are_read_as_seconds_are_refused(data, model, tmp_path, capsys):
    frame = pd.read_csv(data / "next.csv")
    frame["time"] *= 1000.0
    frame.to_csv(tmp_path / "ms.csv", index=False)
    assert main(["predict", str(tmp_path / "ms.csv"), "--model", str(model)]) == 1
    *warnings, error = capsys.readouterr().err.splitlines()
    assert "a recording of 0.05 Hz is too slow for windows at 25 Hz" in error
    assert "--time-unit ms" in error
    assert len(warnings) == 1


def test_parquet_is_read_in_pieces_too(data, model, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    monkeypatch.setattr("sklearn_har.cli._reading._CHUNK", 400)
    monkeypatch.setattr("sklearn_har.cli._reading._WHOLE", 0)
    pd.read_csv(data / "next.csv").to_parquet(tmp_path / "next.parquet")
    outs = tmp_path / "a.csv", tmp_path / "b.csv"
    for source, out in zip((data / "next.csv", tmp_path / "next.parquet"), outs, strict=True):
        argv = ["predict", str(source), "--model", str(model), "--timeline", str(out)]
        assert main(argv) == 0
    assert outs[0].read_text() == outs[1].read_text()


def test_an_exported_classifier_of_windows_names_activities_and_rate(data, tmp_path, capsys):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    from sklearn_har import LSTMClassifier
    from sklearn_har.export import to_onnx

    X = np.random.default_rng(0).normal(size=(12, 64, 9)).astype(np.float32)
    clf = LSTMClassifier(units=4, n_steps=4, dense_units=4, epochs=1, random_state=0)
    clf.fit(X, np.arange(12) % 2)
    path = tmp_path / "har.onnx"
    to_onnx(clf, path, activity_names=["calm", "busy"], sampling_rate=25.0)
    argv = ["predict", str(data / "next.csv"), "--model", str(path)]
    # An unnamed column of notes is left out, and so is the battery without values.
    argv += COLUMNS
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert "2.56 s, 64 time steps" in out
    assert {line.split()[0] for line in out.partition("probability\n")[2].splitlines()} <= {
        "calm",
        "busy",
    }
    assert main([*argv, "--names", "one", "two", "--smoothing", "none"]) == 0
    assert "one" in capsys.readouterr().out


def test_evaluate_a_saved_model(data, model, tmp_path, capsys):
    path = tmp_path / "scores.json"
    options = ("--model", str(model), "--labels", "activity", "--json", str(path))
    assert main(["evaluate", str(data / "labelled.csv"), *options]) == 0
    out = capsys.readouterr().out
    recording = read_recording(data / "labelled.csv", channels=NAMES, labels="activity")
    scores = load_model(model).scores([recording])
    assert f"accuracy {scores.accuracy:.3f}, macro-F1 {scores.macro_f1:.3f}" in out
    assert "By activity" in out
    # Paths, which people copy, are not broken.
    assert all(len(line) <= 80 for line in out.splitlines() if str(data) not in line)
    assert all(f"\n{name} " in out for name in ("laying", "sitting", "walking"))
    content = json.loads(path.read_text())["evaluation"]
    assert content["accuracy"] == pytest.approx(scores.accuracy)
    assert content["event_f1"] == pytest.approx(scores.event_f1)


@pytest.mark.parametrize("ending", ["onnx", "tflite"])
def test_export_and_predict_without_tensorflow(data, model, ending, tmp_path):
    pytest.importorskip("onnxruntime" if ending == "onnx" else "ai_edge_litert")
    path, outs = tmp_path / f"har.{ending}", (tmp_path / "a.csv", tmp_path / "b.csv")
    assert main(["export", str(model), str(path)]) == 0
    recording = str(data / "next.csv")
    assert main(["predict", recording, "--model", str(model), "--timeline", str(outs[0])]) == 0
    argv = ["predict", recording, "--model", str(path), "--timeline", str(outs[1])]
    code = (
        f"import sys; from sklearn_har.cli import main; assert main({argv!r}) == 0;"
        "print('loaded:', *[n for n in ('tensorflow', 'keras') if n in sys.modules])"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert process.stdout.splitlines()[-1] == "loaded:"
    pd.testing.assert_frame_equal(pd.read_csv(outs[0]), pd.read_csv(outs[1]), atol=1e-4)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for other processes")
def test_a_growing_file_is_followed_with_the_same_model(data, model, tmp_path):
    content = (data / "next.csv").read_bytes().splitlines(keepends=True)
    path = tmp_path / "growing.csv"
    path.write_bytes(b"".join(content[:400]))
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from sklearn_har.cli import main;"
        f"sys.exit(main(['predict', {str(path)!r}, '--follow', '--model', {str(model)!r}]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().split() == ["start", "end", "probability", "activity"]
    found = [process.stdout.readline().split()]
    with path.open("ab") as file:
        file.write(b"".join(content[400:]))
    recording = read_recording(path, channels=NAMES)
    decisions = load_model(model).decisions([recording])[0]
    # The last window waits for samples that never come.
    while len(found) < len(decisions) - 1:
        found.append(process.stdout.readline().split())
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert [(float(row[0]), row[3]) for row in found] == [
        (pytest.approx(d.start, abs=0.01), d.activity) for d in decisions[: len(found)]
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--rate", "50"), "--rate 50 contradicts"),
        (("--window", "2.56"), "--window 2.56 contradicts"),
        (("--overlap", "0"), "--overlap 0 contradicts"),
        (("--preset", "resample"), "--preset resample contradicts"),
        (("--frame", "body"), "--frame body contradicts"),
        (("--names", "a", "b", "c"), "--names a b c contradicts"),
        (
            ("--acceleration", "ax", "ay", "az"),
            "was trained on 6 channels (ax, ay, az, gx, gy, gz)",
        ),
    ],
)
@pytest.mark.parametrize("follow", [(), ("--follow",)])
def test_options_that_contradict_the_model_are_refused(
    data, model, options, message, follow, capsys
):
    argv = ["predict", str(data / "next.csv"), "--model", str(model), *options, *follow]
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert message in err
    assert err.count("\n") == 1
    assert "probability" not in out


def test_options_that_agree_with_the_model_are_taken(data, model):
    options = ("--rate", "25", "--window", "1.28", "--overlap", "0.5")
    names = ("--names", "laying", "sitting", "walking")
    assert main(["predict", str(data / "next.csv"), "--model", str(model), *options, *names]) == 0


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--rate", "50"), "--rate 50 contradicts"),
        (("--names", "a", "b", "c"), "--names a b c contradicts"),
        (("--channels", "a", "b"), "--channels a b contradicts"),
    ],
)
def test_export_refuses_contradictions(model, option, message, tmp_path, capsys):
    assert main(["export", str(model), str(tmp_path / "har.onnx"), *option]) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_two_subjects_in_the_file_to_predict(data, model, capsys):
    assert main(["predict", str(data / "table.csv"), "--model", str(model)]) == 1
    assert "--subject person" in capsys.readouterr().err
