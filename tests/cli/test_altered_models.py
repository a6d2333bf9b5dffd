"""A saved model that was altered is loaded as what it says, or refused in one line."""

import shutil
from pathlib import Path

import pytest

pytest.importorskip("skops.io", reason="skops is not installed")
from altered import outcomes_of

GOLDEN = Path(__file__).parent.parent / "neural_network" / "golden"


@pytest.mark.fault("saved model altered at random, also within", "refused, or loaded as it says")
@pytest.mark.parametrize(
    ("name", "n"),
    [
        ("lstm", 50),
        pytest.param("lstm", 400, marks=pytest.mark.slow),
        pytest.param("cnn-lstm", 300, marks=pytest.mark.slow),
        pytest.param("conv-lstm", 300, marks=pytest.mark.slow),
    ],
)
def test_no_alteration_crashes_hangs_or_executes(tmp_path, name, n, record_property):
    path = tmp_path / "model.skops"
    shutil.copy(GOLDEN / f"format-1-{name}.skops", path)
    outcomes, bad = outcomes_of("skops", path, n, timeout=550)
    assert bad == []
    assert sum(outcomes.values()) == n
    assert outcomes["refused"] > n / 2
    record_property("times", n)
