"""What the tests of the displays share."""

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def plt():
    """pyplot without a screen."""
    mpl = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    mpl.use("Agg")
    from matplotlib import pyplot

    return pyplot


@pytest.fixture
def grey():
    """How light a colour of matplotlib is on a grey print, from 0 to 1."""
    from matplotlib.colors import to_rgb

    return lambda colour: float(np.dot(to_rgb(colour), [0.2126, 0.7152, 0.0722]))


@pytest.fixture
def legend():
    """What is written in the legend of axes."""
    return lambda ax: [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.fixture
def row_names():
    """What is written at the rows of axes, from top to bottom."""
    return lambda ax: [label.get_text() for label in ax.get_yticklabels()]
