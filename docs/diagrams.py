"""Draw the diagrams of the three networks, each for light and for dark pages.

Run it after a change, from anywhere::

    python docs/diagrams.py

It writes ``docs/images/network_<name>_<theme>.svg``. A test compares the files with what this
script draws, and the numbers of weights in them with those of the networks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parent / "images"
WIDTH, LEFT, RIGHT = 490, 10, 354
BOX, GAP = 30, 18

THEMES: dict[str, dict[str, Any]] = {
    "light": {
        "ink": "#1b1f24",
        "muted": "#57606a",
        "line": "#6e7781",
        "signal": "#eef2f6",
        "convolution": "#cfe3f7",
        "recurrent": "#fbdcb8",
        "dense": "#d0ebd6",
        "plain": "#e7e9ec",
        "waves": ("#0072b2", "#d55e00", "#009e73"),
    },
    "dark": {
        "ink": "#f0f3f6",
        "muted": "#b3bac2",
        "line": "#9aa4ae",
        "signal": "#222b36",
        "convolution": "#14466f",
        "recurrent": "#6b4312",
        "dense": "#1f5a32",
        "plain": "#3b4149",
        "waves": ("#56b4e9", "#e69f00", "#2fc79a"),
    },
}
# Of the three channels that are drawn: waves per window, height.
WAVES = ((3.0, 19.0), (6.0, 10.0), (4.5, 6.0))


class Drawing:
    """SVG elements from top to bottom; `y` is where the next one begins."""

    def __init__(self, theme: str) -> None:
        self.colours = THEMES[theme]
        self.parts: list[str] = []
        self.y = 10.0

    def text(self, x: float, y: float, text: str, *, size: int = 13, beside: bool = False) -> None:
        """Write one line around `x`, or muted to the right of it, with its middle at height `y`."""
        colour = self.colours["muted" if beside else "ink"]
        anchor = "start" if beside else "middle"
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" '
            f'dominant-baseline="central" fill="{colour}">{text}</text>'
        )

    def box(self, x: float, y: float, width: float, height: float, kind: str, text: str) -> None:
        """Draw a box with its text in the middle."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5" '
            f'fill="{self.colours[kind]}" stroke="{self.colours["line"]}"/>'
        )
        if text:
            self.text(x + width / 2, y + height / 2, text, size=12 if width < 100 else 13)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, arrow: bool = True) -> None:
        """Draw an arrow, or a dashed line."""
        end = 'marker-end="url(#head)"' if arrow else 'stroke-dasharray="5 4"'
        self.parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" '
            f'stroke="{self.colours["line"]}" stroke-width="1.5" {end}/>'
        )

    def note(self, *lines: str, height: float = BOX) -> None:
        """Write beside what stands at `y`."""
        first = self.y + height / 2 - 7.5 * (len(lines) - 1)
        for i, text in enumerate(lines):
            self.text(RIGHT + 12, first + 15 * i, text, size=12, beside=True)

    def window(self, n_parts: int) -> None:
        """Draw the signals of a window, cut into parts."""
        height = 62.0
        self.box(LEFT, self.y, RIGHT - LEFT, height, "signal", "")
        for (waves, size), colour in zip(WAVES, self.colours["waves"], strict=True):
            points = []
            for i in range(173):
                phase = 2 * math.pi * waves * i / 172
                value = math.sin(phase) + 0.4 * math.sin(2 * phase + 1.0)
                points.append(f"{LEFT + 2 * i:g},{self.y + height / 2 - size * value:.1f}")
            self.parts.append(
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
                f'stroke-width="1.5"/>'
            )
        for i in range(1, n_parts):
            x = LEFT + i * (RIGHT - LEFT) / n_parts
            self.line(x, self.y - 4, x, self.y + height + 4, arrow=False)
        if n_parts > 1:
            self.note(
                "window of 128 × 9,",
                f"cut into {n_parts}",
                f"of {128 // n_parts} × 9",
                height=height,
            )
        else:
            self.note("window of", "128 timesteps", "× 9 channels", height=height)
        self.y += height

    def columns(self, n: int) -> list[tuple[float, float]]:
        """Return x and width of `n` columns."""
        each = (RIGHT - LEFT) / n
        return [(LEFT + i * each + 5, each - 10) for i in range(n)]

    def row(self, kind: str, text: str, *notes: str, n: int = 4, gap: float = GAP) -> None:
        """Draw one layer on each of `n` parts, below an arrow."""
        for x, width in self.columns(n):
            self.line(x + width / 2, self.y, x + width / 2, self.y + gap - 2)
            self.box(x, self.y + gap, width, BOX, kind, text)
        self.y += gap
        self.note(*notes)
        self.y += BOX

    def steps(self, texts: list[str], *notes: str) -> None:
        """Draw the steps of a recurrent layer; its state goes from left to right."""
        cells = self.columns(len(texts))
        self.y += GAP
        for i, ((x, width), text) in enumerate(zip(cells, texts, strict=True)):
            if text == "…":
                self.text(x + width / 2, self.y + BOX / 2, text, size=18)
            else:
                self.line(x + width / 2, self.y - GAP, x + width / 2, self.y - 2)
                self.box(x, self.y, width, BOX, "recurrent", text)
            if i:
                before = cells[i - 1][0] + cells[i - 1][1]
                self.line(before, self.y + BOX / 2, x - 1, self.y + BOX / 2)
        self.note(*notes)
        self.y += BOX

    def head(self, layers: list[tuple[str, str, tuple[str, ...]]]) -> None:
        """Draw what follows the last step, below it: (kind, text, notes)."""
        width = 170.0
        x = RIGHT - width - 5
        for kind, text, notes in layers:
            self.line(x + width - 40, self.y, x + width - 40, self.y + GAP - 2)
            self.y += GAP
            self.box(x, self.y, width, BOX, kind, text)
            self.note(*notes)
            self.y += BOX

    def svg(self, title: str) -> str:
        """Return the file."""
        height = self.y + 10
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
            f'width="{WIDTH}" height="{height:g}" role="img" '
            'font-family="system-ui, -apple-system, Segoe UI, Roboto, sans-serif">\n'
            f"<title>{title}</title>\n"
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" '
            f'markerHeight="6" orient="auto"><path d="M0 0 8 4 0 8z" '
            f'fill="{self.colours["line"]}"/></marker></defs>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )


DENSE = [
    ("dense", "dense 100, ReLU", ("{} weights",)),
    ("dense", "softmax", ("6 activities,", "606 weights")),
]


def _head(
    n_dense: str, *before: tuple[str, str, tuple[str, ...]]
) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        *before,
        *((kind, text, tuple(n.format(n_dense) for n in notes)) for kind, text, notes in DENSE),
    ]


def lstm(drawing: Drawing) -> str:
    """Draw the LSTM network."""
    drawing.window(1)
    drawing.steps(
        ["1", "2", "3", "4", "5", "…", "127", "128"], "LSTM, 100 units,", "44,000 weights"
    )
    drawing.head(_head("10,100", ("plain", "dropout 0.5", ("100 numbers",))))
    return "LSTM: 128 steps of an LSTM with 100 units, dropout, a dense layer of 100, softmax"


def cnn_lstm(drawing: Drawing) -> str:
    """Draw the CNN-LSTM network."""
    drawing.window(4)
    drawing.row("convolution", "conv 64 × 3", "each 30 × 64,", "1,792 weights", gap=GAP + 4)
    drawing.row("convolution", "conv 64 × 3", "each 28 × 64,", "12,352 weights")
    drawing.row("plain", "dropout 0.5")
    drawing.row("plain", "pool by 2", "each 14 × 64,", "flattened: 896")
    drawing.steps(["1", "2", "3", "4"], "LSTM, 100 units,", "398,800 weights")
    drawing.head(_head("10,100", ("plain", "dropout 0.5", ("100 numbers",))))
    return (
        "CNN-LSTM: two convolutions, dropout and pooling on each of four subsequences, an LSTM "
        "with 100 units over the four, dropout, a dense layer of 100, softmax"
    )


def conv_lstm(drawing: Drawing) -> str:
    """Draw the ConvLSTM network."""
    drawing.window(4)
    drawing.y += 4
    drawing.steps(["1", "2", "3", "4"], "ConvLSTM, 64 × 3,", "56,320 weights")
    drawing.head(
        _head(
            "192,100",
            ("plain", "dropout 0.5", ("30 × 64 numbers",)),
            ("plain", "flatten", ("1920 numbers",)),
        )
    )
    return (
        "ConvLSTM: a convolutional LSTM with 64 filters over four subsequences, dropout, a dense "
        "layer of 100, softmax"
    )


NETWORKS: dict[str, Callable[[Drawing], str]] = {
    "lstm": lstm,
    "cnn_lstm": cnn_lstm,
    "conv_lstm": conv_lstm,
}


def files() -> dict[str, str]:
    """Return the content of each file by its name."""
    drawn = {}
    for name, draw in NETWORKS.items():
        for theme in THEMES:
            drawing = Drawing(theme)
            title = draw(drawing)
            drawn[f"network_{name}_{theme}.svg"] = drawing.svg(title)
    return drawn


if __name__ == "__main__":
    for name, content in files().items():
        (IMAGES / name).write_text(content, encoding="utf-8")
        print(IMAGES / name)
