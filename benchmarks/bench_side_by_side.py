"""Time of several trainings on two workers against the same one after the other.

- The members of `make_best` as one vote with two workers, beside each member alone.
- A leave-one-subject-out cross-validation with two workers, and with one process.

Each training has few epochs; what is compared does not depend on their number. The workers are
started before the clock. Run it as

    python benchmarks/bench_side_by_side.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from functools import partial

import numpy as np
from _measure import in_turn, parser, ratios, report, spread, table

VOTE = "the vote, two workers"


def main() -> None:
    """Measure the vote and the cross-validation."""
    options = parser(__doc__, runs=5)
    options.add_argument("--epochs", type=int, default=2)
    options.add_argument("--subjects", type=int, default=6, help="subjects left out in turn")
    args = options.parse_args()

    from sklearn.base import clone
    from sklearn.model_selection import LeaveOneGroupOut, cross_val_score

    from sklearn_har.datasets import fetch_uci_har
    from sklearn_har.recipes import make_best, make_light_cnn_lstm

    har = fetch_uci_har(subset="train", archive=args.archive)
    X, y, subjects = har.data, har.target, har.subject
    vote = make_best(epochs=args.epochs, random_state=0, n_jobs=2)
    vote.set_params(**{f"{name}__min_updates": 0 for name, _ in vote.estimators})
    members = {name: partial(clone(member).fit, X, y) for name, member in vote.estimators}
    rivals = {VOTE: partial(vote.fit, X, y), **members}
    times = in_turn(rivals, args.runs)
    sums = [sum(times[name][i] for name in members) for i in range(args.runs)]
    votes = {VOTE: times[VOTE], "the sum of members": sums}

    chosen = np.isin(subjects, np.unique(subjects)[: args.subjects])
    network = make_light_cnn_lstm(epochs=args.epochs, random_state=0, min_updates=0)
    validate = partial(
        cross_val_score,
        network,
        X[chosen],
        y[chosen],
        groups=subjects[chosen],
        cv=LeaveOneGroupOut(),
    )
    folds = in_turn(
        {"two workers": partial(validate, n_jobs=2), "one process": partial(validate, n_jobs=1)},
        args.runs,
    )

    share_of_sum = spread(ratios(votes, "the sum of members", VOTE))
    share_of_one = spread(ratios(folds, "one process", "two workers"))
    lines = [
        f"make_best, {args.epochs} epochs of each member on {len(X)} windows",
        "",
        *table(votes, VOTE),
        "",
        f"The vote takes {share_of_sum} times as long as the sum.",
        "",
        f"{args.subjects} subjects left out in turn, make_light_cnn_lstm, {args.epochs} epochs",
        "",
        *table(folds, "two workers"),
        "",
        f"Two workers take {share_of_one} times as long as one process.",
    ]
    report("side_by_side", lines, save=args.save)


if __name__ == "__main__":
    main()
