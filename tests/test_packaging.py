"""What surrounds the code says the same as the code, and its commands are those that run."""

import importlib.util
import json
import re
import shlex
import statistics
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, metadata
from importlib.resources import files
from pathlib import Path

import pytest

import sklearn_har

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def readme_example():
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    return blocks[0]


def code_of(page):
    """Give the lines of the fenced `bash` blocks of a Markdown page."""
    blocks = re.findall(r"^```bash\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line]


def test_version_is_the_same_everywhere():
    assert "version" in PYPROJECT["project"]["dynamic"]
    assert PYPROJECT["tool"]["hatch"]["version"]["path"] == "src/sklearn_har/_version.py"
    assert metadata("sklearn-har")["Version"] == sklearn_har.__version__

    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (\S+)$", citation, flags=re.MULTILINE) == [
        sklearn_har.__version__
    ]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[(\d\S*)\]", changelog, flags=re.MULTILINE)[0] == (
        sklearn_har.__version__
    )


def test_extras_named_in_the_instructions_exist():
    pages = [README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")]
    lists = [extras for page in pages for extras in re.findall(r'"\.\[([\w,]+)\]"', page)]
    named = set(",".join(lists).split(","))
    assert {"plot", "export", "test"} <= named
    assert named <= set(PYPROJECT["project"]["optional-dependencies"])


def test_console_script_resolves():
    (script,) = entry_points(group="console_scripts", name="sklearn-har")
    assert callable(script.load())


def test_package_is_marked_as_typed():
    assert files("sklearn_har").joinpath("py.typed").is_file()
    assert PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [
        "src/sklearn_har"
    ]


def test_oldest_versions_are_the_lower_bounds():
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "oldest.py"], capture_output=True, text=True, check=True
    )
    constraints = run.stdout.split()
    requirements = PYPROJECT["project"]["dependencies"]
    assert {line.replace(">=", "==") for line in requirements} <= set(constraints)
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in constraints)


def test_readme_command_lines_are_accepted(monkeypatch):
    from sklearn_har import cli

    ran = []
    # The commands are parsed and not run: their trainings take minutes.
    for module in vars(cli).copy().values():
        if hasattr(module, "EPILOG"):
            monkeypatch.setattr(module, "run", ran.append)
    lines = [
        shlex.split(part)[1:]
        for line in code_of(README)
        for part in line.split(" && ")
        if part.startswith("sklearn-har ")
    ]
    assert ["evaluate", "--model", "conv-lstm"] in lines
    assert [cli.main(arguments) for arguments in lines] == [0] * len(lines)
    assert len(ran) == len(lines)


def run_example(code, capsys):
    exec(compile(code, "README.md", "exec"), {})
    match = re.fullmatch(
        r"Correct on unseen subjects: (\d+\.\d)% of the time\n\s+activity +start +end.*",
        capsys.readouterr().out,
        flags=re.DOTALL,
    )
    assert match is not None
    return float(match[1])


def test_readme_example_runs_in_small(capsys):
    code = readme_example()
    for call, smaller in {
        "make_har_recordings(": "make_har_recordings(10, 5.0, ",
        "ActivityRecognizer()": "ActivityRecognizer().set_params("
        "estimator__epochs=1, estimator__min_updates=0, estimator__filters=4)",
    }.items():
        assert code.count(call) == 1
        code = code.replace(call, smaller)
    assert 0.0 <= run_example(code, capsys) <= 100.0


@pytest.mark.slow
def test_readme_example_runs(capsys):
    # Six activities: a guess is right in a sixth of the time.
    assert run_example(readme_example(), capsys) > 80.0


def test_files_that_the_readme_names_exist():
    links = re.findall(r"\]\(((?!http)[^)]+)\)", README)
    named = re.findall(r"`((?:docs|examples|benchmarks|tools|src)/[\w./-]+\.\w+)`", README)
    run = re.findall(r"^python (\S+\.py)", README, flags=re.M)
    assert links
    assert named
    assert run
    assert [path for path in (*links, *named, *run) if not (ROOT / path).is_file()] == []


@pytest.fixture(scope="module")
def result_tables():
    spec = importlib.util.spec_from_file_location(
        "result_tables", ROOT / "tools" / "result_tables.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_in_the_readme_are_made_of_the_kept_results(result_tables):
    assert re.findall(r"<!-- table: (\S+) -->", README) == ["networks", "recipes"]
    assert result_tables.readme_with_tables(README) == README


def test_tables_show_what_was_measured(result_tables):
    kept = json.loads((ROOT / "benchmarks/quality/accuracy.json").read_text(encoding="utf-8"))
    runs = kept["make_cnn_lstm"]["official"].values()
    scores = [100 * run["accuracy"] for run in runs]
    shown = f"{statistics.mean(scores):.1f} ({statistics.pstdev(scores):.1f})"
    for table in ("overview", "recipes", "all"):
        (row,) = (
            row for row in result_tables.accuracy_table(table) if row[0].startswith("`make_cnn")
        )
        assert row[1:3] == (shown, str(len(scores)))
    # Every row that was kept is in the complete table; the home page stays short.
    assert len(result_tables.accuracy_table("all")) == 1 + len(kept)
    assert len(result_tables.accuracy_table("overview")) <= 1 + 8


def test_tables_by_activity_and_subject_agree_with_the_accuracy(result_tables):
    row = "ConvLSTM, published"
    _, *activities = result_tables.training_table(row, "activities")
    _, *matrix = result_tables.training_table(row, "confusion")
    counts = [[int(cell) for cell in line[1:]] for line in matrix]
    right = sum(line[i] for i, line in enumerate(counts))
    accuracy = 100 * right / sum(map(sum, counts))
    assert result_tables.accuracy(row).startswith(f"{accuracy:.1f} ")
    assert sum(int(line[-1]) for line in activities) == 2947
    _, *subjects = result_tables.training_table(row, "subjects")
    means = [float(cell.split()[0]) for _, cell in subjects]
    assert means == sorted(means)


def test_table_of_settings_begins_with_the_recipes(result_tables):
    heading, recipe, *others = result_tables.accuracy_table("choice")
    kept = result_tables.read_results("recipe_choice")
    assert heading == ("setting", "LSTM", "CNN-LSTM", "ConvLSTM")
    assert recipe[0] == "the recipe"
    accuracies = [100 * run["accuracy"] for run in kept["cnn-lstm"].values()]
    assert recipe[2].startswith(f"{statistics.mean(accuracies):.1f} ")
    # MiniRocket is no setting.
    shown = sum(bool(cell) for row in (recipe, *others) for cell in row[1:])
    assert shown == len(kept) - 1


def test_the_page_on_installing_names_the_version():
    page = (ROOT / "docs" / "install.rst").read_text(encoding="utf-8")
    assert f"$ sklearn-har --version\n   sklearn-har {sklearn_har.__version__}\n" in page


def test_extras_on_the_page_on_installing_exist():
    page = (ROOT / "docs" / "install.rst").read_text(encoding="utf-8")
    named = set(re.findall(r"``(\w+)``", page.partition("- adds")[2].partition("For example")[0]))
    named |= set(",".join(re.findall(r'"\.\[([\w,]+)\]"', page)).split(","))
    assert {"plot", "export", "dev"} <= named
    assert named <= set(PYPROJECT["project"]["optional-dependencies"])
