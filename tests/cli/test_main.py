"""The command line as a whole: help, version, exit status, errors in one line."""

import subprocess
import sys

import pytest

from sklearn_har import __version__
from sklearn_har.cli import main


def _python(code, **options):
    return subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        **options,
    )  # fmt: skip


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"sklearn-har {__version__}\n"


@pytest.mark.parametrize(
    "command", [[], ["train"], ["evaluate"], ["tune"], ["export"], ["fetch"], ["predict"]]
)
def test_help_teaches_by_examples_within_80_columns(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*command, "--help"]) == 0
    out = capsys.readouterr().out
    assert "examples:" in out
    assert " ".join(["sklearn-har", *command]) in out.partition("examples:")[2]
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", ["evaluate", "tune", "train", "predict"])
def test_prose_of_the_help_fits_a_narrow_terminal(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert main([command, "--help"]) == 0
    out = capsys.readouterr().out
    # Commands and the usage of an option are not cut, so that they can be copied.
    prose = [line for line in out.splitlines() if "--" not in line and "sklearn-har" not in line]
    assert max(map(len, prose)) <= 60
    assert "examples:" in out


def test_help_of_evaluate_states_the_defaults(capsys):
    main(["evaluate", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "(default: simulated)" in out
    assert "number of trainings (default: 3)" in out
    assert "(default: both with a recipe; none as published)" in out


def test_help_loads_none_of_the_heavy_libraries():
    heavy = ("tensorflow", "keras", "scikeras", "sklearn", "pandas", "scipy", "numpy")
    code = (
        "import sys; from sklearn_har.cli import main; main(['evaluate', '--help']);"
        f"print('loaded:', *[name for name in {heavy} if name in sys.modules])"
    )
    out, _ = _python(code).communicate()
    assert out.splitlines()[-1] == "loaded:"


def test_module_runs_as_the_program():
    process = subprocess.run(
        [sys.executable, "-m", "sklearn_har", "--version"], capture_output=True, text=True
    )
    assert process.returncode == 0
    assert process.stdout == f"sklearn-har {__version__}\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["evaluate"], "the following arguments are required: --model"),
        (["evaluate", "--model", "gru"], "argument --model: invalid choice: 'gru' (choose from"),
        (
            ["evaluate", "--model", "lstm", "--rep", "3"],
            "unrecognized arguments: --rep; did you mean '--repeats'?",
        ),
        (["evaluate", "--model", "lstm", "--repeats", "0"], "must be an integer of at least 1"),
        (["evaluate", "--model", "lstm", "--epochs", "many"], "at least 1, got 'many'"),
        (["evaluate", "--model", "lstm", "--seed", "-1"], "must be an integer from 0 to"),
        (["evaluate", "--model", "lstm", "--seed", "4294967296"], "from 0 to 4294967295, got"),
        (["evaluate", "--model", "lstm", "--jobs", "0"], "-1 means all processors"),
        (["evaluate", "--model", "lstm", "--set", "units"], "must be NAME=VALUE, such as"),
        (["evaluate", "--model", "lstm", "--set", "=1"], "must be NAME=VALUE, such as"),
        (["evaluate", "--model", "lstm", "--archive", "a.zip"], "goes with --dataset uci-har"),
        (["evaluate", "--model", "lstm", "--data-home", "."], "goes with --dataset uci-har"),
        (["fetch", "mnist"], "invalid choice: 'mnist'"),
        (["sing"], "invalid choice: 'sing'"),
        (["evalute"], "did you mean 'evaluate'?"),
        (["evaluate", "--model", "LSTM"], "did you mean 'lstm'?"),
        (["tune", "--model", "convlstm"], "did you mean 'conv-lstm'?"),
        (["evaluate", "--model", "lstm", "--epocs", "2"], "did you mean '--epochs'?"),
        (["evaluate", "--model", "lstm", "--epocs", "2"], "(see sklearn-har evaluate --help)"),
        (["tune", "--model", "lstm", "--grid", "units=4", "--save", "-"], "--save -: name a file"),
        (["evaluate", "--model", "lstm", "--folds", "3"], "--folds: only for recordings"),
        (["evaluate", "simulated", "--model", "lstm"], "with SOURCE needs --folds K"),
        (["evaluate", "simulated", "--model", "lstm", "--repeats", "2"], "leave out SOURCE"),
        (["evaluate", "--model", "m.skops"], "say which recordings to score it on"),
        (["evaluate", "simulated", "--model", "m.skops", "--folds", "2"], "is trained already"),
        (["evaluate", "--model", "lstm", "--recipe", "--published"], "not allowed with argument"),
        (["export", "har.onnx", "har.tflite"], "har.onnx is an exported file"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(argv, message, capsys):
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    path = tmp_path / "walk.csv"
    path.write_text("t,x,y,z\n" + "".join(f"{i / 50},0.1,0.2,{i % 3}.0\n" for i in range(200)))
    process = _python(
        f"import sys; from sklearn_har.cli import main; sys.exit(main(['inspect', {str(path)!r}]))"
    )
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 1
    assert err == ""
