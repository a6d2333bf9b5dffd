"""What Windows and macOS need, tried on Linux."""

import ast
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import numpy as np
import pytest

import as_on_windows
from sklearn_har.recordings import read_recordings

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "sklearn_har"
SUPPORT = ROOT / "tests" / "support"
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def _posix_names(tree):
    """Give the lines and names of what a module takes from modules that Windows lacks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from ((node.lineno, n) for n in names if as_on_windows.POSIX.get(n, "") is None)
        elif isinstance(node, ast.ImportFrom):
            lacking = as_on_windows.POSIX.get(node.module, ())
            for alias in node.names:
                if lacking is None or alias.name in lacking:
                    yield node.lineno, f"{node.module}.{alias.name}"
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.attr in (as_on_windows.POSIX.get(node.value.id) or ())
        ):
            yield node.lineno, f"{node.value.id}.{node.attr}"


def test_no_module_needs_what_only_posix_has():
    found = {
        (path.relative_to(SOURCE).as_posix(), name)
        for path in SOURCE.rglob("*.py")
        for _, name in _posix_names(ast.parse(path.read_text(encoding="utf-8")))
    }
    # It goes on without: `TestWithoutFcntl` in tests/datasets.
    assert found == {("datasets/_cache.py", "fcntl")}


def _python(*arguments, **options):
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(SUPPORT)]),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **options.pop("env", {}),
    }
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        env=environment,
        **options,
    )


@linux
@pytest.mark.slow
def test_fetch_train_predict_and_export_as_on_windows(tmp_path):
    for name in ("ai_edge_litert", "onnx", "onnxruntime", "tf2onnx", "skops"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    done = _python("-X", "warn_default_encoding", SUPPORT / "run_as_on_windows.py", tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "\ndone: " in done.stdout


@linux
def test_an_open_file_cannot_be_replaced_in_that_process(tmp_path):
    code = (
        "import mmap, pathlib, sys, as_on_windows\n"
        "as_on_windows.refuse_to_replace_open_files()\n"
        "new, old = (pathlib.Path(sys.argv[1], name) for name in ('new', 'old'))\n"
        "new.write_bytes(b'new'); old.write_bytes(b'old')\n"
        "def refused(call):\n"
        "    try:\n"
        "        call()\n"
        "    except PermissionError:\n"
        "        return True\n"
        "with old.open('rb') as file:\n"
        "    assert refused(lambda: new.replace(old)) and refused(old.unlink)\n"
        "    held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "assert refused(lambda: new.replace(old))\n"
        "held.close()\n"
        "new.replace(old)\n"
    )
    done = _python("-c", code, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "old").read_bytes() == b"new"


@linux
def test_an_encoding_that_is_not_named_is_an_error_in_that_process(tmp_path):
    code = (
        "import as_on_windows, pathlib, sys, types\n"
        "as_on_windows.demand_encodings()\n"
        "names = {'__name__': 'sklearn_har.wrong', 'pathlib': pathlib, 'sys': sys}\n"
        "exec('pathlib.Path(sys.argv[1]).read_text()', names)\n"
    )
    path = tmp_path / "text"
    path.write_bytes(b"text")
    done = _python("-X", "warn_default_encoding", "-c", code, path)
    assert "EncodingWarning" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_names_that_a_console_cannot_show_are_printed_all_the_same(tmp_path, encoding):
    lines = ["時間 (s);Größe x (m/s²);Größe y (m/s²);Größe z (m/s²)"]
    lines += [f"{i / 50:.2f};{i % 7};{i % 5};9.81" for i in range(200)]
    path = tmp_path / "log.csv"
    path.write_bytes("\r\n".join(lines).encode())
    done = _python("-m", "sklearn_har", "inspect", path, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert "\\u6642\\u9593 (s)" in done.stdout


def test_printed_commands_have_the_quotes_of_every_shell(tmp_path):
    path = tmp_path / "log.csv"
    lines = ["t (s);x (m/s2);y (m/s2);z (m/s2)"]
    lines += [f"{i / 50:.2f};{i % 7};{i % 5};9.81" for i in range(200)]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = _python("-m", "sklearn_har", "inspect", path)
    assert done.returncode == 0, done.stderr
    options = done.stdout.partition("options:\n")[2].partition("\n")[0]
    # cmd takes single quotes for a part of the word.
    assert '--acceleration "x (m/s2)" "y (m/s2)" "z (m/s2)"' in options
    assert "'" not in options


@pytest.mark.parametrize("pattern", ["{subject}\\{activity}.csv", ".\\{subject}\\{activity}.csv"])
def test_patterns_with_the_slashes_of_windows(tmp_path, pattern):
    for subject in ("anna", "ben"):
        path = tmp_path / subject / "walking.csv"
        path.parent.mkdir()
        rows = [f"{i / 50:.2f},{i % 7},{i % 5},{9 + i % 3}\r\n" for i in range(100)]
        path.write_bytes(("time,ax,ay,az\r\n" + "".join(rows)).encode())
    recordings = read_recordings(tmp_path, pattern, units="m/s2")
    assert [recording.subject for recording in recordings] == ["anna", "ben"]
    assert {str(recording.labels[0]) for recording in recordings} == {"walking"}
    assert all(len(recording.samples) == 100 for recording in recordings)


@pytest.mark.parametrize("drive", [r"C:\data", "C:/data", r"\\server\data"])
def test_a_pattern_with_a_drive_names_the_remedy(tmp_path, drive):
    (tmp_path / "walking.csv").write_text("time,ax\n", encoding="utf-8")
    pattern = str(PureWindowsPath(drive) / "{subject}" / "{activity}.csv")
    with pytest.raises(ValueError, match="must be relative to the folder"):
        read_recordings(tmp_path, pattern)


def _predict(folder):
    from sklearn_har.utils.saved_models import load_model

    windows = np.load(folder / "windows.npy")
    np.save(folder / "from_child.npy", load_model(folder / "model.skops").predict_proba(windows))


@pytest.mark.slow
def test_a_spawned_process_predicts_with_a_saved_model(tmp_path):
    skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
    from sklearn_har import LSTMClassifier

    windows = np.random.default_rng(0).normal(size=(12, 16, 2)).astype(np.float32)
    clf = LSTMClassifier(units=4, dense_units=4, epochs=1, random_state=0)
    clf.fit(windows, np.arange(12) % 3)
    skops_io.dump(clf, tmp_path / "model.skops")
    np.save(tmp_path / "windows.npy", windows)
    process = multiprocessing.get_context("spawn").Process(target=_predict, args=(tmp_path,))
    process.start()
    process.join(120)
    assert process.exitcode == 0
    np.testing.assert_allclose(
        np.load(tmp_path / "from_child.npy"), clf.predict_proba(windows), rtol=1e-5
    )
