"""Time of `predict_proba` for one window and for 2947.

The whole estimator, with the validation of its input, against the same network in scikeras'
`KerasClassifier` (which calls `keras.Model.predict`) and, for one window, the bare
Keras model called as a function. Weights are those of one epoch of training. Run it as

    python benchmarks/bench_prediction.py --archive "UCI HAR Dataset.zip"
"""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from functools import partial

from _measure import in_turn, parser, report, table, uci_har
from _rivals import MODELS, classifiers, keras_input, keras_model

CALLS = 20


def repeat(call: object, times: int) -> None:
    """Call several times, for what is too short for the clock."""
    for _ in range(times):
        call()


def main() -> None:
    """Measure the three networks."""
    args = parser(__doc__).parse_args()

    from scikeras.wrappers import KerasClassifier

    X, y = uci_har(args.archive, "test")
    classes = classifiers()
    lines = []
    for name in MODELS:
        ours = classes[name](random_state=0, epochs=1).fit(X[::20], y[::20])
        cut = keras_input(name, X)
        network = keras_model(name, X.shape[1:], 6, "sparse_categorical_crossentropy")
        theirs = KerasClassifier(network, epochs=1, verbose=0)
        theirs.fit(cut[::20], y[::20])
        bare = ours.model_
        one = {
            "sklearn-har": partial(ours.predict_proba, X[:1]),
            "scikeras": partial(theirs.predict_proba, cut[:1]),
            "Keras, the model called": partial(bare, X[:1]),
        }
        times = in_turn({key: partial(repeat, call, CALLS) for key, call in one.items()}, args.runs)
        lines += [f"{name}, one window", "", *table(times, "sklearn-har", unit="ms", per=CALLS), ""]
        many = {
            "sklearn-har": partial(ours.predict_proba, X),
            "scikeras": partial(theirs.predict_proba, cut),
        }
        times = in_turn(many, args.runs)
        lines += [f"{name}, {len(X)} windows", "", *table(times, "sklearn-har", unit="ms"), ""]
    report(
        "prediction",
        lines,
        save=args.save,
        packages=("keras", "tensorflow", "scikeras", "scikit-learn"),
    )


if __name__ == "__main__":
    main()
