"""Workers share the cores; the user's process is left as it is."""

from __future__ import annotations

import multiprocessing
import os

import pytest
from joblib import Parallel, delayed

# TensorFlow's threads of a worker can only be seen in the variables that this sets.
from sklearn_har.utils._workers import share_cores

NAMES = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_CPP_MIN_LOG_LEVEL")


def _in_worker(preset: dict[str, str]) -> tuple[bool, dict[str, str | None]]:
    for name in NAMES:
        os.environ.pop(name, None)
    os.environ.update(preset)
    return share_cores(), {name: os.environ.get(name) for name in NAMES}


def test_a_worker_keeps_to_its_share_of_threads():
    [(is_worker, environment)] = Parallel(n_jobs=2)([delayed(_in_worker)({})])
    assert is_worker
    share = str(max(1, os.cpu_count() // 2))
    assert environment["TF_NUM_INTRAOP_THREADS"] == share
    assert environment["TF_NUM_INTEROP_THREADS"] == share
    assert environment["TF_CPP_MIN_LOG_LEVEL"] == "2"


def test_what_the_user_set_for_the_workers_stays():
    preset = {"TF_NUM_INTRAOP_THREADS": "3", "TF_CPP_MIN_LOG_LEVEL": "0"}
    [(_, environment)] = Parallel(n_jobs=2)([delayed(_in_worker)(preset)])
    assert preset.items() <= environment.items()


@pytest.mark.parametrize(
    ("name", "of_ray"), [("Dask Worker process (from Nanny)", False), ("MainProcess", True)]
)
def test_workers_of_other_engines_keep_to_their_share(monkeypatch, name, of_ray):
    monkeypatch.setattr(multiprocessing.current_process(), "name", name)
    for variable in NAMES:
        # Set and deleted, so that it is put back whatever becomes of it.
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    if of_ray:
        monkeypatch.setenv("RAY_RAYLET_PID", "1234")
    assert share_cores()
    assert {os.environ[variable] for variable in NAMES[:2]} == {"1"}


def test_another_process_is_left_alone():
    before = dict(os.environ)
    assert not share_cores()
    assert dict(os.environ) == before
