"""Samples in lines that are still being written."""

import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import LineReader, read_recording

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(RNG.normal(0.0, 0.1, size=(180, 2)), columns=["gx", "ax"]).assign(
    ms=np.arange(180) * 20 + 5000, place="hip"
)
TABLE["ax"] += 1.0
OPTIONS = {"time": "ms", "time_unit": "ms"}


def _read(content, cuts, **options):
    reader = LineReader(**options)
    edges = [0, *sorted(cuts), len(content)]
    found = [reader.push(content[a:b]) for a, b in pairwise(edges)]
    found.append(reader.finish())
    kept = [pair for pair in found if pair is not None]
    time, samples = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    return reader, time, samples


@settings(max_examples=30)
@given(
    cuts=st.lists(st.integers(0, 9000), max_size=30),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_the_pieces_do_not_matter(cuts, end, last, tmp_path_factory):
    path = tmp_path_factory.mktemp("lines") / "log.csv"
    TABLE.to_csv(path, index=False, lineterminator=end, encoding="utf-8-sig")
    content = path.read_bytes() if last else path.read_bytes().removesuffix(end.encode())
    reader, time, samples = _read(content, [min(cut, len(content)) for cut in cuts], **OPTIONS)
    whole = read_recording(path, **OPTIONS)
    np.testing.assert_array_equal(time, whole.time)
    np.testing.assert_array_equal(samples, whole.samples)
    assert reader.sampling_rate == whole.sampling_rate == 50.0
    assert reader.channel_names == ["gx", "ax"]


def test_units_and_columns_are_those_that_are_named():
    content = TABLE.assign(ax=TABLE["ax"] * 9.80665).to_csv(index=False).encode()
    units = {"ax": "m/s2", "gx": "deg/s"}
    _, _, samples = _read(content, [700], channels=["ax", "gx"], units=units, **OPTIONS)
    np.testing.assert_allclose(samples[:, 0], TABLE["ax"])
    np.testing.assert_allclose(samples[:, 1], np.deg2rad(TABLE["gx"]))


def test_dates_count_from_the_first_one():
    dates = pd.Timestamp("2026-03-01T12:00:00.5") + pd.to_timedelta(TABLE["ms"], unit="ms")
    content = TABLE.assign(ms=dates).to_csv(index=False).encode()
    _, time, _ = _read(content, [3000, 6000], time="ms")
    np.testing.assert_allclose(time, np.arange(180) * 0.02)


def test_what_is_missing_is_passed_on():
    table = TABLE.copy()
    table.loc[[3, 120], "ax"] = np.nan
    _, time, samples = _read(table.to_csv(index=False).encode(), [50], **OPTIONS)
    assert len(time) == 180
    assert np.flatnonzero(np.isnan(samples).any(axis=1)).tolist() == [3, 120]


def test_first_samples_are_held_back_until_their_rate_is_known():
    reader = LineReader(**OPTIONS)
    lines = TABLE.to_csv(index=False).encode().splitlines(keepends=True)
    assert all(reader.push(line) is None for line in lines[:100])
    assert reader.sampling_rate is None
    time, samples = reader.push(lines[100])
    assert len(time) == len(samples) == 100
    assert reader.sampling_rate == 50.0
    assert len(reader.push(lines[101])[0]) == 1


def test_units_that_look_wrong():
    content = TABLE.assign(ax=9.81, ay=0.1, az=0.1).to_csv(index=False).encode()
    options = {"channels": ["ax", "ay", "az"], "units": dict.fromkeys(["ax", "ay", "az"], "g")}
    with pytest.warns(RecordingWarning) as caught:
        _read(content, [], **options, **OPTIONS)
    assert any("m/s2" in str(warning.message) for warning in caught)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("t,ax\n0,1\n", "time must name a column, got 'ms'.*the columns are"),
        ("ms,ax\n0,1,3\n20,2,3\n", r"columns \['ms', 'ax'\], got 2 other lines.*'0,1,3'"),
        ("ms,ax\n0,1,,\n", "got 1 other lines, the first of them '0,1,,'"),
        ("boot\nbye\n", "must be rows of a table, got 2 other lines.*'boot'"),
        pytest.param("ms,ax\n" + "1" * 400 + ",1\n", "other lines", id="an endless time"),
        ("ms,ax\n0,one\n", "must have a column of numbers"),
        ("ms,ax\n0,1\n", "at least two whole samples at different times, got 1 among the first 1"),
        ("ms,ax\n0,1\n0,1\n", "at least two whole samples at different times, got 1"),
    ],
)
def test_what_is_no_table_of_samples(content, message):
    with pytest.raises(ValueError, match=message):
        _read(content.encode(), [], **OPTIONS)


def test_lines_that_are_no_rows_are_left_out_and_counted():
    content = (
        b"MPU6050 connection successful\nms,ax,place\n0,1,hip\n20,0.5,hip\nms,ax,place\n"
        b"40,0.2\n60FIFO overflow!\n,0.1,hip\n60,o.3,hip\n60,0.3,hip,1\n80,\xff\xfe,hip\n"
        b"100,,hip\n120,0.25,hip\n"
    )
    for cuts in ([], range(1, len(content))):
        reader, time, samples = _read(content, cuts, **OPTIONS)
        np.testing.assert_allclose(time, [0.0, 0.02, 0.1, 0.12])
        np.testing.assert_array_equal(samples[:, 0], [1.0, 0.5, np.nan, 0.25])
        assert reader.n_left_out == 8


def test_dates_that_broke_off_are_left_out():
    content = (
        b"time,x\n2026-01-01 10:00:00.00,1\n2026-01-01 10:00:00.02,2\n2026-01-01 1x:00,3\n"
        b"2026-01-01 10:00:00.06,4\n"
    )
    reader, time, samples = _read(content, [])
    np.testing.assert_allclose(time, [0.0, 0.02, 0.06])
    assert samples[:, 0].tolist() == [1.0, 2.0, 4.0]
    assert reader.n_left_out == 1


@pytest.mark.parametrize(
    ("content", "read_options"),
    [
        ("0;1,5;\n20;2,5;\n", {"sep": ";", "decimal": ",", "names": ["ms", "ax"], "header": None}),
        ("# by °C logger\nms ax\n0  1.5\n20 2.5\n", {"sep": r"\s+", "skiprows": 1}),
        ("°\tms\tax\n2\t0\t1.5\n3\t20\t2.5\n", {"sep": "\t", "encoding": "cp1252"}),
    ],
)
def test_text_of_other_countries(content, read_options):
    encoding = read_options.get("encoding", "utf-8")
    reader, time, samples = _read(
        content.encode(encoding), [7], channels=["ax"], read_options=read_options, **OPTIONS
    )
    np.testing.assert_allclose(time, [0.0, 0.02])
    assert samples[:, 0].tolist() == [1.5, 2.5]
    assert reader.n_left_out == 0


def test_options_that_lines_do_not_have():
    with pytest.raises(ValueError, match=r"read_options must be of .*, got 'seperator'"):
        LineReader(read_options={"seperator": ";"})


def test_rows_may_end_in_a_comma():
    content = b"ms,ax,ay\n0,1,0,\n20,0.5,1,\n40,1,0.25,\n"
    _, time, samples = _read(content, [], **OPTIONS)
    np.testing.assert_allclose(time, [0.0, 0.02, 0.04])
    np.testing.assert_array_equal(samples, [[1.0, 0.0], [0.5, 1.0], [1.0, 0.25]])


def test_the_warning_filters_of_the_process_are_left_alone(monkeypatch):
    """Other threads may be changing them: the order in which they are put back is not ours."""
    before, seen, read_csv = list(warnings.filters), [], pd.read_csv

    def spy(*args, **kwargs):
        seen.append(list(warnings.filters) == before)
        return read_csv(*args, **kwargs)

    monkeypatch.setattr(pd, "read_csv", spy)
    _read(b"ms,ax,ay\n0,1,0,\n20,0.5,1,\n", [], **OPTIONS)
    assert seen
    assert all(seen)


def test_no_samples_at_all():
    reader = LineReader()
    assert reader.push(b"time,ax\n") is None
    assert reader.finish() is None
