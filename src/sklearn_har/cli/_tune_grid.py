"""Parse the values for `sklearn-har tune` from the command line."""

import argparse
from typing import Any, NamedTuple

from sklearn_har.cli import _networks
from sklearn_har.cli._common import literal

# Small enough for an evening on UCI HAR: four settings of the most influential parameters.
GRIDS: dict[str, dict[str, list[Any]]] = {
    "lstm": {"n_steps": [None, 16], "units": [50, 100]},
    "cnn-lstm": {"kernel_size": [3, 5], "units": [50, 100]},
    "conv-lstm": {"n_steps": [4, 8], "filters": [32, 64]},
}


class Range(NamedTuple):
    """The range from `low` to `high`, including both."""

    low: float
    high: float
    log: bool

    @property
    def is_integer(self) -> bool:
        return isinstance(self.low, int) and isinstance(self.high, int)


def parse_values(text: str) -> tuple[str, list[Any] | Range]:
    """Read NAME=VALUE,... or NAME=LOW:HIGH[:log], as a type of argparse."""
    name, _, values = text.partition("=")
    if not (name and values):
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE,..., such as units=50,100: {text!r}")
    low, colon, rest = values.partition(":")
    if colon:
        high, _, scale = rest.partition(":")
        ends = [literal(low), literal(high)]
        if not all(type(end) in (int, float) for end in ends) or scale not in ("", "log"):
            raise argparse.ArgumentTypeError(f"must be LOW:HIGH or LOW:HIGH:log, got {values!r}")
        if ends[0] >= ends[1] or (scale and ends[0] <= 0):
            positive = "0 < " if scale else ""
            raise argparse.ArgumentTypeError(f"must have {positive}LOW < HIGH, got {values!r}")
        return name, Range(ends[0], ends[1], bool(scale))
    parsed = literal(f"[{values}]")
    if isinstance(parsed, str):  # some of them are words
        parsed = [literal(value) for value in values.split(",")]
    if name == "scaling":  # the word of --scaling
        parsed = [None if value == "none" else value for value in parsed]
    return name, parsed


def check_names(estimator: Any, grid: dict[str, Any]) -> None:
    """Raise a UsageError for a parameter that an estimator does not have."""
    from sklearn.base import clone

    for name, values in grid.items():
        first = values.low if isinstance(values, Range) else values[0]
        _networks.set_parameter(clone(estimator), "--grid", name, first)


def search_space(values: list[Any] | Range, search: str) -> Any:
    """Return the values in the form of the search."""
    if not isinstance(values, Range):
        return values
    low, high, log = values
    if search == "optuna":
        from optuna.distributions import FloatDistribution, IntDistribution

        kind = IntDistribution if values.is_integer else FloatDistribution
        return kind(low, high, log=log)
    import numpy as np
    from scipy import stats

    if not values.is_integer:
        return stats.loguniform(low, high) if log else stats.uniform(low, high - low)
    if not log:
        return stats.randint(low, high + 1)
    # Each integer is drawn with the share of values that round to it, including the ends.
    drawn = np.geomspace(low - 0.5, high + 0.5, 10_001).round()
    return drawn.clip(low, high).astype(int).tolist()


def format_values(values: list[Any] | Range) -> str:
    if isinstance(values, Range):
        return f"{values.low}:{values.high}{':log' if values.log else ''}"
    return ",".join(map(str, values))
