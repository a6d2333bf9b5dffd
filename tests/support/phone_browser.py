"""A browser instead of a phone's: pages on 127.0.0.1, motion events, faults."""

import contextlib
import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

# Sends rows of time in s, acceleration in m/s2 and rotation rate in deg/s as a phone would. Between
# them the page gets time for what else it does.
REPLAY = """
const [rows, done] = arguments;
window.decisions ??= [];
if (!window.isListening) {
  document.addEventListener("har:decision", (event) => window.decisions.push(event.detail));
  window.isListening = true;
}
(async () => {
  for (const [i, [time, x, y, z, alpha, beta, gamma]] of rows.entries()) {
    const event = new DeviceMotionEvent("devicemotion", {
      accelerationIncludingGravity: { x, y, z },
      rotationRate: alpha === undefined ? undefined : { alpha, beta, gamma },
      interval: 20,
    });
    Object.defineProperty(event, "timeStamp", { value: 1000 * time });
    window.dispatchEvent(event);
    if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  done();
})();
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """Serve a folder on a free port, and give its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def browser(profile, *, width=400, height=860, agent=None):
    """Open a browser with an empty profile; skip the test where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    if BROWSER is None or DRIVER is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(argument)
    if agent is not None:
        options.add_argument(f"--user-agent={agent}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    try:
        driver.set_script_timeout(300)
        yield driver
    finally:
        driver.quit()


def before_the_page(driver, script):
    """Run a script in each new page before its own."""
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})


def wait_for(driver, condition, *, seconds=30.0):
    """Wait until an expression of the page is true, and return its value."""
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(driver, seconds, poll_frequency=0.1).until(
        lambda d: d.execute_script(f"return ({condition})"),
        message=f"{condition}; notes: {notes(driver)}",
    )


def notes(driver):
    """Return the sentences on the page, by their kind."""
    return driver.execute_script(
        "return Object.fromEntries([...document.querySelectorAll('#notes p')]"
        ".map((p) => [p.dataset.fault, p.textContent.trim()]))"
    )


def opened(driver, address):
    """Open the page and wait until Start can be tapped, or a sentence says why not."""
    driver.get(address)
    wait_for(
        driver,
        "!document.getElementById('start').disabled || document.querySelector("
        "'#notes p:not([data-fault=script])') !== null",
    )


def tap(driver, name):
    """Tap a button by its id."""
    driver.find_element("id", name).click()


def motion_rows(time, samples):
    """Return samples in g and rad/s as rows of motion events."""
    import numpy as np

    factors = np.array([9.80665] * 3 + [180 / np.pi] * 3)[: samples.shape[1]]
    return np.column_stack([time, samples * factors]).tolist()


def replay(driver, time, samples):
    """Send samples as motion events."""
    driver.execute_async_script(REPLAY, motion_rows(time, samples))


def look_as(driver, *, width, height=780, ratio=1, is_dark=False):
    """Give the page the size and the colours of another screen."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    colours = [{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": colours})


def picture(driver, path):
    """Save what is on the screen."""
    import base64

    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    path.write_bytes(base64.b64decode(shot["data"]))


def stop(driver):
    """Tap Stop and wait for the last decision; return all of them."""
    script = "window.isStopped = false; document.addEventListener('har:stopped', () => "
    driver.execute_script(script + "{ window.isStopped = true; })")
    tap(driver, "start")
    wait_for(driver, "window.isStopped")
    return driver.execute_script("return window.decisions")


def save_recording(driver):
    """Tap the button that saves a recording, and return the text of its file."""
    return driver.execute_async_script(
        "const done = arguments[0]; const make = URL.createObjectURL;"
        "URL.createObjectURL = (blob) => { blob.text().then(done); return make(blob); };"
        "document.querySelector('#files li:last-child button').click();"
    )


def wait_for_note(driver, kind):
    """Wait until the page tells what is wrong, and return its sentence."""
    return wait_for(driver, f"document.querySelector('[data-fault={kind}]')?.textContent")
