"""Time of smoothing a day of windows: the most probable path, and probabilities given all windows.

hmmlearn has the same algorithms in compiled code, for one matrix between all windows; here the
windows of a day have a gap, and no gap for hmmlearn. Its probabilities are compared with ours on
the day without a gap. Run it as

    python benchmarks/bench_smoothing.py
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from _measure import in_turn, parser, report, table

# Windows of 2.56 s that overlap by half.
LENGTH, STEP = 2.56, 1.28
N_WINDOWS = round(86_400 / STEP)


def hmmlearn_model(transition: Any, evidence: Any) -> Any:
    """Return a model of hmmlearn that takes logarithms of likelihoods as its samples."""
    from hmmlearn.base import BaseHMM

    class Given(BaseHMM):
        def _compute_log_likelihood(self, X: Any) -> Any:
            return X

        def _check(self) -> None:
            pass

    model = Given(n_components=evidence.shape[1], implementation="log")
    n_classes = evidence.shape[1]
    model.startprob_, model.transmat_ = np.full(n_classes, 1 / n_classes), transition
    model.n_features = n_classes
    return model


def main() -> None:
    """Measure six and twelve activities."""
    args = parser(__doc__, dataset=None).parse_args()

    from sklearn_har.timeline import decode_activities, smooth_probabilities

    lines = []
    for n_classes in (6, 12):
        generator = np.random.default_rng(0)
        probabilities = generator.dirichlet(np.full(n_classes, 0.3), N_WINDOWS)
        start = np.arange(N_WINDOWS) * STEP
        with_gap = start + 7.3 * (start > 43_200)
        transition = np.full((n_classes, n_classes), 0.05 / (n_classes - 1))
        np.fill_diagonal(transition, 0.95)
        rivals = {
            "probabilities": partial(smooth_probabilities, probabilities, with_gap, LENGTH),
            "path": partial(decode_activities, probabilities, with_gap, LENGTH),
        }
        agreement = ""
        try:
            import hmmlearn  # noqa: F401
        except ImportError:
            print("hmmlearn is not installed and is left out.")
        else:
            options = {"transition": transition, "evidence_weight": 1.0}
            evidence = np.log(np.maximum(probabilities, 1e-12) * n_classes)
            model = hmmlearn_model(transition, evidence)
            rivals["hmmlearn, probabilities"] = partial(model.predict_proba, evidence)
            rivals["hmmlearn, path"] = partial(model.predict, evidence)
            ours = smooth_probabilities(probabilities, start, LENGTH, **options)
            difference = np.abs(model.predict_proba(evidence) - ours).max()
            agreement = f"largest difference of probabilities from hmmlearn: {difference:.1g}"
        times = in_turn(rivals, args.runs)
        lines += [
            f"{N_WINDOWS} windows of a day, {n_classes} activities",
            "",
            *table(times, "probabilities"),
            "",
            *([agreement, ""] if agreement else []),
        ]
    report("smoothing", lines, save=args.save, packages=("numpy", "hmmlearn"))


if __name__ == "__main__":
    main()
