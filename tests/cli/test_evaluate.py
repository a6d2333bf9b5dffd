"""``sklearn-har evaluate``."""

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

import sklearn_har.datasets
from sklearn_har import recipes
from sklearn_har.cli import main
from sklearn_har.evaluation import repeated_evaluation

pytestmark = pytest.mark.usefixtures("small")


# Before the fixture puts a stand-in for the networks in its place.


def evaluate(*options):
    return main(["evaluate", "--model", "conv-lstm", *options])


def test_report_on_stdout_and_progress_on_stderr(small, capsys):
    assert evaluate("--repeats", "2") == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.split()[0] for line in err.splitlines()] == [">#1:", ">#2:"]
    assert [line for line in lines if line.startswith(">#")] == err.splitlines()
    assert any(line.startswith("Accuracy: ") and "% (+/-" in line for line in lines)
    assert "conv-lstm (ConvLSTMClassifier), 150 parameters" in out
    assert "Per class" in out
    assert "Per subject" in out
    assert "Confusion matrix" in out
    assert all(out.count(f" {name} ") >= 1 for name in small.names)
    assert max(map(len, lines)) <= 80


def test_a_terminal_shows_each_repeat_once(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert evaluate("--repeats", "2") == 0
    out, err = capsys.readouterr()
    assert err.count(">#1: ") == 1
    assert ">#" not in out
    assert "Accuracy: " in out


def test_one_repeat_has_no_spread(capsys):
    assert evaluate("--repeats", "1") == 0
    out = capsys.readouterr().out
    assert "% (1 repeat)\n" in out
    assert "+/-" not in out


def test_simulated_test_subjects_are_the_last_30_percent_and_unseen(small, tmp_path, capsys):
    assert evaluate("--repeats", "1", "--json", str(tmp_path / "a.json")) == 0
    out = capsys.readouterr().out
    assert "840 windows of 14 subjects" in out
    assert "360 windows of 6 subjects not in training: 15, 16, 17, 18, 19, 20" in out
    content = json.loads((tmp_path / "a.json").read_text())
    subjects = [row["subject"] for row in content["evaluation"]["per_subject"]]
    assert sorted(subjects) == [15, 16, 17, 18, 19, 20]
    windows = small.windows(20, 10, random_state=0)
    seen = windows.subject <= 14
    expected = repeated_evaluation(
        small.classifier(),
        windows.data[seen],
        windows.target[seen],
        X_test=windows.data[~seen],
        y_test=windows.target[~seen],
        groups_test=windows.subject[~seen],
        n_repeats=1,
        random_state=0,
    )
    for name in ("scores", "seeds", "per_class", "per_subject", "confusion_matrix"):
        assert content["evaluation"][name] == expected.to_dict()[name]


def test_json_holds_versions_arguments_and_figures(small, tmp_path):
    path = tmp_path / "figures.json"
    assert evaluate(
        *("--repeats", "2", "--epochs", "7", "--seed", "3", "--scaling", "standard"),
        *("--set", "units=64", "--json", str(path)),
    ) == 0  # fmt: skip
    content = json.loads(path.read_text())
    assert content["versions"]["sklearn-har"] == sklearn_har.__version__
    assert content["versions"]["numpy"] == np.__version__
    assert {"python", "keras", "tensorflow", "scikit-learn"} <= content["versions"].keys()
    assert content["arguments"] == {
        "windows": None,
        "folds": None,
        "model": "conv-lstm",
        "recipe": False,
        "dataset": "simulated",
        "archive": None,
        "data_home": None,
        "repeats": 2,
        "epochs": 7,
        "scaling": "standard",
        "set": {"units": "64"},
        "seed": 3,
        "jobs": None,
        "json": str(path),
    }
    assert content["data"]["target_names"] == small.names
    assert content["n_parameters"] == 150
    assert content["evaluation"]["n_repeats"] == 2
    assert len(content["evaluation"]["scores"]) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_options_reach_the_estimator(small, monkeypatch, capsys):
    trained = []
    fit = small.classifier.fit

    def spy(self, X, y):
        trained.append(self.get_params())
        return fit(self, X, y)

    monkeypatch.setattr(small.classifier, "fit", spy)
    options = ("--epochs", "7", "--set", "units=64", "callbacks=loud")
    assert evaluate("--repeats", "1", "--scaling", "standard", *options) == 0
    params = trained[0]
    assert params["scaling"] == "standard"
    assert params["epochs"] == 7
    assert params["units"] == 64
    assert params["callbacks"] == "loud"
    out = " ".join(capsys.readouterr().out.split())
    assert "as published, epochs=7, scaling='standard', units=64, callbacks='loud'" in out


class TestRecipe:
    @pytest.mark.parametrize("model", ["lstm", "cnn-lstm", "conv-lstm"])
    def test_replaces_the_published_settings(self, small, model, monkeypatch):
        """What is trained is what the function of that name makes."""
        made = []

        def make(**params):
            made.append(small.classifier(units=8, **params))
            return made[-1]

        monkeypatch.setattr(recipes, f"make_{model.replace('-', '_')}", make)
        trained = []
        fit = small.classifier.fit
        monkeypatch.setattr(
            small.classifier, "fit", lambda self, X, y: trained.append(self) or fit(self, X, y)
        )
        options = ("--recipe", "--epochs", "2", "--repeats", "1")
        assert main(["evaluate", "--model", model, *options]) == 0
        (clf,) = trained
        assert (clf.units, clf.epochs) == (8, 2)
        assert len(made) >= 1

    def test_is_named_in_the_report(self, capsys):
        assert evaluate("--recipe", "--repeats", "1", "--set", "units=3") == 0
        assert "settings    as in its recipe, units=3" in capsys.readouterr().out


def test_seed_makes_the_trainings_reproducible(tmp_path):
    seeds = []
    for seed in ("5", "5", "6"):
        path = tmp_path / "a.json"
        assert evaluate("--repeats", "2", "--seed", seed, "--json", str(path)) == 0
        seeds.append(json.loads(path.read_text())["evaluation"]["seeds"])
    assert seeds[0] == seeds[1] != seeds[2]


def test_uci_har_is_its_official_split(small, monkeypatch, capsys, tmp_path):
    calls = []

    def fetch(*, subset, archive, data_home):
        calls.append((subset, archive, data_home))
        return small.windows(3, first_subject=1 if subset == "train" else 8, random_state=0)

    monkeypatch.setattr(sklearn_har.datasets, "fetch_uci_har", fetch)
    archive = tmp_path / "har.zip"
    options = ("--dataset", "uci-har", "--archive", str(archive), "--data-home", str(tmp_path))
    assert evaluate("--repeats", "1", *options) == 0
    assert calls == [("train", archive, tmp_path), ("test", archive, tmp_path)]
    out = capsys.readouterr().out
    assert "UCI HAR, official split" in out
    assert "36 windows of 3 subjects not in training: 8, 9, 10" in out


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("unit=64", "--set unit: there is no such parameter; did you mean units?"),
        ("xyzzy=1", "--set xyzzy: Invalid parameter 'xyzzy' for estimator"),
        ("random_state=1", "each training gets its own seed; use --seed"),
    ],
)
def test_unknown_parameter_is_wrong_usage(setting, message, capsys):
    assert evaluate("--set", setting) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sklearn-har: error: ")
    assert message in err
    assert err.count("\n") == 1


def test_parameter_that_the_training_refuses(capsys):
    assert evaluate("--set", "units=none") == 1
    assert capsys.readouterr().err == (
        "sklearn-har: error: units must be an integer of at least 1, got 'none'\n"
    )


def test_interrupt(capsys):
    assert evaluate("--set", "units=interrupt") == 130
    assert capsys.readouterr().err == "\nsklearn-har: interrupted\n"


def test_a_mistake_of_ours_keeps_its_traceback():
    with pytest.raises(KeyError, match="a mistake of ours"):
        evaluate("--set", "units=bug")


def test_json_to_the_standard_output_leaves_the_report_to_the_other(capfd):
    assert evaluate("--repeats", "1", "--json", "-") == 0
    out, err = capfd.readouterr()
    assert "mean" in json.loads(out)["evaluation"]
    assert "Confusion matrix" in err
    assert evaluate("--repeats", "1") == 0
    assert "Confusion matrix" in capfd.readouterr().out


def test_json_that_cannot_be_written_is_found_before_the_training(
    small, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(small.classifier, "fit", None)
    assert evaluate("--json", str(tmp_path)) == 1
    assert capsys.readouterr().err == f"sklearn-har: error: {tmp_path}: is a folder; name a file\n"
    path = tmp_path / "absent" / "a.json"
    assert evaluate("--json", str(path)) == 1
    assert "there is no folder" in capsys.readouterr().err


# The permissions of a folder stop neither the superuser nor, where there is no geteuid, anybody.
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_json_in_a_read_only_folder(tmp_path, capsys):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert evaluate("--json", str(tmp_path / "a.json")) == 1
    assert "Permission denied" in capsys.readouterr().err


def test_json_replaces_a_file_in_one_step_and_follows_links(tmp_path):
    target, link = tmp_path / "a.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    assert evaluate("--repeats", "1", "--json", str(link)) == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["evaluation"]["n_repeats"] == 1
    assert sorted(tmp_path.iterdir()) == [target, link]


def test_json_to_a_device_leaves_the_device(capsys):
    assert evaluate("--repeats", "1", "--json", os.devnull) == 0
    assert Path(os.devnull).is_char_device()
    assert "Accuracy: " in capsys.readouterr().out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_report_is_printed_although_the_disk_is_full(capsys):
    assert evaluate("--repeats", "1", "--json", "/dev/full") == 1
    out, err = capsys.readouterr()
    assert "Accuracy: " in out
    assert "No space left on device" in err.splitlines()[-1]


class TestOwnWindows:
    @pytest.fixture
    def path(self, small, tmp_path):
        windows = small.windows(6, random_state=0)
        names = np.array(small.names)[windows.target]
        np.savez(tmp_path / "mine.npz", X=windows.data, y=names, groups=windows.subject)
        return tmp_path / "mine.npz"

    def test_are_cross_validated_over_subjects(self, path, small, tmp_path, capsys):
        kept = tmp_path / "kept.json"
        options = ("--windows", str(path), "--folds", "3", "--repeats", "2", "--json", str(kept))
        assert evaluate(*options) == 0
        out = capsys.readouterr().out
        assert f"data        {path}" in out
        assert "72 of 8 time steps x 3 channels" in out
        assert "3, of 6 subjects, each held out once" in out
        assert "trainings   2 x 3 (seed 0)" in out
        content = json.loads(kept.read_text())
        assert content["data"]["target_names"] == sorted(small.names)
        assert content["data"]["n_windows"] == 72
        assert content["arguments"]["windows"] == str(path)
        # The same figures as in Python.
        with np.load(path) as file:
            X, y, groups = (file[name] for name in ("X", "y", "groups"))
        result = repeated_evaluation(
            small.classifier(), X, y, cv=3, groups=groups, n_repeats=2, random_state=0
        )
        assert content["evaluation"]["scores"] == pytest.approx(result.scores.tolist())

    def test_default_to_five_folds(self, path, capsys):
        assert evaluate("--windows", str(path), "--repeats", "1") == 0
        assert "trainings   1 x 5 (seed 0)" in capsys.readouterr().out

    def test_of_integers_are_named_by_them(self, small, tmp_path, capsys):
        windows = small.windows(6, random_state=0)
        target = windows.target + 8  # the order of numbers is not that of their names
        np.savez(tmp_path / "n.npz", X=windows.data, y=target, groups=windows.subject)
        assert evaluate("--windows", str(tmp_path / "n.npz"), "--json", "-") == 0
        content = json.loads(capsys.readouterr().out)
        assert content["data"]["target_names"] == ["8", "9", "10", "11", "12", "13"]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--folds", "7"], "--folds 7: there are 6 subjects to divide"),
            (["--folds", "1"], "argument --folds: must be an integer of at least 2"),
            (["--dataset", "uci-har"], "--windows replaces --dataset"),
            (["--window", "2"], "--window: only for recordings"),
        ],
    )
    def test_refuse_options_that_do_not_fit(self, options, message, path, capsys):
        assert evaluate("--windows", str(path), *options) == 2
        assert message in capsys.readouterr().err

    def test_are_not_recordings(self, path, capsys):
        assert evaluate("simulated", "--windows", str(path)) == 2
        assert "--windows: leave it out, or leave out SOURCE" in capsys.readouterr().err
