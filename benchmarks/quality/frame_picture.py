"""Draw how up and forward are found in one recording of HAPT.

    python benchmarks/quality/frame_picture.py --archive "HAPT Data Set.zip" --plot FILE

The frame is that of the package; the directions of single windows are computed here in a few lines.
"""

from __future__ import annotations

import argparse
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from sklearn_har.datasets import fetch_hapt
from sklearn_har.preparation import Preparation, estimate_body_frame

# One of those whose phone was worn another way round than most.
EXPERIMENT = 33
COLOURS = {
    "walking": "#0072b2",
    "walking_upstairs": "#009e73",
    "walking_downstairs": "#d55e00",
    "standing": "#8c959f",
    "sitting": "#cc79a7",
}


def quadrature(acceleration: Any, up: Any) -> Any:
    """Return how far horizontal acceleration is ahead of vertical acceleration at the steps."""
    movement = acceleration - acceleration.mean(axis=0)
    spectrum = np.fft.rfft(movement * np.hanning(len(movement))[:, None], axis=0)
    frequency = np.fft.rfftfreq(len(movement), 1 / 50)
    steps = spectrum[(frequency > 1.4) & (frequency < 2.6)]
    vertical = steps @ up
    horizontal = steps - np.outer(vertical, up)
    sizes = np.linalg.norm(vertical) * np.linalg.norm(horizontal)
    return (np.conj(vertical)[:, None] * horizontal).sum(axis=0).imag / sizes


def main() -> None:
    """Draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archive", help="local copy of HAPT; by default it is downloaded")
    parser.add_argument("--plot", required=True, help="file for the figure")
    args = parser.parse_args()
    recordings = fetch_hapt(archive=args.archive).recordings
    recording = next(r for r in recordings if r.facts["experiment"] == EXPERIMENT)
    frame = estimate_body_frame(recording)
    windows = Preparation().windows([recording], label_rule="all-equal")
    figure = plt.figure(figsize=(10.0, 4.6), layout="constrained")
    left = figure.add_subplot(1, 2, 1)
    right = figure.add_subplot(1, 2, 2, projection="polar")
    for activity, colour in COLOURS.items():
        mine = windows.data[windows.target == activity]
        gravity = mine[:, :, :3].mean(axis=1)
        gravity /= np.linalg.norm(gravity, axis=1, keepdims=True)
        name = activity.replace("_", " ")
        left.scatter(gravity[:, 1], gravity[:, 2], s=14, color=colour, label=name, alpha=0.7)
        if "walking" not in activity:
            continue
        vectors = np.array([quadrature(w[:, :3], frame.up) for w in mine]) @ frame.rotation.T
        angle, length = np.arctan2(vectors[:, 2], vectors[:, 1]), np.hypot(*vectors[:, 1:].T)
        right.scatter(angle, length, s=14, color=colour, alpha=0.7)
    left.plot(frame.up[1], frame.up[2], "k+", markersize=18, markeredgewidth=2, label="up, found")
    left.set(xlabel="gravity along y of the phone (g)", ylabel="gravity along z of the phone (g)")
    left.set_title("Up: gravity while walking")
    left.set_aspect("equal", adjustable="datalim")
    left.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    right.annotate(
        "", (0, 1.0), (0, 0.0), arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 2}
    )
    right.set_theta_zero_location("N")
    right.set_thetagrids([0, 90, 180, 270], ["forward, found", "left", "backward", "right"])
    right.set_rgrids([0.5, 1.0])
    right.set_rmax(1.0)
    right.set_title("Forward: each window of gait, from above")
    figure.savefig(args.plot, dpi=150)


if __name__ == "__main__":
    main()
