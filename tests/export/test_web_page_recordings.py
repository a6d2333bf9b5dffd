"""Recordings that the page saves, and the way from them to training."""

import itertools
import json
import re
import shutil
import time

import numpy as np
import pandas as pd
import pytest

from phone_browser import opened, replay, save_recording, tap
from sklearn_har.cli import main
from sklearn_har.datasets import make_har_recordings
from sklearn_har.recordings import read_recording

pytestmark = pytest.mark.slow


def test_recordings_go_through_train(phone, address, tmp_path, capsys):
    """Recorded with taps, downloaded by the browser, read and trained by one command."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    phone.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    recording = make_har_recordings(1, seconds_per_activity=20.0, random_state=5).recordings[0]
    labels = np.asarray(recording.labels)
    at, samples = recording.time + 3.0, recording.samples.astype(np.float64)
    opened(phone, address)
    phone.find_element("id", "who").clear()
    phone.find_element("id", "who").send_keys("Zoë 1")
    phone.find_element("id", "other").send_keys("lying, flat")
    tap(phone, "add")
    tap(phone, "start")
    tap(phone, "record")
    names = {"laying": "lying,_flat"}
    changes = [0, *(np.flatnonzero(labels[1:] != labels[:-1]) + 1), len(labels)]
    for begin, end in itertools.pairwise(changes):
        name = names.get(labels[begin], labels[begin])
        for button in phone.find_elements("css selector", "#labels button"):
            if button.get_attribute("value") == name:
                button.click()
        replay(phone, at[begin:end], samples[begin:end])
    tap(phone, "record")
    phone.find_element("css selector", "#files button").click()
    deadline = time.monotonic() + 20
    while not (found := list(folder.glob("*.csv"))) and time.monotonic() < deadline:
        time.sleep(0.1)
    (file,) = found
    assert re.fullmatch(r"Zoë1_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.csv", file.name)

    with pytest.warns(match="acceleration .* in g; angular velocity .* in rad/s"):
        read = read_recording(file, format="auto")
    assert read.sampling_rate == pytest.approx(50.0)
    np.testing.assert_allclose(read.samples, samples, atol=1e-6)
    np.testing.assert_allclose(read.time - read.time[0], at - at[0], atol=1e-4)
    # The simulator has no label between activities, where the last one that was tapped goes on.
    expected = pd.Series([names.get(label, label) for label in labels]).ffill()
    assert pd.Series(read.labels).fillna("").tolist() == expected.fillna("").tolist()

    shutil.copy(file, folder / "Ben_2.csv")
    model = tmp_path / "own.skops"
    argv = ["train", str(folder), "--pattern", "{subject}_{trial}.csv", "--format", "auto"]
    assert main([*argv, "--save", str(model), "--epochs", "1"]) == 0
    assert main(["export", str(model), "--web", str(tmp_path / "own")]) == 0
    capsys.readouterr()
    facts = json.loads((tmp_path / "own" / "model.json").read_text())
    assert "lying,_flat" in facts["activities"]
    assert facts["inputs"][0] == "acceleration.x"


def test_recordings_keep_unlabelled_time(phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    tap(phone, "record")
    replay(phone, at[:100], samples[:100])
    button = phone.find_element("css selector", "#labels button[value=sitting]")
    button.click()
    replay(phone, at[100:200], samples[100:200])
    button.click()
    replay(phone, at[200:300], samples[200:300])
    tap(phone, "record")
    rows = [line.split(",") for line in save_recording(phone).splitlines()]
    assert rows[0][0] == "time"
    assert [row[-1] for row in rows[1:]] == [""] * 100 + ["sitting"] * 100 + [""] * 100
