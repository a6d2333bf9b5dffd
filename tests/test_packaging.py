"""What surrounds the code says the same as the code, and its commands are those that run."""

import json
import re
import shlex
import shutil
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


def test_changelog_states_changed_models_for_every_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    assert versions
    assert all("### Changed models\n" in version for version in versions)


def test_licence_is_the_one_that_the_metadata_states():
    assert PYPROJECT["project"]["license"] == "BSD-3-Clause"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Neither the name of the copyright holder" in text
    assert "license: BSD-3-Clause" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_extras_exist():
    extras = set(metadata("sklearn-har").get_all("Provides-Extra"))
    assert extras >= {"test", "docs", "plot", "export", "tune", "dev", "all"}


def test_extras_named_in_the_instructions_exist():
    pages = [README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")]
    named = {extra for page in pages for extra in re.findall(r'"\.\[(\w+)\]"', page)}
    assert named
    assert named <= set(PYPROJECT["project"]["optional-dependencies"])


def test_console_script_resolves():
    (script,) = entry_points(group="console_scripts", name="sklearn-har")
    assert callable(script.load())


def test_package_is_marked_as_typed():
    assert files("sklearn_har").joinpath("py.typed").is_file()
    assert PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == [
        "src/sklearn_har"
    ]


def test_ci_runs_the_test_command_of_the_readme():
    shown = subprocess.run(
        [ROOT / ".ci" / "run", "--show"], capture_output=True, text=True, check=True
    ).stdout.strip()
    (command,) = (line for line in code_of(README) if "[test]" in line)
    assert command == f"python3 -m venv .venv && . .venv/bin/activate && {shown}"
    script = shown.rpartition("bash ")[2]
    assert (ROOT / script).is_file()


@pytest.mark.parametrize(
    "replacement", ["", "pip install -e . && true", "python3 -m venv .venv && "]
)
def test_ci_refuses_a_readme_without_the_command(tmp_path, replacement):
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (command,) = (line for line in code_of(README) if "[test]" in line)
    (tmp_path / "README.md").write_text(README.replace(command, replacement), encoding="utf-8")
    run = subprocess.run([tmp_path / ".ci" / "run", "--show"], capture_output=True, text=True)
    assert run.returncode == 2
    assert "README.md must hold" in run.stderr


def test_check_runs_every_tool_and_stops_at_the_first_failure(tmp_path):
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "check.sh", tmp_path / "tools" / "check.sh")
    stand_in = tmp_path / "python"
    stand_in.write_text('#!/bin/sh\necho "ran $2"\ntest "$2" != "$FAILING"\n', encoding="utf-8")
    stand_in.chmod(0o755)

    def check(failing):
        return subprocess.run(
            ["bash", tmp_path / "tools" / "check.sh"],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin", "FAILING": failing},
            capture_output=True,
            text=True,
        )

    passing = check("nothing")
    assert passing.returncode == 0
    assert re.findall("ran (.*)", passing.stdout) == ["ruff", "ruff", "mypy", "pytest"]
    failing = check("mypy")
    assert failing.returncode == 1
    assert re.findall("ran (.*)", failing.stdout) == ["ruff", "ruff", "mypy"]


def test_oldest_versions_are_the_lower_bounds():
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "oldest.py"], capture_output=True, text=True, check=True
    )
    constraints = run.stdout.split()
    requirements = PYPROJECT["project"]["dependencies"]
    assert {line.replace(">=", "==") for line in requirements} <= set(constraints)
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", line) for line in constraints)


def test_oldest_versions_ask_for_a_lower_bound(tmp_path):
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "oldest.py", tmp_path / "tools" / "oldest.py")
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["numpy"]\n'
        "[project.optional-dependencies]\n"
        "plot = []\nexport = []\nparquet = []\ntune = []\ndask = []\nserve = []\n",
        encoding="utf-8",
    )
    run = subprocess.run(
        [sys.executable, tmp_path / "tools" / "oldest.py"], capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "must be 'name>=version', got 'numpy'" in run.stderr


@pytest.mark.parametrize(
    ("which", "failing", "status"),
    [
        ("oldest", "nothing", 0),
        ("oldest", "pip", 1),
        ("oldest", "pytest", 1),
        ("prerelease", "nothing", 0),
        ("prerelease", "pytest", 0),
    ],
)
def test_runs_with_other_versions(tmp_path, which, failing, status):
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\necho "ran $*"\n'
        'for word; do case $word in *.txt) cat "$word";; esac; done\ntest "$2" != "$FAILING"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    run = subprocess.run(
        [ROOT / "tools" / "versions.sh", which, "tests/utils", "-x"],
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "VENV": str(tmp_path / "venv"),
            "FAILING": failing,
        },
        capture_output=True,
        text=True,
    )
    assert run.returncode == status, run.stderr
    ran = re.findall("^ran (.*)", run.stdout, flags=re.MULTILINE)
    assert ("--pre" in ran[0].split()) is (which == "prerelease")
    if which == "oldest":
        assert set(PYPROJECT["project"]["dependencies"]) <= set(
            run.stdout.replace("==", ">=").splitlines()
        )
    if failing != "pip":
        assert ran[-1] == "-m pytest tests/utils -x"
    assert ("not an error" in run.stdout) is (which == "prerelease" and failing != "nothing")


def test_runs_with_unknown_versions_are_refused():
    run = subprocess.run([ROOT / "tools" / "versions.sh"], capture_output=True, text=True)
    assert run.returncode == 2
    assert "tools/versions.sh oldest" in run.stderr


def test_readme_command_lines_are_accepted(monkeypatch):
    from sklearn_har.cli import _evaluate, _export, _fetch, _predict, _train, main

    ran = []
    for subcommand in (_evaluate, _export, _fetch, _predict, _train):
        monkeypatch.setattr(subcommand, "run", ran.append)
    lines = [
        shlex.split(part)[1:]
        for line in code_of(README)
        for part in line.split(" && ")
        if part.startswith("sklearn-har ")
    ]
    assert ["evaluate", "--model", "conv-lstm"] in lines
    assert [main(arguments) for arguments in lines] == [0] * len(lines)
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


def test_readme_example_is_short():
    assert sum(bool(line) for line in readme_example().splitlines()) <= 12


def test_files_that_the_readme_names_exist():
    links = re.findall(r"\]\(((?!http)[^)]+)\)", README)
    named = re.findall(r"`((?:docs|examples|benchmarks|tools|src)/[\w./-]+\.\w+)`", README)
    run = re.findall(r"^python (\S+\.py)", README, flags=re.M)
    assert links
    assert named
    assert run
    assert [path for path in (*links, *named, *run) if not (ROOT / path).is_file()] == []


def test_badges_say_what_the_project_states():
    badges = dict(re.findall(r"img\.shields\.io/badge/([^-]+)-(.+)-\w+\)", README))
    assert badges == {
        "python": PYPROJECT["project"]["requires-python"].removeprefix(">=") + "%2B",
        "licence": PYPROJECT["project"]["license"].replace("-", "--"),
        "typed": "strict" if PYPROJECT["tool"]["mypy"]["strict"] else "no",
        "checked%20by": "ruff",
    }
    assert "ruff check" in (ROOT / "tools" / "check.sh").read_text(encoding="utf-8")


def test_the_command_of_the_readme_builds_the_documentation_without_warnings():
    (command,) = (line for line in README.splitlines() if "-m sphinx" in line)
    assert 'pip install -e ".[docs]"' in command
    arguments = command.partition("-m sphinx ")[2].split()
    assert arguments == ["-W", "-b", "html", "docs", "docs/_build/html"]
    conf = (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")
    assert "nitpicky = True" in conf


def test_accuracies_in_the_readme_are_those_that_were_measured():
    kept = json.loads((ROOT / "benchmarks/quality/accuracy.json").read_text(encoding="utf-8"))
    shown = re.findall(r"^\| `recipes\.(\w+)\(\)`[^|]*\| (\S+) \(", README, flags=re.M)
    assert {name for name, _ in shown} == {name for name in kept if name.startswith("make_")}
    for name, accuracy in shown:
        runs = [100 * run["accuracy"] for run in kept[name]["official"].values()]
        # Further trainings move a mean a little without making the table wrong.
        assert abs(float(accuracy) - statistics.mean(runs)) < 0.2


def test_external_links_are_listed_and_well_formed():
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "external_links.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dict(line.split("  ") for line in run.stdout.splitlines())
    assert lines["https://doi.org/10.1162/neco.1997.9.8.1735"].endswith(" more")
    assert "https://doi.org/10.1016/S0966-6362(02)00159-5" in lines
    assert all(link.startswith("https://") for link in lines)
    dois = [link.removeprefix("https://doi.org/") for link in lines if "//doi.org/" in link]
    assert all(re.fullmatch(r"10\.\d{4,9}/\S*\w", doi) for doi in dois)
    assert all(link.count("(") == link.count(")") for link in lines)
