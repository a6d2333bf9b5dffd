"""``sklearn-har tune``."""

import io
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, GroupKFold

import sklearn_har.datasets
from altered import altered
from sklearn_har import CNNLSTMClassifier, ConvLSTMClassifier, LSTMClassifier

# Public calls would train a network for each setting of a grid and for each number of a range.
from sklearn_har.cli import _tune, main

pytestmark = [
    pytest.mark.usefixtures("small"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


@pytest.fixture(autouse=True)
def few_windows(small, monkeypatch):
    def windows(n_subjects, n_windows_per_activity, **options):
        return small.windows(n_subjects, 2, **options)

    monkeypatch.setattr(sklearn_har.datasets, "make_har_windows", windows)


GRID = ("--grid", "epochs=1,3", "units=1,2")


def tune(*options, model="conv-lstm"):
    return main(["tune", "--model", model, *options])


def rows(out):
    """Give the rows of the printed table as lists of words."""
    lines = out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("rank")) + 1
    return [line.split() for line in lines[start : lines.index("", start)]]


def test_the_table_is_that_of_a_grid_search_by_subject(small, capsys, tmp_path):
    path = tmp_path / "table.csv"
    assert tune(*GRID, "--folds", "3", "--table", str(path)) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert max(map(len, out.splitlines())) <= 80
    # The subjects that `evaluate` tests on, 15 to 20, take no part.
    windows = small.windows(20, 2, random_state=0)
    train = windows.subject <= 14
    expected = GridSearchCV(
        small.classifier(),
        {"epochs": [1, 3], "units": [1, 2]},
        cv=GroupKFold(3),
        refit=False,
    ).fit(windows.data[train], windows.target[train], groups=windows.subject[train])
    table = pd.read_csv(path)
    assert list(table) == ["rank", "mean", "std", "worst", "fit_time", "epochs", "units"]
    best = expected.cv_results_["mean_test_score"].max()
    assert table["mean"][0] == pytest.approx(best, abs=1e-6)
    assert sorted(table["mean"]) == pytest.approx(
        sorted(expected.cv_results_["mean_test_score"]), abs=1e-6
    )
    printed = rows(out)
    assert [row[0] for row in printed] == [str(rank) for rank in table["rank"]]
    assert [float(row[1]) for row in printed] == pytest.approx(table["mean"], abs=5e-5)
    assert printed[0][-2:] == ["epochs=3,", "units=1"]
    assert "168 of 8 x 3" in out
    assert "4 settings x 3 folds = 12 trainings" in out
    assert "sklearn-har evaluate --model conv-lstm --set epochs=3 units=1" in out


def test_the_test_subjects_of_uci_har_are_not_even_read(small, monkeypatch, tmp_path):
    calls = []

    def fetch(*, subset, archive, data_home):
        calls.append((subset, archive, data_home))
        return small.windows(6, random_state=0)

    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", fetch)
    assert tune(*GRID, "--dataset", "uci-har", "--data-home", str(tmp_path)) == 0
    assert calls == [("train", None, tmp_path)]


def test_no_subject_is_on_both_sides_and_all_trainings_have_the_seed(small, monkeypatch):
    windows = small.windows(20, 2, random_state=0)
    subject_of = {
        window.tobytes(): s for window, s in zip(windows.data, windows.subject, strict=True)
    }
    seen = []
    fit = small.classifier.fit

    def spy(self, X, y):
        seen.append((self.random_state, {subject_of[window.tobytes()] for window in X}))
        return fit(self, X, y)

    monkeypatch.setattr(small.classifier, "fit", spy)
    assert tune("--grid", "epochs=1", "--folds", "7", "--random-state", "5") == 0
    assert [seed for seed, _ in seen] == [5] * 7
    held_out = [set(range(1, 15)) - subjects for _, subjects in seen]
    assert [len(subjects) for subjects in held_out] == [2] * 7
    assert set.union(*held_out) == set(range(1, 15))


@pytest.mark.parametrize(("search", "n_iter"), [("random", 3), ("optuna", 3)])
def test_some_of_many_settings(search, n_iter, capsys, tmp_path):
    if search == "optuna":
        pytest.importorskip("optuna", reason="optuna is not installed")
    tables = []
    for seed in ("1", "1", "2"):
        path = tmp_path / "table.csv"
        options = ("--search", search, "--n-iter", str(n_iter), "--seed", seed)
        grid = ("--grid", "units=2:1000:log", "epochs=1:5", "verbose=0:0.5", "scaling=none,both")
        assert tune(*options, *grid, "--folds", "2", "--table", str(path)) == 0
        tables.append(pd.read_csv(path).drop(columns="fit_time"))
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])
    assert len(tables[0]) == n_iter
    both = pd.concat(tables)
    assert both["units"].between(2, 1000).all()
    assert both["epochs"].between(1, 5).all()
    assert both["verbose"].between(0, 0.5).all()
    assert both["verbose"].nunique() > 1
    assert set(both["scaling"].fillna("none")) <= {"none", "both"}
    assert f"{search}, 3 settings x 2 folds = 6 trainings" in capsys.readouterr().out


@pytest.mark.parametrize("search", ["random", "optuna"])
def test_a_small_space_is_tried_once(search, capsys):
    if search == "optuna":
        pytest.importorskip("optuna", reason="optuna is not installed")
    assert tune("--search", search, *GRID, "--folds", "2") == 0
    out = capsys.readouterr().out
    assert "4 settings x 2 folds" in out
    assert len({tuple(row[-2:]) for row in rows(out)}) == len(rows(out)) == 4


def test_integers_of_a_range_have_an_even_logarithm():
    drawn = np.array(_tune.search_space(_tune.Range(1, 100, True), "random"))
    assert drawn.min() == 1
    assert drawn.max() == 100
    # Rounding cuts the range at 0.5 and 100.5, so 1 to 7 are half of it.
    assert np.mean(drawn <= 7) == pytest.approx(np.log(7.5 / 0.5) / np.log(100.5 / 0.5), abs=0.001)


def test_scaling_is_compared(small, monkeypatch, capsys):
    assert tune("--grid", "scaling=none,standard", "--folds", "2", "--epochs", "2") == 0
    out = capsys.readouterr().out
    assert {row[-1] for row in rows(out)} == {"scaling=None", "scaling=standard"}
    assert "--epochs 2 --set scaling=" in out


def test_the_best_setting_is_trained_on_all_and_saved(small, capsys, tmp_path):
    skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
    path = tmp_path / "best.skops"
    assert tune("--grid", "scaling=standard", "epochs=1,2", "--save", str(path)) == 0
    out = capsys.readouterr().out
    assert "training    the best setting on all 168 windows" in out
    assert out.endswith(f"saved       {path}\n")
    unknown = skops_io.get_untrusted_types(file=path)
    model = skops_io.load(path, trusted=unknown)
    assert f"epochs={model.epochs}" in " ".join(rows(out)[0])
    assert model.callbacks is None
    windows = small.windows(20, 2, random_state=0)
    train = windows.data[windows.subject <= 14]
    np.testing.assert_allclose(model.scale_, train.std(axis=(0, 1)))


def test_plot(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    path = tmp_path / "scores.svg"
    assert tune(*GRID, "--folds", "2", "--plot", str(path)) == 0
    assert "</svg>" in path.read_text()


def test_settings_that_cannot_be_trained_are_named_and_the_search_goes_on(capsys):
    assert tune("--grid", "units=none,1,0", "--folds", "2") == 0
    out = capsys.readouterr().out
    assert len(rows(out)) == 1
    assert "failed      units=none: units must be an integer of at least 1, got 'none'" in out
    assert "failed      units=0: units must be an integer of at least 1, got 0" in out


def test_all_settings_fail(capsys):
    assert tune("--grid", "units=0,-1", "--folds", "2") == 1
    err = capsys.readouterr().err
    assert err.startswith("sklearn-har: error: All the 2 fits failed.")
    assert err.count("\n") == 1


def test_a_setting_of_which_one_fold_fails_comes_last(small, monkeypatch, capsys):
    fit, calls = small.classifier.fit, []

    def second_fails(self, X, y):
        calls.append(self.units)
        if len(calls) == 2:
            raise ValueError("this once")
        return fit(self, X, y)

    monkeypatch.setattr(small.classifier, "fit", second_fails)
    assert tune("--grid", "units=1,2", "--folds", "2") == 0
    out = capsys.readouterr().out
    first, last = rows(out)
    assert "failed      units=1: this once" in out
    assert first[-1] == "units=2"
    assert last[1] == "failed"


def test_interrupt_shows_what_is_finished(capsys, tmp_path):
    table, model = tmp_path / "table.csv", tmp_path / "best.skops"
    options = ("--folds", "2", "--table", str(table), "--save", str(model))
    assert tune("--grid", "units=1,2,'interrupt',3", *options) == 130
    out, err = capsys.readouterr()
    assert {row[-1] for row in rows(out)} == {"units=1", "units=2"}
    assert len(pd.read_csv(table)) == 2
    assert err == "\nsklearn-har: interrupted\n"
    assert not model.exists()
    assert tune("--grid", "units='interrupt',1") == 130
    assert "rank" not in capsys.readouterr().out


def test_progress_is_for_terminals(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert tune("--grid", "scaling=none,standard", "--folds", "2", "--epochs", "1") == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line[:13] for line in lines] == ["setting 1/2  ", "setting 2/2  "]
    assert lines[0].endswith(" left  scaling=None")
    assert lines[1].endswith("0.0 s left  scaling=standard")


def test_epochs_are_shown_and_not_saved(small, monkeypatch, tmp_path):
    skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
    seen = []
    fit = small.classifier.fit
    monkeypatch.setattr(
        small.classifier, "fit", lambda self, X, y: seen.append(self.callbacks) or fit(self, X, y)
    )
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    path = tmp_path / "best.skops"
    assert tune("--grid", "epochs=1", "--folds", "2", "--save", str(path)) == 0
    assert [callbacks is not None for callbacks in seen] == [True, True, False]
    assert not any("Progress" in name for name in skops_io.get_untrusted_types(file=path))


@pytest.mark.parametrize(
    ("model", "cls"),
    [
        ("lstm", LSTMClassifier),
        ("cnn-lstm", CNNLSTMClassifier),
        ("conv-lstm", ConvLSTMClassifier),
    ],
)
def test_the_default_grids_are_of_parameters_that_exist(model, cls):
    grid = _tune.GRIDS[model]
    classifier = cls()
    for name, values in grid.items():
        assert name in classifier.get_params()
        # Distinct, or a training would be wasted.
        assert len(set(values)) == len(values) > 1
    settings = [len(values) for values in grid.values()]
    assert np.prod(settings) <= 6


def test_own_windows(small, capsys, tmp_path):
    path = tmp_path / "mine.npz"
    windows = small.windows(6, random_state=0)
    np.savez(path, X=windows.data, y=windows.target, groups=windows.subject)
    assert tune(*GRID, "--windows", str(path), "--folds", "3") == 0
    out = capsys.readouterr().out
    assert "72 of 8 x 3" in out
    assert "3, of 6 subjects" in out
    # There are no test subjects to evaluate on.
    assert "sklearn-har evaluate" not in out


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"X": np.zeros((2, 8, 3)), "y": np.zeros(2)}, "must be a file of numpy.savez(path, X="),
        ({"X": np.zeros(2), "y": [0, 1], "groups": [0, 1]}, "got shape (2,)"),
        ({"X": np.zeros((2, 8, 3)), "y": [0], "groups": [0, 1]}, "inconsistent numbers of samples"),
        ({"X": np.array([{}] * 2), "y": [0, 1], "groups": [0, 1]}, "arrays without objects"),
    ],
)
def test_own_windows_that_are_none(arrays, message, capsys, tmp_path):
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    assert tune(*GRID, "--windows", str(path)) == 1
    assert message in capsys.readouterr().err


def test_own_windows_of_one_channel_need_no_third_axis(small, capsys, tmp_path):
    windows = small.windows(6, random_state=0)
    path = tmp_path / "mine.npz"
    np.savez(path, X=windows.data[:, :, 0], y=windows.target, groups=windows.subject)
    assert tune(*GRID, "--windows", str(path), "--folds", "3") == 0
    assert "72 of 8 x 1" in capsys.readouterr().out


def test_one_array_is_no_file_of_windows(capsys, tmp_path):
    np.save(tmp_path / "X.npy", np.zeros((2, 8, 3)))
    assert tune(*GRID, "--windows", str(tmp_path / "X.npy")) == 1
    err = capsys.readouterr().err
    assert "must be a file of numpy.savez" in err
    assert "it is one array of shape (2, 8, 3), as numpy.save writes it" in err


def test_own_windows_in_a_damaged_file_are_refused_in_one_line(small, capsys, tmp_path):
    path = tmp_path / "windows.npz"
    assert tune(*GRID, "--windows", str(path)) == 1
    assert "windows.npz: No such file" in capsys.readouterr().err
    windows = small.windows(6, random_state=0)
    np.savez_compressed(path, X=windows.data, y=windows.target, groups=windows.subject)
    content = path.read_bytes()
    refused = 0
    for number in range(60):
        damaged = altered(content, number)
        try:
            {name: np.load(io.BytesIO(damaged))[name] for name in ("X", "y", "groups")}
        except Exception:
            path.write_bytes(damaged)
            assert tune(*GRID, "--windows", str(path)) == 1
            err = capsys.readouterr().err
            assert err.startswith("sklearn-har: error: ")
            assert "must be a file of numpy.savez" in err
            refused += 1
    assert refused > 40


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--grid", "unit=1,2"], "--grid unit: there is no such parameter; did you mean units?"),
        (["--grid", "units"], "must be NAME=VALUE,..., such as units=50,100"),
        (["--grid", "units=1:10"], "--grid units: a range has too many values"),
        (["--grid", "units=9:1", "--search", "random"], "must have LOW < HIGH, got '9:1'"),
        (["--grid", "units=0:9:log", "--search", "random"], "must have 0 < LOW < HIGH"),
        (["--grid", "units=a:b", "--search", "random"], "must be LOW:HIGH or LOW:HIGH:log"),
        (["--grid", "random_state=1,2"], "each training gets its own seed; use --seed"),
        (["--scoring", "acuracy"], "scikit-learn has no such score (did you mean 'accuracy'?)"),
        (["--n-iter", "3"], "--n-iter is for --search random and optuna"),
        (["--folds", "1"], "must be an integer of at least 2"),
        ([*GRID, "--folds", "15"], "--folds 15: there are 14 subjects to divide"),
        (["--plot", "scores.xyz"], "--plot scores.xyz: the ending must be one of"),
        (["--archive", "a.zip"], "goes with --dataset uci-har"),
        (["--windows", "a.npz", "--dataset", "uci-har"], "--windows replaces --dataset"),
    ],
)
def test_wrong_usage_is_found_before_anything_is_trained(
    small, monkeypatch, options, message, capsys, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(small.classifier, "fit", None)
    assert tune(*options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "module", "extra"),
    [("--search=optuna", "optuna", "tune"), ("--save=a.skops", "skops.io", "export")],
)
def test_missing_libraries_are_named_before_anything_is_trained(
    option, module, extra, small, monkeypatch, capsys, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(small.classifier, "fit", None)
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, module.partition(".")[0], None)
    assert tune(option) == 1
    assert f"pip install 'sklearn-har[{extra}]'" in capsys.readouterr().err


def test_the_command_of_the_evaluation_is_accepted(small, monkeypatch, capsys, tmp_path):
    fetched = []

    def fetch(*, subset, **params):
        fetched.append(params)
        return small.windows(6, first_subject=1 if subset == "train" else 8, random_state=0)

    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", fetch)
    home = tmp_path / "a folder"
    options = ("--dataset", "uci-har", "--data-home", str(home), "--set", "verbose=0")
    assert tune(*GRID, *options, "--grid", "scaling=standard") == 0
    out = capsys.readouterr().out
    command = out[out.index("  sklearn-har evaluate") :]
    fetched.clear()
    assert main(shlex.split(command.replace("\\\n", ""))[1:]) == 0
    assert {params["data_home"] for params in fetched} == {home}
    out = " ".join(capsys.readouterr().out.split())
    settings = re.search("settings as published, (.*) trainings", out)[1]
    assert set(re.findall(r"(\w+)=", settings)) == {"scaling", "verbose", "epochs", "units"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_table_that_cannot_be_written_costs_no_result(capsys):
    assert tune(*GRID, "--folds", "2", "--table", "/dev/full") == 1
    out, err = capsys.readouterr()
    assert len(rows(out)) == 4
    assert err.startswith("sklearn-har: error: ")
    assert err.endswith("No space left on device\n")
