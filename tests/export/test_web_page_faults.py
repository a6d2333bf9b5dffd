"""The page in a real browser, where something is wrong: sensors, permissions, files."""

import json
import re
import shutil
import time

import numpy as np
import pytest

from phone_browser import (
    before_the_page,
    notes,
    opened,
    replay,
    save_recording,
    served,
    tap,
    wait_for,
    wait_for_note,
)

pytestmark = pytest.mark.slow


def test_a_desktop_has_no_sensors(phone, address):
    opened(phone, address)
    assert notes(phone) == {}
    tap(phone, "start")
    assert "open this page on a phone" in wait_for_note(phone, "sensors")


def test_permission_is_refused(phone, address):
    opened(phone, address)
    refused = {"permission": {"name": "accelerometer"}, "setting": "denied"}
    phone.execute_cdp_cmd("Browser.setPermission", refused)
    phone.execute_cdp_cmd(
        "Browser.setPermission", {"permission": {"name": "gyroscope"}, "setting": "denied"}
    )
    tap(phone, "start")
    assert "tap Allow" in wait_for_note(phone, "permission")
    assert phone.find_element("id", "start").text == "Start", "it can be tapped again"


@pytest.mark.parametrize("answer", ["Promise.resolve('denied')", "Promise.reject(new Error('no'))"])
def test_permission_is_refused_as_on_an_iphone(phone, address, answer):
    before_the_page(phone, f"DeviceMotionEvent.requestPermission = () => {answer}")
    opened(phone, address)
    tap(phone, "start")
    assert "close this tab" in wait_for_note(phone, "permission")


def test_a_page_that_is_not_secure(phone, address):
    before_the_page(phone, "Object.defineProperty(window, 'isSecureContext', {value: false})")
    opened(phone, address)
    tap(phone, "start")
    assert "https://" in wait_for_note(phone, "insecure")


def test_a_browser_without_motion_events(phone, address):
    before_the_page(phone, "delete window.DeviceMotionEvent")
    opened(phone, address)
    tap(phone, "start")
    assert "Chrome, Firefox or Safari" in wait_for_note(phone, "unsupported")


def test_no_gyroscope(phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at[:100], samples[:100, :3])
    assert "--preset accelerometer" in wait_for_note(phone, "gyroscope")
    assert phone.find_element("id", "start").text == "Start"


def test_a_rate_that_is_too_low(phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at[0] + np.arange(40) / 20.0, samples[:40])
    tap(phone, "start")
    tap(phone, "start")
    replay(phone, at[0] + 10 + np.arange(100) / 20.0, samples[:100])
    told = wait_for_note(phone, "slow")
    assert "20 times a second" in told
    assert "45 times a second" in told
    tap(phone, "start")
    tap(phone, "start")
    replay(phone, at[0] + 90 + np.arange(30) / 5.0, samples[:30])
    assert "needs at least 6.3 times a second" in wait_for_note(phone, "tooSlow")


def test_a_page_in_the_background(phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at[:100], samples[:100])
    phone.minimize_window()
    wait_for(phone, "document.hidden")
    time.sleep(1.2)
    phone.set_window_size(400, 860)
    assert re.search("in the background for [12] s", wait_for_note(phone, "background"))
    assert "Keep the screen on" in notes(phone)["background"]


def test_sensors_that_fall_silent(phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at[:100], samples[:100])
    assert "No more motion data" in wait_for_note(phone, "silent")
    replay(phone, at[100:110], samples[100:110])
    assert notes(phone) == {}


def test_signs_that_are_not_those_of_the_platform(phone, address, simulated):
    at, _ = simulated
    opened(phone, address)
    tap(phone, "start")
    phone.execute_script(
        "window.addEventListener('devicemotion', (event) => {"
        "  const angles = {alpha: 0, beta: 0, gamma: 0};"
        "  const up = new DeviceOrientationEvent('deviceorientation', angles);"
        "  Object.defineProperty(up, 'timeStamp', {value: event.timeStamp});"
        "  window.dispatchEvent(up); }, true)"
    )
    flat = np.tile([0.0, 0.0, -1.0, 0.0, 0.0, 0.0], (300, 1))
    tap(phone, "record")
    replay(phone, at[:300], flat)
    assert "other sign" in wait_for_note(phone, "signs")
    tap(phone, "record")
    assert float(save_recording(phone).splitlines()[-1].split(",")[3]) == pytest.approx(1.0)


def _altered(page, tmp_path, change):
    folder = tmp_path / "altered"
    shutil.copytree(page, folder)
    change(folder)
    return folder


def _with_facts(**changes):
    def change(folder):
        path = folder / "model.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))

    return change


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        (
            _with_facts(inputs=["acceleration.x", "magnetometer.x"]),
            "channels",
            "The model needs magnetometer.x",
        ),
        (_with_facts(format=0), "format", "Export the model again"),
        (lambda folder: (folder / "model.onnx").unlink(), "model", "model.onnx: 404"),
        (
            lambda folder: (folder / "model.onnx").write_bytes(b"no model"),
            "model",
            "cannot be loaded",
        ),
        (lambda folder: (folder / "model.json").unlink(), "model", "model.json: 404"),
        (lambda folder: (folder / "runtime/ort.js").unlink(), "model", "cannot be loaded"),
        (
            lambda folder: (folder / "runtime/ort-wasm-simd-threaded.wasm").unlink(),
            "model",
            "cannot be loaded",
        ),
        (lambda folder: (folder / "stream.js").unlink(), "script", "the page cannot start"),
    ],
)
def test_files_that_are_wrong(page, tmp_path, phone, change, kind, sentence):
    with served(_altered(page, tmp_path, change)) as address:
        phone.get(address)
        assert sentence in wait_for_note(phone, kind)
        wait_for(
            phone, f"document.querySelectorAll('#notes p:not([data-fault={kind}])').length === 0"
        )
        assert not phone.find_element("id", "start").is_enabled()


def test_a_page_that_is_opened_as_a_file(page, phone):
    phone.get((page / "index.html").as_uri())
    time.sleep(0.5)
    assert "not as a file" in notes(phone)["script"]


def test_movement_unlike_the_training(phone, address):
    rng = np.random.default_rng(0)
    opened(phone, address)
    tap(phone, "start")
    replay(phone, np.arange(1500) / 50.0, rng.normal(scale=3.0, size=(1500, 6)))
    assert "unlike the training recordings" in wait_for_note(phone, "unlike")
