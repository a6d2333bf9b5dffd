"""``sklearn-har tune``: compare settings of a network by cross-validation over subjects."""

import argparse
import itertools
import math
import sys
import textwrap
import time
import warnings
from typing import Any, NamedTuple

from sklearn_har.cli import _data, _networks
from sklearn_har.cli._common import (
    COUNT,
    FILE,
    FOLDS,
    JOBS,
    SEED,
    STANDARD_OUTPUT,
    UsageError,
    check_outputs,
    literal,
    quiet_start,
    quote,
    save_plot,
    write_file,
)
from sklearn_har.cli._models import NETWORKS
from sklearn_har.utils._progress import duration, is_watched, time_left
from sklearn_har.utils._text import fact, one_line_setting

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


_N_ITER = 20

_GRIDS = "\n".join(
    f"  {model:12}{' '.join(f'{k}={format_values(v)}' for k, v in grid.items())}"
    for model, grid in GRIDS.items()
)

HELP = "compare settings of a network by cross-validation over subjects"
DESCRIPTION = """\
Train a network with each of several settings and compare them by
cross-validation that never splits a subject. The official test subjects are not
used: evaluate the best setting on them once, afterwards, with `evaluate`.

A setting is trained once for each fold, always with the same seed. A difference
between settings that is small compared with their spread means nothing.
"""
EPILOG = f"""\
--grid takes parameters of the classifier (units) and its optimizer
(optimizer__learning_rate). Values are Python literals, separated by commas. For
--search random and optuna, LOW:HIGH is a range, of integers if both are, and
LOW:HIGH:log a range on a logarithmic scale.
Without --grid:
{_GRIDS}

examples:
  sklearn-har tune --model cnn-lstm --epochs 5
      the small grid of the network on simulated windows
  sklearn-har tune --model lstm --dataset uci-har \\
          --grid epochs=5,15 units=50,100 scaling=none,standard \\
          --table lstm.csv --plot lstm.png --save lstm.skops
      eight settings in five folds; the best is trained on all and saved
  sklearn-har tune --model conv-lstm --search optuna --n-iter 30 \\
          --grid filters=16:128:log optimizer__learning_rate=1e-4:1e-2:log
      Optuna proposes settings from the scores so far
  sklearn-har tune --model cnn-lstm --windows mine.npz --scoring f1_macro
      own windows: arrays X (n_windows, n_timesteps, n_channels), y and groups

Ctrl-C ends the search and shows the settings that are finished.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        required=True,
        choices=NETWORKS,
        help="the network: " + ", ".join(f"{key} ({name})" for key, name in NETWORKS.items()),
    )
    _data.add_window_arguments(parser)
    _networks.add_training_arguments(parser)
    parser.add_argument(
        "--grid",
        action="extend",
        nargs="+",
        default=[],
        type=parse_values,
        metavar="NAME=VALUES",
        help="the values to try, such as units=50,100 (default: see below)",
    )
    parser.add_argument(
        "--search",
        default="grid",
        choices=["grid", "random", "optuna"],
        help="grid: all combinations; random: random ones; optuna: each proposed from the scores "
        "so far (default: grid)",
    )
    parser.add_argument(
        "--n-iter", **COUNT, help=f"settings to try by random and optuna (default: {_N_ITER})"
    )
    parser.add_argument(
        "--folds",
        **FOLDS,
        default=5,
        help="number of parts of the subjects; each is held out once (default: 5)",
    )
    parser.add_argument(
        "--scoring",
        default="accuracy",
        metavar="NAME",
        help="the score to maximise, a name of scikit-learn such as f1_macro (default: accuracy)",
    )
    parser.add_argument(
        "--seed",
        "--random-state",
        **SEED,
        help="seed of random settings and of the trainings (default: 0)",
    )
    parser.add_argument("--jobs", "--n-jobs", **JOBS)
    parser.add_argument("--table", **FILE, help="write the table as CSV; - for the output")
    parser.add_argument("--plot", **FILE, help="draw the scores (.png, .pdf, .svg)")
    parser.add_argument(
        "--save",
        **FILE,
        help="train the best setting on all of these windows and save it (.skops), for predict",
    )


def run(args: argparse.Namespace) -> None:
    _check(args)
    with quiet_start():
        estimator = _networks.make_estimator(args)
    grid = dict(args.grid) or dict(GRIDS[args.model])
    check_names(estimator, grid)
    data = _data.load_file(args.windows) if args.windows else _data.load_windows(args, "train")
    n_subjects = _data.check_folds(args.folds, data)
    estimator.set_params(random_state=args.seed)
    n_settings = _count(args, grid)
    print(_facts_of_search(args, data, n_subjects, grid, n_settings), flush=True)

    search = _run_search(args, estimator, grid, data, n_settings)

    from sklearn_har.inspection import SearchResultsDisplay, search_table

    table = search_table(search)
    try:
        # Written first, because the reader of the table may close the pipe.
        if args.table:
            write_file(args.table, table.to_csv(index=False, float_format="%.6f").encode())
        if args.plot and table["mean"].notna().any():
            results = search.cv_results_
            display = SearchResultsDisplay.from_estimator(results, score_name=args.scoring)
            save_plot(args.plot, display)
    finally:
        print(f"\n{_report(args, search, table)}", flush=True)
    if search.interrupted_:
        raise KeyboardInterrupt
    if args.save:
        _save(args, estimator, search.best_params_, data)


def _check(args: argparse.Namespace) -> None:
    _data.check_dataset(args)
    if args.search == "grid" and args.n_iter is not None:
        raise UsageError("--n-iter is for --search random and optuna; a grid is tried as a whole")
    for name, values in args.grid:
        if args.search == "grid" and isinstance(values, Range):
            raise UsageError(
                f"--grid {name}: a range has too many values; list some, or use --search random"
            )
    check_outputs(args.table, args.save, plot=args.plot)
    if args.save == STANDARD_OUTPUT:
        raise UsageError("--save -: name a file; only --table writes to the standard output")
    # Checked before the training, so that a long search cannot fail at its end.
    from sklearn.metrics import get_scorer_names

    from sklearn_har.utils._optional import import_optional
    from sklearn_har.utils._validation import did_you_mean

    if args.scoring not in get_scorer_names():
        hint = did_you_mean(args.scoring, get_scorer_names())
        raise UsageError(f"--scoring {args.scoring}: scikit-learn has no such score{hint}")
    if args.search == "optuna":
        import_optional("optuna", extra="tune", needed_by="--search optuna")
    if args.save:
        import_optional("skops.io", extra="export", needed_by="--save")


def _count(args: argparse.Namespace, grid: dict[str, Any]) -> int:
    if any(isinstance(values, Range) for values in grid.values()):
        return int(args.n_iter or _N_ITER)
    size = math.prod(map(len, grid.values()))
    return size if args.search == "grid" else min(size, args.n_iter or _N_ITER)


def _run_search(
    args: argparse.Namespace, estimator: Any, grid: dict[str, Any], data: Any, n_settings: int
) -> Any:
    from sklearn.exceptions import FitFailedWarning
    from sklearn.model_selection import GroupKFold

    from sklearn_har.model_selection import _stepwise

    kinds: dict[str, type] = {
        "grid": _stepwise.StepwiseGridSearchCV,
        "random": _stepwise.StepwiseRandomizedSearchCV,
        "optuna": _stepwise.StepwiseOptunaSearchCV,
    }
    options: dict[str, Any] = {}
    if args.search != "grid":
        options = {"n_iter": n_settings, "random_state": args.seed}
    space = {name: search_space(values, args.search) for name, values in grid.items()}

    start, done = time.monotonic(), itertools.count(1)

    def show(params: dict[str, Any], mean: float) -> None:
        number = next(done)
        left = time_left(start, number, n_settings)
        words = f"setting {number}/{n_settings}  {mean:.4f}{left}  {one_line_setting(params)}"
        print(words[:79], file=sys.stderr, flush=True)

    with _networks.show_epochs(estimator, args.jobs), warnings.catch_warnings():
        # Failed trainings are listed at the end, with their reasons.
        warnings.filterwarnings("ignore", category=FitFailedWarning)
        warnings.filterwarnings("ignore", message="One or more of the test scores are non-finite")
        search = kinds[args.search](
            estimator,
            space,
            scoring=args.scoring,
            cv=GroupKFold(args.folds),
            refit=False,
            n_jobs=args.jobs,
            **options,
        )
        if is_watched():
            search.report = show
        return search.fit(data.data, data.target, groups=data.subject)


def _save(args: argparse.Namespace, estimator: Any, setting: dict[str, Any], data: Any) -> None:
    import skops.io
    from sklearn.base import clone

    print(fact("training", f"the best setting on all {len(data.data)} windows"), flush=True)
    model = clone(estimator).set_params(**setting).fit(data.data, data.target)
    write_file(args.save, skops.io.dumps(model))
    print(fact("saved", str(args.save)))


def _facts_of_search(
    args: argparse.Namespace, data: Any, n_subjects: int, grid: dict[str, Any], n_settings: int
) -> str:
    _, n_timesteps, n_channels = data.data.shape
    tried = "; ".join(f"{name} {format_values(values)}" for name, values in grid.items())
    facts = {
        "data": _data.title_of(args),
        "windows": f"{len(data.data)} of {n_timesteps} x {n_channels}, for training",
        "folds": f"{args.folds}, of {n_subjects} subjects, each held out once",
        "model": f"{args.model} ({NETWORKS[args.model]})",
        "settings": _networks.settings_in_words(args, recipe=args.recipe),
        "compared": tried,
        "search": f"{args.search}, {n_settings} settings x {args.folds} folds = "
        f"{n_settings * args.folds} trainings, for {args.scoring} (seed {args.seed})",
    }
    return "\n".join(fact(*each) for each in facts.items())


def _report(args: argparse.Namespace, search: Any, table: Any) -> str:
    """Write the table in 80 columns, and the conclusions."""
    import numpy as np

    lines = [f"{'rank':>4}  {'mean':>8}  {'sd':>7}  {'worst':>8}  {'fit':>7}  setting"]
    results = search.cv_results_
    order = np.argsort(results["rank_test_score"], kind="stable").tolist()
    settings = [one_line_setting(results["params"][i]) for i in order]
    for row, setting in zip(table.itertuples(), settings, strict=True):
        figures = f"{row.mean:8.4f}  {row.std:7.4f}  {row.worst:8.4f}"
        if np.isnan(row.mean):
            figures = f"{'failed':>8}{'':19}"
        start = f"{row.rank:4}  {figures}  {duration(row.fit_time):>7}  "
        lines += textwrap.wrap(
            setting, 80, initial_indent=start, subsequent_indent=" " * len(start)
        )
    failures = [
        fact("failed", f"{one_line_setting(params)}: {why}") for params, why in search.failures_
    ]
    lines += ["", *failures]
    best = table.iloc[0]
    if np.isnan(best["mean"]):
        return "\n".join(lines)
    error = best["std"] / np.sqrt(search.n_splits_)
    n_close = int((table["mean"] >= best["mean"] - error).sum()) - 1
    lines += [
        fact("best", f"{settings[0]}: {best['mean']:.4f} (sd {best['std']:.4f} over folds)"),
        fact("as good", f"{n_close} other settings, within one standard error of its mean"),
    ]
    if not args.windows:
        command = _evaluation_of(args, results["params"][order[0]])
        lines += ["", "To score it on the test subjects:", command]
    return "\n".join(lines)


def _evaluation_of(args: argparse.Namespace, setting: dict[str, Any]) -> str:
    options: dict[str, Any] = {
        "--model": args.model,
        "--dataset": None if args.dataset == "simulated" else args.dataset,
        "--archive": args.archive,
        "--data-home": args.data_home,
        "--epochs": args.epochs,
        "--scaling": args.scaling,
    }
    words = ["sklearn-har evaluate", *(["--recipe"] if args.recipe else [])]
    words += [
        f"{option} {quote(str(value))}" for option, value in options.items() if value is not None
    ]
    words.append("--set")
    words += [quote(f"{name}={value}") for name, value in (dict(args.set) | setting).items()]
    # Break the line between words, so that a shell continues it.
    lines = [f"  {words[0]}"]
    for word in words[1:]:
        if len(lines[-1]) + len(word) > 76:
            lines[-1] += " \\"
            lines.append(f"      {word}")
        else:
            lines[-1] += f" {word}"
    return "\n".join(lines)
