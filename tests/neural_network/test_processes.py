"""Processes that start after a network was at work: by spawn they work, by fork they say so."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

SCRIPT = """
    import sys
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from sklearn_har import LSTMClassifier
    from sklearn_har.datasets import make_har_windows


    def train():
        har = make_har_windows(n_subjects=1, n_windows_per_activity=2, random_state=0)
        clf = LSTMClassifier(units=2, n_steps=4, epochs=1, random_state=0)
        return clf.fit(har.data, har.target).history_["loss"], clf, har.data


    def predict(clf, X):
        return clf.predict(X).tolist()


    if __name__ == "__main__":
        loss, clf, X = train()
        expected = predict(clf, X)
        with ProcessPoolExecutor(1, mp_context=get_context(sys.argv[1])) as pool:
            jobs = [pool.submit(train), pool.submit(predict, clf, X)]
            for job, result in zip(jobs, (loss, expected)):
                try:
                    found = job.result(timeout=100)
                    print((found[0] if isinstance(found, tuple) else found) == result)
                except RuntimeError as error:
                    print(error)
"""


def lines_of(tmp_path, method):
    path = tmp_path / "script.py"
    path.write_text(dedent(SCRIPT))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", path, method], capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_forked_process_says_what_to_do_instead_of_waiting_for_ever(tmp_path):
    lines = lines_of(tmp_path, "fork")
    assert len(lines) == 2
    for line in lines:
        assert "started by fork after its parent used a network" in line
        assert "get_context('spawn')" in line


@pytest.mark.slow
def test_a_spawned_process_trains_and_predicts(tmp_path):
    assert lines_of(tmp_path, "spawn") == ["True", "True"]
