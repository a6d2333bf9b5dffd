"""The page in a real browser: the decisions of the stream, real events, small screens."""

import re
import shutil
import time

import numpy as np
import pytest

from phone_browser import (
    before_the_page,
    browser,
    look_as,
    opened,
    replay,
    save_recording,
    served,
    stop,
    tap,
    wait_for,
    wait_for_note,
)
from sklearn_har.datasets import fetch_hapt, make_har_recordings
from sklearn_har.export import to_web
from sklearn_har.recognition import load_pretrained
from sklearn_har.timeline import decode_activities

pytestmark = pytest.mark.slow
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


def _compare(decisions, recognizer, at, samples):
    """Compare the decisions of the page with those of the stream; return the largest difference."""
    stream = recognizer.stream(original_rate=decisions[0]["rate"])
    expected = stream.push(samples, at) + stream.finish()
    assert len(decisions) == len(expected) > 0
    assert [d["activity"] for d in decisions] == [str(d.activity) for d in expected]
    for end in ("start", "end"):
        times = [d[end] for d in decisions], [getattr(d, end) for d in expected]
        np.testing.assert_allclose(*times, rtol=0, atol=1e-6)
    found = np.array([d["probabilities"] for d in decisions])
    difference = np.abs(found - [d.probabilities for d in expected]).max()
    assert difference < 1e-4
    return difference


# The same numbers ---------------------------------------------------------------------------------


def test_decisions_on_hapt_are_those_of_the_stream(phone, address, find_archive, tmp_path):
    hapt = fetch_hapt(archive=find_archive("HAPT Data Set.zip"), data_home=tmp_path)
    recording = hapt.recordings[0]
    at, samples = recording.time + 5.0, recording.samples.astype(np.float64)
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at, samples)
    decisions = stop(phone)
    recognizer = load_pretrained()
    difference = _compare(decisions, recognizer, at, samples)
    print(f"{len(decisions)} decisions, probabilities within {difference:.1e}")
    assert decisions[0]["rate"] == pytest.approx(50.0)
    shown = [d for d in decisions if d["end"] >= decisions[-1]["end"] - 300.0]
    smoothed = decode_activities(
        [d["probabilities"] for d in shown], [d["start"] for d in shown], 2.56
    )
    name = str(recognizer.classes_[smoothed[-1]]).replace("_", " ")
    assert phone.find_element("id", "activity").text == name
    stream = recognizer.preparation_.stream(recording.channel_names, 50.0)
    assert stream.push(at, samples)[1][:, :, -1].any(), "the frame of the body is found on the way"


def test_an_iphone_has_the_other_sign(tmp_path, address, simulated):
    at, samples = simulated
    with browser(tmp_path / "profile", agent=IPHONE) as phone:
        opened(phone, address)
        tap(phone, "start")
        replay(phone, at, samples * [-1, -1, -1, 1, 1, 1])
        _compare(stop(phone), load_pretrained(), at, samples)


def test_another_rate_late_samples_and_a_break(phone, address, simulated):
    at, samples = simulated
    fast = np.arange(at[0], at[-1], 1 / 60)
    fast += np.random.default_rng(0).uniform(-0.003, 0.003, len(fast))
    fast[3000:] += 7.5
    values = np.column_stack([np.interp(fast, at, column) for column in samples.T])
    fast[1000] = fast[998]  # late: left out
    values[1500, 4] = np.nan
    opened(phone, address)
    tap(phone, "start")
    # JSON has no NaN; a browser gives null.
    replay(phone, fast[:1500], values[:1500])
    phone.execute_script(
        "window.dispatchEvent(new DeviceMotionEvent('devicemotion', {accelerationIncludingGravity:"
        " {x: 1, y: 2, z: 3}, rotationRate: {alpha: 1, beta: null, gamma: 1}}))"
    )
    replay(phone, fast[1501:], values[1501:])
    decisions = stop(phone)
    recognizer = load_pretrained()
    _compare(decisions, recognizer, np.delete(fast, 1500), np.delete(values, 1500, axis=0))


def test_other_models_and_smoothing(tmp_path, phone, simulated):
    """Acceleration alone, upright, no smoothing; names of channels in another order."""
    from sklearn_har import ActivityRecognizer, CNNLSTMClassifier
    from sklearn_har.preparation import Preparation
    from sklearn_har.recordings import Recording

    train = make_har_recordings(2, seconds_per_activity=10.0, random_state=0).recordings
    names, order = ("acc_z", "acc_x", "acc_y"), [2, 0, 1]

    def alone(recording):
        return Recording(
            recording.samples[:, order],
            sampling_rate=50.0,
            channel_names=names,
            labels=recording.labels,
        )

    recognizer = ActivityRecognizer(
        CNNLSTMClassifier(epochs=1, random_state=0),
        Preparation(25.0, angular_velocity=(), noise_cutoff=None, frame="upright"),
        smoothing=None,
        min_probability=0.99,
    ).fit([alone(recording) for recording in train])
    to_web(recognizer, tmp_path / "page", title="Alone")
    at, samples = simulated
    with served(tmp_path / "page") as address:
        opened(phone, address)
        tap(phone, "start")
        replay(phone, at, samples[:, :3])
        decisions = stop(phone)
        assert phone.title == "Alone"
        assert phone.find_element("id", "activity").text == "not sure"
        assert not phone.find_element("id", "rotation").is_displayed()
    _compare(decisions, recognizer, at, samples[:, order])


@pytest.mark.parametrize("name", ["lstm", "conv_lstm", "recipe", "vote"])
def test_every_kind_of_network(tmp_path, phone, simulated, name):
    from sklearn_har import ActivityRecognizer, ConvLSTMClassifier, LSTMClassifier
    from sklearn_har.recipes import make_best, make_cnn_lstm

    classifier = {
        "lstm": LSTMClassifier(units=8, epochs=1, random_state=0),
        "conv_lstm": ConvLSTMClassifier(filters=4, epochs=1, random_state=0),
        "recipe": make_cnn_lstm(epochs=1, random_state=0),
        "vote": make_best(epochs=1, random_state=0),
    }[name]
    train = make_har_recordings(2, seconds_per_activity=10.0, random_state=0).recordings
    recognizer = ActivityRecognizer(classifier).fit(train)
    to_web(recognizer, tmp_path / "page")
    at, samples = simulated
    with served(tmp_path / "page") as address:
        opened(phone, address)
        tap(phone, "start")
        replay(phone, at, samples)
        difference = _compare(stop(phone), recognizer, at, samples)
    print(f"{name}: probabilities within {difference:.1e}")


# Real events of the browser -----------------------------------------------------------------------


def _sensors(driver, acceleration, rotation):
    """Give the browser a phone's sensors: it sends its own motion events then, 60 a second."""
    readings = (
        ("accelerometer", acceleration),
        ("linear-acceleration", (0.0, 0.0, 0.0)),
        ("gyroscope", rotation),
    )
    for kind, (x, y, z) in readings:
        driver.execute_cdp_cmd(
            "Emulation.setSensorOverrideEnabled", {"enabled": True, "type": kind}
        )
        reading = {"xyz": {"x": x, "y": y, "z": z}}
        driver.execute_cdp_cmd(
            "Emulation.setSensorOverrideReadings", {"type": kind, "reading": reading}
        )


def test_events_of_the_browser_itself(phone, address):
    """Units, axes and the rate, without anything of ours instead of the sensors."""
    _sensors(phone, (0.0, 0.0, 9.80665), (0.5, 1.0, 2.0))
    opened(phone, address)
    tap(phone, "start")
    tap(phone, "record")
    wait_for(phone, "document.getElementById('meter').value > 0")
    time.sleep(4.0)
    rate, pace, share = (phone.find_element("id", name).text for name in ("rate", "pace", "share"))
    tap(phone, "record")
    line = save_recording(phone).splitlines()[5].split(",")
    # Browsers round to 0.1 m/s2 and 0.1 degrees a second.
    np.testing.assert_allclose([float(v) for v in line[1:7]], [0, 0, 1, 0.5, 1, 2], atol=0.01)
    assert 50 <= int(rate) <= 65
    assert 0.2 < float(pace) < 1.0, "a window of 2.56 s that overlaps by half"
    print(f"{rate} samples a second, {pace} decisions a second, {share} of the time")


# Without a network, and on a small screen ---------------------------------------------------------


def test_the_page_opens_without_a_server(page, phone, simulated):
    at, samples = simulated
    with served(page) as address:
        opened(phone, address)
        wait_for(phone, "document.getElementById('saved').textContent.includes('is saved')")
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at, samples)
    _compare(stop(phone), load_pretrained(), at, samples)


def test_a_new_export_comes_to_the_phone(page, phone, tmp_path):
    folder = tmp_path / "page"
    shutil.copytree(page, folder)
    saved = "document.getElementById('saved').textContent.includes('is saved')"
    with served(folder) as address:
        opened(phone, address)
        wait_for(phone, saved)
        to_web(load_pretrained(), folder, title="Second", runtime=_runtime_of(page, tmp_path))
        opened(phone, address)
        assert phone.title == "What am I doing?", "the saved page opens at once"
        assert "Reload the page" in wait_for_note(phone, "newer")
        opened(phone, address)
        assert phone.title == "Second"


def _runtime_of(page, tmp_path):
    """Make a package of the runtime of a page, so that npm is not asked again."""
    package = tmp_path / "onnxruntime-web"
    (package / "dist").mkdir(parents=True)
    (package / "package.json").write_text('{"name": "onnxruntime-web"}')
    shutil.copy(page / "runtime" / "ort.js", package / "dist" / "ort.wasm.bundle.min.mjs")
    shutil.copy(page / "runtime" / "ort-wasm-simd-threaded.wasm", package / "dist")
    return package


def test_the_screen_is_kept_on(phone, address, simulated):
    at, samples = simulated
    before_the_page(
        phone,
        "window.locks = []; Object.defineProperty(navigator, 'wakeLock', {value: {request:"
        " async (kind) => { locks.push(kind); return {release: async () => locks.pop()}; }}})",
    )
    opened(phone, address)
    tap(phone, "start")
    wait_for(phone, "locks.join() === 'screen'")
    replay(phone, at[:100], samples[:100])
    phone.minimize_window()
    wait_for(phone, "document.hidden")
    phone.set_window_size(400, 860)
    # Browsers release the lock of a page in the background: it is asked for again.
    wait_for(phone, "locks.join() === 'screen,screen'")
    stop(phone)
    wait_for(phone, "locks.length === 1")


def test_the_page_asks_its_own_server_alone(page, phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at[:500], samples[:500])
    used = phone.execute_script(
        "return performance.getEntriesByType('resource').map((e) => e.name)"
    )
    assert used
    assert all(name.startswith(address) for name in used)
    refused = phone.execute_async_script(
        "const done = arguments[0]; document.addEventListener('securitypolicyviolation',"
        " (event) => done(event.effectiveDirective)); fetch('http://example.org/').catch(() => {})"
    )
    assert refused == "connect-src"
    phone.get_log("browser")  # the refusal that was asked for


@pytest.mark.parametrize("is_dark", [False, True])
def test_nothing_is_wider_than_a_small_phone(phone, address, simulated, is_dark):
    at, samples = simulated
    look_as(phone, width=360, is_dark=is_dark)
    opened(phone, address)
    tap(phone, "start")
    tap(phone, "record")
    replay(phone, at[:500], samples[:500])
    assert phone.execute_script("return document.documentElement.scrollWidth") == 360
    for button in phone.find_elements("css selector", "footer button"):
        assert button.size["height"] >= 44, "as large as a thumb"
    paper = phone.execute_script(
        "return getComputedStyle(document.documentElement).backgroundColor"
    )
    assert (int(re.findall(r"\d+", paper)[0]) < 128) == is_dark


def test_what_a_screen_reader_hears(phone, address, simulated):
    at, samples = simulated
    opened(phone, address)
    tap(phone, "start")
    replay(phone, at[:500], samples[:500])
    activity = phone.find_element("id", "activity")
    assert activity.get_attribute("aria-live") == "polite"
    wait_for(phone, "document.getElementById('strip').getAttribute('aria-label').includes(' s')")
    unnamed = phone.execute_script(
        "return [...document.querySelectorAll('button, input, canvas, meter')].filter((e) =>"
        " !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length"
    )
    assert unnamed == 0
