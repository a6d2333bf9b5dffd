"""Files with anything in them are read, or refused by an error that says so."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import strategies as st

HERE = Path(__file__).parent


def _load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


targets = _load("targets")
CELLS = st.one_of(
    st.sampled_from(["", "0", "1", "0.02", "1e3", "-1", "nan", "inf", "1e400", "1e30", "9" * 30]),
    st.sampled_from(["time", "t", "ax", "activity", "start", "end", "walk", "2026-01-01", "x y"]),
    st.sampled_from(['"', '"a,b"', "\x00", "\ufeff", "é", " ", "true", "0x10", "1_000", "1,5"]),
    st.text(max_size=3),
)
ROWS = st.lists(st.lists(CELLS, max_size=4), max_size=6)


@st.composite
def contents(draw, name):
    """Tables of odd cells, or right ones with something put in, as bytes."""
    seed = draw(st.sampled_from(targets.SEEDS[name]))
    if draw(st.booleans()):
        position = draw(st.integers(0, len(seed)))
        return (
            seed[:position]
            + draw(st.binary(max_size=4))
            + seed[position + draw(st.integers(0, 4)) :]
        )
    rows = "\n".join(",".join(cells) for cells in draw(ROWS))
    header = (
        seed[: seed.find(b"\n") + 1] if draw(st.booleans()) else bytes([draw(st.integers(0, 3))])
    )
    return header + rows.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", targets.TARGETS)
def test_any_content_is_read_or_refused(explore, name):
    taken = [seed for seed in targets.SEEDS[name] if not targets.is_refused(name, seed)]
    assert taken or name.startswith("archive"), "a search that begins with refusals finds little"

    def check(content):
        targets.is_refused(name, content)

    explore(check, contents(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", targets.TARGETS)
def test_a_search_for_crashes_finds_none(name, tmp_path):
    pytest.importorskip("atheris", reason="atheris is not installed: pip install '.[fuzz]'")
    run = subprocess.run(
        [
            sys.executable,
            str(HERE / "harness.py"),
            name,
            "-max_total_time=60",
            "-rss_limit_mb=4096",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONWARNINGS": "default"},
    )
    assert run.returncode == 0, run.stderr[-4000:]
    assert "DONE" in run.stderr or "Done" in run.stderr
    # libFuzzer writes what crashes to the current folder.
    assert list(tmp_path.iterdir()) == []
