"""The example of a server: what it answers and what it refuses, without a network."""

import asyncio
import importlib.util
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

SERVER = Path(__file__).parent.parent / "examples" / "serving" / "har_server.py"


class FakeModel:
    """The first three channels at the first time step are the probabilities."""

    classes_ = np.array([10, 20, 30])
    activity_names = ("walking", "sitting", "laying")
    n_timesteps_in_, n_channels_in_ = 4, 3
    sampling_rate = 50.0

    def predict_proba(self, X):
        assert X.dtype == np.float32
        return X[:, 0, :3]


@pytest.fixture(scope="module")
def server():
    """The module, loaded from its file as a user runs it."""
    pytest.importorskip("fastapi", reason="FastAPI is not installed: the extra serve")
    spec = importlib.util.spec_from_file_location("har_server", SERVER)
    module = importlib.util.module_from_spec(spec)
    # Annotations of the endpoints are looked up there.
    sys.modules["har_server"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["har_server"]


@pytest.fixture(scope="module")
def app(server):
    return server.create_app(FakeModel())


@pytest.fixture(scope="module")
def windows():
    """Two windows: sitting, then walking."""
    X = np.zeros((2, 4, 3), dtype=np.float32)
    X[0, 0], X[1, 0] = (0.25, 0.5, 0.25), (1, 0, 0)
    return X


async def exchange(app, method, path, parts, headers, pause=0.0):
    """Speak ASGI, as a server does: the body comes in parts."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    left = list(parts)
    sent = []

    async def receive():
        await asyncio.sleep(pause)
        if not left:
            return {"type": "http.disconnect"}
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(m.get("body", b"") for m in sent)
    return sent[0]["status"], json.loads(body), dict(sent[0]["headers"]), len(left)


def post(app, body, media="application/json", *, parts=None, pause=0.0, **headers):
    if isinstance(body, dict | list):
        body = json.dumps(body).encode()
    headers = {"content-type": media, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return asyncio.run(exchange(app, "POST", "/predict", parts or [body], headers, pause))


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **options)
    return file.getvalue()


def refused(answer):
    status, content, *_ = answer
    return status, content["error"]["code"]


@pytest.mark.parametrize("media", ["application/json", "application/x-npy"])
def test_windows_become_activities(app, windows, media):
    body = {"windows": windows.tolist()} if media.endswith("json") else npy(windows)
    status, content, *_ = post(app, body, media)
    assert status == 200
    assert content["activities"] == ["sitting", "walking"]
    assert content["classes"] == ["walking", "sitting", "laying"]
    assert content["probabilities"] == [[0.25, 0.5, 0.25], [1, 0, 0]]


def test_a_body_may_come_in_parts(app, windows):
    body = json.dumps({"windows": windows.tolist()}).encode()
    status, *_ = post(app, b"", parts=[body[:7], body[7:100], body[100:], b""])
    assert status == 200


def test_the_server_tells_what_it_expects(app):
    status, content, *_ = asyncio.run(exchange(app, "GET", "/model", [b""], {}))
    assert status == 200
    assert (content["n_timesteps"], content["n_channels"]) == (4, 3)
    assert content["sampling_rate"] == 50.0
    assert content["channel_names"] is None
    assert content["max_windows"] == 512


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "not_json")),
        (b"{", (400, "not_json")),
        (b"\xff\xfe", (400, "not_json")),
        (b"[" * 100_000, (400, "not_json")),
        ([1, 2], (422, "not_windows")),
        ({"window": []}, (422, "not_windows")),
        ({"windows": "text"}, (422, "not_windows")),
        ({"windows": [[["1", "2", "3"]] * 4]}, (422, "not_windows")),
        ({"windows": [[[1, 2, 3]] * 3 + [[1, 2]]]}, (422, "not_windows")),
        ({"windows": [[[True, False, True]] * 4]}, (422, "not_windows")),
        ({"windows": None}, (422, "not_windows")),
        ({"windows": []}, (422, "wrong_shape")),
        ({"windows": [[[1.0] * 3] * 5]}, (422, "wrong_shape")),
        ({"windows": [[1.0] * 3] * 4}, (422, "wrong_shape")),
        ({"windows": [[[1.0] * 3] * 4] * 513}, (413, "too_many_windows")),
        (b'{"windows": [[[NaN, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]]}', (422, "not_finite")),
        (b'{"windows": [[[1e999, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]]}', (422, "not_finite")),
        ({"windows": [[[1e300] * 3] * 4]}, (422, "not_finite")),
    ],
)
def test_json_that_is_refused(app, body, expected):
    assert refused(post(app, body)) == expected


def header_of(shape, descr="<f4"):
    """An .npy file whose header tells of what is not there."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"PK\x03\x04 no array", (400, "not_npy")),
        (npy(np.zeros((1, 4, 3)), version=(2, 0)), (400, "not_npy")),
        (header_of((10**12, 4, 3)), (400, "not_npy")),
        (npy(np.zeros((1, 4, 3)))[:-1], (400, "not_npy")),
        (npy(np.zeros((1, 4, 3), dtype=np.int64)), (422, "not_windows")),
        (npy(np.asfortranarray(np.zeros((2, 4, 3)))), (422, "not_windows")),
        (npy(np.array([None], dtype=object)), (422, "not_windows")),
        (npy(np.zeros((0, 4, 3))), (422, "no_windows")),
        (npy(np.full((3, 4, 3), np.inf)), (422, "not_finite")),
    ],
)
def test_arrays_that_are_refused(app, body, expected):
    assert refused(post(app, body, "application/x-npy")) == expected


def test_the_message_says_which_window_is_broken(app, windows):
    broken = windows.copy()
    broken[1, 2, 0] = np.nan
    _, content, *_ = post(app, npy(broken), "application/x-npy")
    assert "window 1 (counted from 0) does not, and 1 of 2" in content["error"]["message"]


def test_another_type_of_content_is_refused(app):
    status, content, *_ = post(app, b"1,2,3", "text/csv")
    assert status == 415
    assert "application/x-npy" in content["error"]["message"]


def test_a_body_that_tells_of_its_length_is_not_read_when_too_long(app):
    *answer, n_unread = post(app, b"", parts=[b"x", b"y"], content_length="999999999")
    assert refused(answer) == (413, "body_too_large")
    assert n_unread == 2


def test_a_body_without_a_length_is_read_up_to_the_limit(app):
    part = b" " * 100_000
    *answer, n_unread = post(app, b"", parts=[part] * 50)
    assert refused(answer) == (413, "body_too_large")
    # 25 bytes for each of 512 x 4 x 3 numbers are 153,600.
    assert n_unread == 48


def test_a_slow_body_is_given_up(server, monkeypatch):
    monkeypatch.setattr(server, "SECONDS_TO_SEND", 0.05)
    app = server.create_app(FakeModel())
    assert refused(post(app, b"", parts=[b"{"] * 9, pause=0.02)) == (408, "body_too_slow")


def test_too_many_requests_are_turned_away(server, monkeypatch, windows):
    monkeypatch.setattr(server, "MAX_WAITING", 2)
    app = server.create_app(FakeModel())
    headers = {"content-type": "application/x-npy"}

    async def all_at_once():
        requests = (
            exchange(app, "POST", "/predict", [npy(windows)], headers, 0.01) for _ in range(5)
        )
        return await asyncio.gather(*requests)

    answers = asyncio.run(all_at_once())
    assert sorted(answer[0] for answer in answers) == [200, 200, 503, 503, 503]
    assert {refused(a)[1] for a in answers if a[0] == 503} == {"busy"}
    assert all(a[2][b"retry-after"] == b"1" for a in answers if a[0] == 503)
    # Those that are done make room.
    assert post(app, npy(windows), "application/x-npy")[0] == 200


def test_a_pipeline_is_served_as_it_is(server):
    from sklearn.dummy import DummyClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from sklearn_har.preprocessing import ChannelwiseTransformer

    X = np.random.default_rng(0).normal(size=(9, 8, 3))
    scaler = ChannelwiseTransformer(StandardScaler())
    pipeline = make_pipeline(scaler, DummyClassifier()).fit(X, ["run", "rest", "run"] * 3)
    status, content, *_ = post(server.create_app(pipeline), {"windows": X[:2].tolist()})
    assert status == 200
    assert content["activities"] == ["run", "run"]
    assert content["classes"] == ["rest", "run"]


def test_files_of_foreign_types_are_not_loaded(server, tmp_path):
    skops_io = pytest.importorskip("skops.io", reason="skops is not installed")
    from sklearn.preprocessing import FunctionTransformer

    path = tmp_path / "model.skops"
    skops_io.dump(FunctionTransformer(json.loads), path)
    with pytest.raises(SystemExit, match=r"json\.loads"):
        server.load(str(path))
