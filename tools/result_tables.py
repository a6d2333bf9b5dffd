"""Make the tables of accuracies that README.md and the pages of `docs/` show.

They are made of the JSON files in `benchmarks/quality`, which the scripts beside them write. The
build of the site calls :func:`accuracy_table` and :func:`training_table`. After new trainings, run
this from the root of the repository to write the tables of README.md::

    python tools/result_tables.py
"""

from __future__ import annotations

import functools
import json
import re
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
QUALITY = ROOT / "benchmarks" / "quality"
Row = Sequence[str]
Runs = list[dict[str, Any]]

# The name of a network in the results, and its published accuracy over ten trainings.
NETWORKS = {
    "LSTMClassifier": ("LSTM", "89.7 (1.4)"),
    "CNNLSTMClassifier": ("CNN-LSTM", "90.7 (1.05)"),
    "ConvLSTMClassifier": ("ConvLSTM", "90.8 (0.89)"),
}
RECIPES = ("make_lstm", "make_cnn_lstm", "make_conv_lstm", "make_best")
# What a row of the results is called in tables, where its own name does not suffice.
TITLES = {
    "logistic regression": "logistic regression on simple features",
    "LSTM, published": "`LSTMClassifier`, as published",
    "CNN-LSTM, published": "`CNNLSTMClassifier`, as published",
    "ConvLSTM, published": "`ConvLSTMClassifier`, as published",
    "LSTM, plain, one order": "LSTM, plain Keras, one order",
    "CNN-LSTM, plain, one order": "CNN-LSTM, plain Keras, one order",
    "ConvLSTM, plain, one order": "ConvLSTM, plain Keras, one order",
    "CNN-LSTM, min-max": "CNN-LSTM, min-max scaling",
    "make_lstm": "`make_lstm`",
    "make_cnn_lstm": "`make_cnn_lstm`",
    "make_conv_lstm": "`make_conv_lstm`",
    "make_best": "`make_best`, the vote of the three recipes",
    "make_fast": "`make_fast`, no network",
    "MiniRocket": "MiniRocket of aeon",
    "MultiRocket-Hydra": "MultiRocket-Hydra of aeon",
}
OVERVIEW = (
    "logistic regression",
    "LSTM, published",
    "CNN-LSTM, published",
    "ConvLSTM, published",
    "make_cnn_lstm",
    "make_fast",
    "MiniRocket",
    "MultiRocket-Hydra",
)
# The order of the complete table.
ROWS = (
    *(f"{name}, {kind}" for kind in ("published", "plain Keras", "plain, one order")
      for name in ("LSTM", "CNN-LSTM", "ConvLSTM")),
    "CNN-LSTM, standardised",
    "CNN-LSTM, min-max",
    "CNN-LSTM, power transform",
    "LSTM, stacked",
    "LSTM, bidirectional",
    *RECIPES,
    "make_fast",
    "MiniRocket",
    "MultiRocket-Hydra",
    "logistic regression",
)  # fmt: skip
ACTIVITIES = ("walking", "upstairs", "downstairs", "sitting", "standing", "laying")


PARTS = {"cv": "cross-validation", "official": "official split"}


@functools.cache
def read_results(script: str = "accuracy") -> dict[str, dict[str, Any]]:
    """Return the results that a script in `benchmarks/quality` kept."""
    text = (QUALITY / f"{script}.json").read_text(encoding="utf-8")
    kept: dict[str, dict[str, Any]] = json.loads(text)
    return kept


def accuracy_table(name: str) -> list[Row]:
    """Return a table of accuracies, its heading first.

    Parameters
    ----------
    name : str
        A key of `TABLES`: the overview for newcomers; the published networks beside plain Keras;
        the recipes and their rivals; every row on the official split; the accuracy with each
        subject left out in turn; the settings that the recipes were compared with; windows in the
        light of their recording; the twelve activities of HAPT.

    Returns
    -------
    list of sequences of str
        The rows. Names of the package are in single backticks.
    """
    return TABLES[name]()


def training_table(row: str, name: str) -> list[Row]:
    """Return a table of the trainings of one row, its heading first.

    Parameters
    ----------
    row : str
        A row of the results, such as "LSTM, published".
    name : {"activities", "subjects", "confusion"}
        Precision, recall and F1 of each activity; the accuracy of each subject, lowest first; the
        confusion matrix, summed over the trainings.

    Returns
    -------
    list of sequences of str
        The rows.
    """
    return TRAINING_TABLES[name](official_runs(row))


def official_runs(row: str) -> Runs:
    """Return the trainings of a row on the official split."""
    return list(read_results()[row]["official"].values())


def per_cent(fractions: Sequence[float], decimals: int = 1) -> str:
    """Return the mean in per cent and, of several values, the standard deviation."""
    values = [100 * fraction for fraction in fractions]
    spread = f" ({statistics.pstdev(values):.{decimals}f})" if len(values) > 1 else ""
    return f"{statistics.mean(values):.{decimals}f}{spread}"


def accuracy(row: str) -> str:
    """Return the accuracy of a row on the official split."""
    return per_cent([run["accuracy"] for run in official_runs(row)])


def title(row: str) -> str:
    """Return the name of a row in tables."""
    return TITLES.get(row, row)


def _overview() -> list[Row]:
    published = {f"{short}, published": figure for short, figure in NETWORKS.values()}
    return [
        ("classifier", "accuracy", "trainings", "in the publication"),
        *(
            (title(row), accuracy(row), str(len(official_runs(row))), published.get(row, ""))
            for row in OVERVIEW
        ),
    ]


def _networks() -> list[Row]:
    rows: list[Row] = [
        (
            "network",
            "here",
            "trainings",
            "plain Keras, here",
            "trainings",
            "published, 10 trainings",
            "weights",
        )
    ]
    for class_name, (short, published) in NETWORKS.items():
        ours, plain = f"{short}, published", f"{short}, plain Keras"
        rows.append(
            (
                f"`{class_name}`",
                accuracy(ours),
                str(len(official_runs(ours))),
                accuracy(plain),
                str(len(official_runs(plain))),
                published,
                f"{official_runs(ours)[0]['n_weights']:,}",
            )
        )
    return rows


def _recipes() -> list[Row]:
    return [
        ("classifier", "accuracy", "trainings"),
        *(
            (title(row), accuracy(row), str(len(official_runs(row))))
            for row in (*RECIPES, "make_fast", "MiniRocket", "MultiRocket-Hydra")
        ),
    ]


def _all() -> list[Row]:
    rows: list[Row] = [
        ("classifier", "accuracy", "trainings", "macro F1", "worst subject", "training", "weights")
    ]
    for row in ROWS:
        runs = official_runs(row)
        # Trainings that shared the machine with others have no time.
        seconds = [run["fit_seconds"] for run in runs if "fit_seconds" in run]
        weights = runs[0]["n_weights"]
        rows.append(
            (
                title(row),
                accuracy(row),
                str(len(runs)),
                f"{100 * statistics.mean(run['f1'] for run in runs):.1f}",
                _worst([run["by_subject"] for run in runs]),
                f"{statistics.mean(seconds):.0f} s" if seconds else "",
                "" if weights is None else f"{weights:,}",
            )
        )
    return rows


def _left_out() -> list[Row]:
    kept = read_results()
    # The settings were compared among the training subjects.
    of_test = official_runs("make_best")[0]["by_subject"]
    rows: list[Row] = [("recipe", "30 subjects", "median", "worst subject", "the 9 test subjects")]
    for row in RECIPES:
        scores = kept[row]["loso"]
        rows.append(
            (
                f"`{row}`",
                per_cent(list(scores.values())),
                f"{100 * statistics.median(scores.values()):.1f}",
                _worst([scores]),
                per_cent([scores[subject] for subject in of_test]),
            )
        )
    return rows


def _choice() -> list[Row]:
    kept = read_results("recipe_choice")
    networks = {"lstm": "LSTM", "cnn-lstm": "CNN-LSTM", "conv-lstm": "ConvLSTM"}
    accuracies: dict[str, dict[str, list[float]]] = {}
    for name, by_seed in kept.items():
        network, _, setting = name.partition(" ")
        if network in networks:
            runs = [run["accuracy"] for run in by_seed.values()]
            accuracies.setdefault(setting, {})[network] = runs

    def best(setting: str) -> float:
        return max(statistics.mean(runs) for runs in accuracies[setting].values())

    rows: list[Row] = [("setting", *networks.values())]
    # The recipes themselves come first.
    for setting in sorted(accuracies, key=lambda setting: (setting != "", -best(setting))):
        cells = (accuracies[setting].get(network) for network in networks)
        rows.append((setting or "the recipe", *(per_cent(runs) if runs else "" for runs in cells)))
    return rows


def _recordings() -> list[Row]:
    shorter = {"cv": "folds", "official": "official", "left-out": "left out"}
    rows: list[Row] = [("", "classifier", "windows", "postures", "sequence", "both")]
    for part, by_row in read_results("over_recordings").items():
        for row, by_seed in sorted(by_row.items()):
            runs = list(by_seed.values())
            cells = (
                per_cent([run[decision]["accuracy"] for run in runs], 2)
                for decision in ("alone", "posture", "sequence", "both")
            )
            name = row.removeprefix("frame, ")
            shown = f"`{name}`" if name.startswith("make_") else name
            shown += "" if row.startswith("frame, ") else ", axes of the phone"
            rows.append((shorter[part], shown, *cells))
    return rows


def _hapt() -> list[Row]:
    kept = read_results("hapt_recognizer")
    names = ("windows alone", "10 s", "frequencies", "durations", "postures")
    rows: list[Row] = [("", "axes", "windows", *names[1:])]
    for part, by_frame in kept.items():
        for frame, by_seed in by_frame.items():
            cells = (per_cent([run[name][0] for run in by_seed.values()]) for name in names)
            rows.append((PARTS[part], "of the body" if frame == "body" else "of the phone", *cells))
    return rows


def _worst(by_subject: Sequence[dict[str, float]]) -> str:
    means = {s: statistics.mean(run[s] for run in by_subject) for s in by_subject[0]}
    worst = min(means, key=means.__getitem__)
    return f"{100 * means[worst]:.1f} (no. {worst})"


def _activities(runs: Runs) -> list[Row]:
    rows: list[Row] = [("activity", "precision", "recall", "F1", "windows")]
    for i, activity in enumerate(ACTIVITIES):
        precision, recall, f1 = [], [], []
        for run in runs:
            matrix = run["confusion"]
            right, true = matrix[i][i], sum(matrix[i])
            predicted = sum(line[i] for line in matrix)
            precision.append(right / predicted)
            recall.append(right / true)
            f1.append(2 * right / (true + predicted))
        rows.append((activity, *map(per_cent, (precision, recall, f1)), str(true)))
    return rows


def _subjects(runs: Runs) -> list[Row]:
    scores = {s: [run["by_subject"][s] for run in runs] for s in runs[0]["by_subject"]}
    lowest_first = sorted(scores, key=lambda subject: statistics.mean(scores[subject]))
    return [
        ("subject", "accuracy"),
        *((subject, per_cent(scores[subject])) for subject in lowest_first),
    ]


def _confusion(runs: Runs) -> list[Row]:
    total = [
        [sum(run["confusion"][i][j] for run in runs) for j in range(len(ACTIVITIES))]
        for i in range(len(ACTIVITIES))
    ]
    return [
        ("true / predicted", *ACTIVITIES),
        *((name, *map(str, line)) for name, line in zip(ACTIVITIES, total, strict=True)),
    ]


TABLES: dict[str, Callable[[], list[Row]]] = {
    "overview": _overview,
    "networks": _networks,
    "recipes": _recipes,
    "all": _all,
    "left-out": _left_out,
    "choice": _choice,
    "recordings": _recordings,
    "hapt": _hapt,
}
TRAINING_TABLES: dict[str, Callable[[Runs], list[Row]]] = {
    "activities": _activities,
    "subjects": _subjects,
    "confusion": _confusion,
}


def markdown(rows: Sequence[Row]) -> str:
    """Return a table in Markdown."""
    heading, *body = rows
    lines = [heading, ["---"] * len(heading), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def readme_with_tables(text: str) -> str:
    """Return the text of README.md with its tables made anew."""

    def made(match: re.Match[str]) -> str:
        start, name, end = match.groups()
        return f"{start}\n{markdown(accuracy_table(name))}\n{end}"

    return re.sub(
        r"(<!-- table: ([\w-]+) -->)\n.*?(<!-- end of table -->)", made, text, flags=re.DOTALL
    )


def main() -> None:
    """Write the tables of README.md."""
    text = README.read_text(encoding="utf-8")
    README.write_text(readme_with_tables(text), encoding="utf-8")


if __name__ == "__main__":
    main()
