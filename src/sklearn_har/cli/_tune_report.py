"""Write the lines of `sklearn-har tune` before and after the search."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from sklearn_har.cli import _data, _networks
from sklearn_har.cli._common import figure_of_rows, quote
from sklearn_har.cli._models import NETWORKS
from sklearn_har.cli._tune_grid import format_values, one_line
from sklearn_har.utils._progress import duration
from sklearn_har.utils._text import fact


def facts_of_search(
    args: argparse.Namespace, data: Any, n_subjects: int, grid: dict[str, Any], n_settings: int
) -> str:
    """Describe the search, with one fact per line."""
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


def report(args: argparse.Namespace, search: Any, table: Any) -> str:
    """Write the table in 80 columns, and the conclusions."""
    import numpy as np

    lines = [f"{'rank':>4}  {'mean':>8}  {'sd':>7}  {'worst':>8}  {'fit':>7}  setting"]
    results = search.cv_results_
    order = np.argsort(results["rank_test_score"], kind="stable").tolist()
    settings = [one_line(results["params"][i]) for i in order]
    for row, setting in zip(table.itertuples(), settings, strict=True):
        figures = f"{row.mean:8.4f}  {row.std:7.4f}  {row.worst:8.4f}"
        if np.isnan(row.mean):
            figures = f"{'failed':>8}{'':19}"
        start = f"{row.rank:4}  {figures}  {duration(row.fit_time):>7}  "
        lines += textwrap.wrap(
            setting, 80, initial_indent=start, subsequent_indent=" " * len(start)
        )
    failures = [fact("failed", f"{one_line(params)}: {why}") for params, why in search.failures_]
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
    """Return the command that evaluates a setting."""
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


def picture(results: dict[str, Any], scoring: str) -> Any:
    """Draw the scores of the settings."""
    from sklearn_har.inspection import SearchResultsDisplay

    figure = figure_of_rows(min(len(results["params"]), 20), width=8.0, height=0.35)
    SearchResultsDisplay.from_estimator(results, score_name=scoring, ax=figure.subplots())
    return figure
