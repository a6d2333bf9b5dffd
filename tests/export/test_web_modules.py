"""The modules of the page compute what Python computes: run under Node, where it is installed."""

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from sklearn_har.datasets import make_har_recordings
from sklearn_har.preparation import Preparation, preparation_coefficients
from sklearn_har.timeline import decode_activities, smooth_probabilities

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")
NAMES = ("acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give a function that runs a task of web_modules.mjs."""
    folder = tmp_path_factory.mktemp("modules")
    for module in (files("sklearn_har.export") / "web").iterdir():
        if module.name.endswith(".js"):
            (folder / module.name).write_text(module.read_text(encoding="utf-8"), "utf-8")
    # Browsers are told by the page that these are modules, Node is told so here.
    (folder / "package.json").write_text('{"type": "module"}')

    def call(task, **given):
        done = subprocess.run(
            [NODE, Path(__file__).with_name("web_modules.mjs")],
            input=json.dumps({"folder": str(folder), "task": task, **given}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


def _walk(seconds=30.0, **options):
    recordings = make_har_recordings(1, seconds_per_activity=seconds, random_state=3, **options)
    recording = recordings.recordings[0]
    return recording.time + 1000.25, recording.samples.astype(np.float64)


def _regular():
    return 50.0, *_walk()


def _jittered():
    time, samples = _walk()
    rng = np.random.default_rng(0)
    return 50.0, time + rng.uniform(-0.006, 0.006, len(time)), samples


def _faster():
    """A phone of 60 Hz whose clock jitters, read at 50 Hz: interpolation and anti-aliasing."""
    time, samples = _walk()
    at = np.arange(time[0], time[-1], 1 / 60)
    at += np.random.default_rng(1).uniform(-0.002, 0.002, len(at))
    return 60.0, at, np.column_stack([np.interp(at, time, column) for column in samples.T])


def _interrupted():
    """Breaks of several lengths, a missing sample and one that comes twice."""
    time, samples = _walk()
    time[700:] += 0.3
    time[2000:] += 20.013
    time[900] = time[899]
    return 50.0, np.delete(time, slice(400, 403)), np.delete(samples, slice(400, 403), axis=0)


def _put_in_anew():
    """A phone that is worn one way round, then another."""
    time, samples = _walk(60.0, orientation="any")
    half = len(time)
    samples = np.concatenate([samples, samples[:, [2, 0, 1, 5, 3, 4]] * [-1, 1, -1, -1, 1, -1]])
    return 50.0, time[0] + np.arange(2 * half) / 50.0, samples


@pytest.mark.parametrize(
    ("preparation", "make"),
    [
        (Preparation(), _regular),
        (Preparation(), _jittered),
        (Preparation(), _faster),
        (Preparation(), _interrupted),
        (Preparation(max_gap=0.5, overlap=0.75), _interrupted),
        (Preparation(frame="body"), _put_in_anew),
        (Preparation(frame="upright"), _put_in_anew),
        (Preparation(frame="body"), _faster),
        (Preparation(25.0, noise_cutoff=None, window=2.0, overlap=0.0), _faster),
        (Preparation(noise_cutoff=None, gravity_cutoff=None, drift_cutoff=None), _jittered),
        (Preparation.from_preset("accelerometer"), _regular),
    ],
)
def test_windows_are_those_of_the_stream(run, preparation, make):
    rate, time, samples = make()
    found = run(
        "windows",
        numbers=preparation_coefficients(preparation, NAMES),
        rate=rate,
        times=time.tolist(),
        samples=samples[
            :, : len(preparation.acceleration) + len(preparation.angular_velocity)
        ].tolist(),
    )
    kept = np.concatenate([[True], np.diff(np.maximum.accumulate(time)) > 0])
    stream = preparation.stream(NAMES, rate)
    pieces = [stream.push(time[kept], samples[kept]), stream.finish()]
    start, windows = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    assert found["late"] == np.count_nonzero(~kept)
    assert len(start) > 20
    np.testing.assert_allclose(found["start"], start, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["windows"], windows, rtol=0, atol=2e-6)
    if preparation.frame != "device":
        known = windows[:, :, -1]
        assert known.min() == 0.0 < known.max() == 1.0, "the frame is found within the recording"


def test_a_frame_changes_with_the_wearing(run):
    """Else the test above would say nothing about a device that is put in anew."""
    rate, time, samples = _put_in_anew()
    preparation = Preparation(frame="body")
    stream = preparation.stream(NAMES, rate)
    _, windows = stream.push(time, samples)
    half = len(windows) // 2
    before, after = windows[half - 4, :, 0].mean(), windows[-4, :, 0].mean()
    assert before == pytest.approx(after, abs=0.05)
    assert len(preparation_coefficients(preparation, NAMES)["frame"]["steps"]) > 1


@pytest.mark.parametrize("n_classes", [1, 2, 6])
@pytest.mark.parametrize("expected_duration", [0.5, 10.0])
@pytest.mark.parametrize("with_prior", [False, True])
def test_smoothing_is_that_of_timelines(run, n_classes, expected_duration, with_prior):
    rng = np.random.default_rng(n_classes)
    probabilities = rng.dirichlet(np.full(n_classes, 0.3), size=60)
    probabilities[7] = np.eye(n_classes)[0]
    start = np.arange(60) * 1.28 + 1e3
    start[30:] += 17.3  # an interruption
    prior = rng.dirichlet(np.ones(n_classes)).tolist() if with_prior else None
    found = run(
        "smooth",
        decisions=[
            {"start": s, "probabilities": p.tolist()}
            for s, p in zip(start, probabilities, strict=True)
        ],
        windowLength=2.56,
        expectedDuration=expected_duration,
        classPrior=prior,
    )
    options = {"expected_duration": expected_duration, "class_prior": prior}
    expected = smooth_probabilities(probabilities, start, 2.56, **options)
    np.testing.assert_allclose(found["posterior"], expected, rtol=0, atol=1e-9)
    path = decode_activities(probabilities, start, 2.56, **options)
    assert found["path"] == path.tolist()


def test_the_rate_is_that_of_the_typical_step(run):
    assert run("rate", times=[0.0, 0.02, 0.04, 0.06, 0.5, 0.52]) == pytest.approx(50.0)
