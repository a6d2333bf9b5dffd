"""Workers of joblib share the cores; the user's process is left as it is."""

from __future__ import annotations

import os

from joblib import Parallel, delayed

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


def test_another_process_is_left_alone():
    before = dict(os.environ)
    assert not share_cores()
    assert dict(os.environ) == before
