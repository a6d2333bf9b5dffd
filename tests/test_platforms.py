"""Windows and macOS, as far as Linux can tell: nothing of POSIX is called, no open file replaced.

A script goes the whole way of a user in a process from which all that Windows lacks was taken away,
after the libraries were imported, which bring their own ways around it.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest

from sklearn_har.datasets import make_har_recordings
from sklearn_har.recordings import read_recordings

ROOT = Path(__file__).parent.parent

AS_ON_WINDOWS = """
    import os
    import pathlib
    import signal
    import sys

    import joblib
    import pandas
    import requests
    import scipy.signal
    import sklearn.model_selection
    import skops.io
    import tensorflow
    from ai_edge_litert import interpreter

    for name in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"):
        sys.modules[name] = None
    for name in (
        "chown fchmod fchown fork forkpty getegid geteuid getgid getuid killpg mkfifo mknod nice "
        "openpty posix_spawn register_at_fork sched_getaffinity setsid statvfs sysconf uname wait4"
    ).split():
        delattr(os, name)
    for name in [n for n in dir(signal) if n.startswith("SIG") and n[3] != "_"]:
        if name not in ("SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM"):
            delattr(signal, name)
    for name in ("alarm", "pthread_sigmask", "setitimer", "sigwait"):
        delattr(signal, name)

    def in_use(path):
        # An open file has a descriptor, a mapped one an entry among the maps of the memory.
        here, found = os.path.realpath(path), []
        for descriptor in os.listdir("/proc/self/fd"):
            try:
                found.append(os.readlink(f"/proc/self/fd/{descriptor}"))
            except OSError:
                pass
        with open("/proc/self/maps", encoding="utf-8") as file:
            found += [line.split(maxsplit=5)[5].strip() for line in file if line.count("/")]
        return here in found

    def watched(act, has_target):
        def acts(source, *args, **kwargs):
            for path in (source, args[0]) if has_target else (source,):
                if in_use(path):
                    raise PermissionError(13, "used by another process, as on Windows", str(path))
            return act(source, *args, **kwargs)

        return acts

    for name in ("replace", "rename"):
        setattr(os, name, watched(getattr(os, name), True))
    for name in ("remove", "unlink"):
        setattr(os, name, watched(getattr(os, name), False))

    folder = pathlib.Path(sys.argv[1])
    (folder / "new").touch()
    with (folder / "old").open("w") as file:
        try:
            (folder / "new").replace(file.name)
        except PermissionError:
            pass
        else:
            raise AssertionError("an open file was replaced")
    (folder / "new").replace(folder / "old")
"""

WHOLE_WAY = """
    import sklearn_har.datasets._uci_har as uci_har
    from sklearn_har.cli import main
    from sklearn_har.datasets import clear_data_home, fetch_uci_har, make_har_recordings
    from sklearn_har.datasets._registry import DATASETS
    from sklearn_har.utils.discovery import all_displays, all_estimators, all_functions
    from tiny_uci_har import RECORDINGS, TinyUciHar

    # Imports all public modules, and the private ones behind them.
    assert all_estimators() and all_functions() and all_displays()

    tiny = TinyUciHar()
    DATASETS["uci_har"] = tiny.dataset("http://127.0.0.1:9/a.zip", "http://127.0.0.1:9/b.zip")
    uci_har.WINDOWS_OF_RECORDINGS = RECORDINGS
    (folder / "archive.zip").write_bytes(tiny.zipped())
    for _ in range(2):  # from the archive, then from the cache
        har = fetch_uci_har(data_home=folder / "home", archive=folder / "archive.zip")
        assert len(har.data) == 8
    clear_data_home(folder / "home")
    assert not (folder / "home").exists()

    recordings = make_har_recordings(n_subjects=2, random_state=0).recordings
    for recording in recordings:
        subject = folder / "recordings" / str(recording.subject)
        subject.mkdir(parents=True, exist_ok=True)
        table = pandas.DataFrame(recording.samples, recording.time, recording.channel_names)
        table["label"] = recording.labels
        # As Windows ends lines.
        table.to_csv(subject / "all.csv", index_label="time", lineterminator="\\r\\n")

    def run(*args):
        assert main([str(arg) for arg in args]) == 0, args

    model, new = folder / "model.skops", folder / "recordings" / "2" / "all.csv"
    network = ("--model", "lstm", "--published", "--set", "estimator__units=4", "--epochs", 1)
    options = ("--pattern", "{subject}/all.csv", "--labels", "label", *network)
    for _ in range(2):  # the second time over what is there
        run("train", folder / "recordings", *options, "--force", "--save", model)
        run("predict", new, "--model", model, "--timeline", folder / "timeline.csv")
        run("export", model, folder / "har.tflite")
        run("predict", new, "--model", folder / "har.tflite")
    run("inspect", new)
    assert not [path for path in folder.rglob(".*")], "parts of files are left"
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed on Linux")
@pytest.mark.skipif(
    not all(map(find_spec, ("skops", "ai_edge_litert"))), reason="the extra `export` is missing"
)
def test_the_whole_way_of_a_user_as_on_windows(tmp_path):
    path = tmp_path / "script.py"
    (tmp_path / "work").mkdir()
    path.write_text(dedent(AS_ON_WINDOWS) + dedent(WHOLE_WAY), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", path, tmp_path / "work"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "support")},
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_text_files_are_opened_with_their_encoding():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--preview", "--select", "PLW1514", ROOT / "src"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_patterns_with_the_separators_of_windows(tmp_path):
    made = make_har_recordings(n_subjects=1, random_state=0).recordings[0]
    table = pd.DataFrame(made.samples[:, :3], made.time, made.channel_names[:3])
    (tmp_path / "s1").mkdir()
    table.to_csv(tmp_path / "s1" / "walk.csv", index_label="time")
    (read,) = read_recordings(tmp_path, r"{subject}\{activity}.csv", units="g")
    assert (read.subject, set(read.labels)) == ("s1", {"walk"})
