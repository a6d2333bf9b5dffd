"""What is exported says what the estimator says, for each network, scaling and runtime."""

import json

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from exported_networks import NETWORKS, WRITERS
from sklearn_har import CNNLSTMClassifier, LSTMClassifier, SubsequenceReshaper
from sklearn_har.exceptions import ExportError
from sklearn_har.export import ExportedClassifier, ExportReport, to_litert, to_onnx
from sklearn_har.preprocessing import (
    ChannelwiseTransformer,
    CompandingTransformer,
    WindowCentering,
)

SCALERS = [
    StandardScaler(),
    StandardScaler(with_mean=False),
    StandardScaler(with_std=False),
    MinMaxScaler((-2, 3)),
    MinMaxScaler(clip=True),
    MaxAbsScaler(),
    RobustScaler(),
    RobustScaler(with_centering=False),
    RobustScaler(with_scaling=False),
    PowerTransformer(),
    PowerTransformer(standardize=False),
    make_pipeline(RobustScaler(), "passthrough", MinMaxScaler()),
]


def small(windows, untrained, *steps):
    X, y = windows
    scaler = ChannelwiseTransformer(StandardScaler()).fit(X)
    network = untrained(CNNLSTMClassifier(filters=4, units=5, dense_units=5), X, y)
    return make_pipeline(scaler, *steps, network)


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_and_its_file_agree(name, ending, windows, untrained, tmp_path):
    X, y = windows
    clf = untrained(NETWORKS[name], X, y)
    path = tmp_path / f"har.{ending}"
    report = WRITERS[ending](clf, path, X=X)
    assert report.max_difference < 1e-5
    expected = clf.predict_proba(X)
    assert np.ptp(expected) > 0.5, "networks that are never sure would hide mistakes"
    exported = ExportedClassifier(path)
    np.testing.assert_allclose(exported.predict_proba(X), expected, atol=1e-5)
    # A window says the same alone, and after others: no state is left behind.
    np.testing.assert_allclose(exported.predict_proba(X[7:8]), expected[7:8], atol=1e-5)
    np.testing.assert_array_equal(exported.predict(X), clf.predict(X))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("scaler", SCALERS, ids=str)
def test_a_scaler_is_part_of_the_file(scaler, ending, windows, untrained, tmp_path):
    X, y = windows
    scaled = ChannelwiseTransformer(scaler).fit(X[:20])  # so that clipping has something to clip
    clf = untrained(LSTMClassifier(units=5, n_steps=4, dense_units=5), scaled.transform(X), y)
    pipeline = make_pipeline(scaled, clf)
    report = WRITERS[ending](pipeline, tmp_path / "har", X=X)
    assert report.max_difference < 1e-5


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("noise_floor", ["auto", [1e-3, 0.1, 50.0]], ids=["learnt", "given"])
def test_companding_is_part_of_the_file(noise_floor, ending, windows, untrained, tmp_path):
    X, y = windows
    companding = CompandingTransformer(noise_floor).fit(X)
    clf = untrained(LSTMClassifier(units=5, n_steps=4, dense_units=5), companding.transform(X), y)
    report = WRITERS[ending](make_pipeline(companding, clf), tmp_path / "har", X=X)
    assert report.max_difference < 1e-5


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("tells_frame", [False, True])
def test_centring_is_part_of_the_file(tells_frame, ending, windows, untrained, tmp_path):
    X, y = windows
    if tells_frame:
        known = np.broadcast_to(np.arange(len(X))[:, None, None] % 2, (*X.shape[:2], 1))
        X = np.concatenate([X, known.astype(X.dtype)], axis=2)
    centring = WindowCentering().fit(X)
    assert centring.tells_frame_ == tells_frame
    clf = untrained(LSTMClassifier(units=5, n_steps=4, dense_units=5), centring.transform(X), y)
    report = WRITERS[ending](make_pipeline(centring, clf), tmp_path / "har", X=X)
    assert report.max_difference < 1e-5


def test_small_and_vanishing_exponents(windows, untrained, tmp_path):
    X, y = windows
    scaled = ChannelwiseTransformer(PowerTransformer(standardize=False)).fit(X)
    clf = untrained(LSTMClassifier(units=5, n_steps=4, dense_units=5), scaled.transform(X), y)
    for exponents in ([0.0, 2.0, 1.0], [1e-3, 2.0 - 1e-3, -0.5], [0.0, 0.0, 0.0]):
        scaled.transformer_.lambdas_ = np.array(exponents)
        to_onnx(make_pipeline(scaled, clf), tmp_path / "har.onnx", X=X)


@pytest.mark.parametrize("ending", WRITERS)
def test_pipelines_as_people_build_them(ending, windows, untrained, tmp_path):
    X, _ = windows
    inner = small(windows, untrained, SubsequenceReshaper(4).fit(X))
    outer = make_pipeline("passthrough", inner)
    assert WRITERS[ending](outer, tmp_path / "har", X=X).max_difference < 1e-5


def test_a_search_is_exported_by_its_best(windows, tmp_path):
    X, y = windows
    clf = LSTMClassifier(units=3, n_steps=4, dense_units=4, epochs=1, random_state=0)
    search = GridSearchCV(clf, {"units": [3]}, cv=2).fit(X, y)
    to_onnx(search, tmp_path / "har.onnx", X=X)
    exported = ExportedClassifier(tmp_path / "har.onnx")
    np.testing.assert_allclose(exported.predict_proba(X), search.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_vote_is_one_file(ending, windows, tmp_path):
    X, y = windows
    sizes = {"units": 4, "dense_units": 5, "epochs": 1}
    scaled = make_pipeline(
        ChannelwiseTransformer(StandardScaler()), LSTMClassifier(n_steps=4, random_state=0, **sizes)
    )
    others = {
        "cnn": CNNLSTMClassifier(filters=4, random_state=1, **sizes),
        "left out": "drop",
        "lstm": LSTMClassifier(n_steps=8, scaling="both", random_state=2, **sizes),
    }
    vote = VotingClassifier([("scaled", scaled), *others.items()], voting="soft")
    vote.set_params(weights=[1.0, 3.0, 9.0, 2.0]).fit(X, y)
    report = WRITERS[ending](vote, tmp_path / "har", X=X, y=y)
    assert report.max_difference < 1e-5
    exported = ExportedClassifier(tmp_path / "har")
    np.testing.assert_array_equal(exported.predict(X), vote.predict(X))


@pytest.mark.parametrize("batch_size", [1, 4, 7, None])
@pytest.mark.parametrize("ending", WRITERS)
def test_fixed_and_open_numbers_of_windows(ending, batch_size, windows, untrained, tmp_path):
    X, _ = windows
    pipeline = small(windows, untrained)
    WRITERS[ending](pipeline, tmp_path / "har", batch_size=batch_size, X=X)
    exported = ExportedClassifier(tmp_path / "har")
    assert exported.batch_size == batch_size
    for n in (1, 5, 30):
        np.testing.assert_allclose(
            exported.predict_proba(X[:n]), pipeline.predict_proba(X[:n]), atol=1e-5
        )


def test_single_channel_windows_and_frames(windows, untrained, tmp_path):
    import pandas as pd

    X, y = windows
    clf = untrained(LSTMClassifier(units=4, n_steps=4, dense_units=4), X[:, :, 0], y)
    to_onnx(clf, tmp_path / "har.onnx", X=X[:, :, 0])
    exported = ExportedClassifier(tmp_path / "har.onnx")
    expected = clf.predict_proba(X[:, :, 0])
    for form in (X[:, :, 0], X[:, :, :1], X[:, :, :1].reshape(30, 4, 8, 1), X[:, :, 0].tolist()):
        np.testing.assert_allclose(exported.predict_proba(form), expected, atol=1e-5)

    columns = [f"{name}_{step:03d}" for step in range(32) for name in ("ax", "ay", "gz")]
    frame = pd.DataFrame(X.reshape(30, -1), columns=columns)
    clf = untrained(LSTMClassifier(units=4, n_steps=4, dense_units=4), frame, y)
    to_onnx(clf, tmp_path / "har.onnx", X=frame)
    assert ExportedClassifier(tmp_path / "har.onnx").channel_names == ("ax", "ay", "gz")


@pytest.mark.parametrize("ending", WRITERS)
def test_steps_that_are_masked_are_left_out(ending, windows, untrained, tmp_path):
    X, y = windows
    X = X.copy()
    X[:, 25:] = 9.0  # padding behind,
    X[3, :5] = 9.0  # in front,
    X[4, 10:20] = 9.0  # in the middle,
    X[5] = 9.0  # and nothing else
    X[6, 0, 1] = 9.0  # one channel is no mask
    for params in ({}, {"n_layers": 2, "bidirectional": True}):
        clf = untrained(LSTMClassifier(units=4, dense_units=4, mask_value=9.0, **params), X, y)
        assert WRITERS[ending](clf, tmp_path / "har", X=X).max_difference < 1e-5


class TestLiteRT:
    """The file is one that any runtime of LiteRT can run."""

    @pytest.mark.filterwarnings("ignore::sklearn_har.exceptions.ExportWarning")
    @pytest.mark.parametrize("quantize", [None, "float16", "dynamic"])
    @pytest.mark.parametrize("name", ["lstm", "lstm both ways", "cnn-lstm", "conv-lstm"])
    def test_operators_are_built_in(self, name, quantize, windows, untrained, tmp_path):
        schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
        X, y = windows
        clf = untrained(NETWORKS[name], X, y)
        path = tmp_path / "har.tflite"
        to_litert(clf, path, X=X, quantize=quantize)
        model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
        codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in model.operatorCodes]
        builtin = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
        names_of = [builtin[code] for code in codes]
        names = set(names_of)
        assert all(code.customCode is None for code in model.operatorCodes)
        # Custom operators, those of TensorFlow ("Flex"), resources and what needs them.
        assert not names & {"CUSTOM", "READ_VARIABLE", "ASSIGN_VARIABLE", "VAR_HANDLE", "CALL_ONCE"}
        # A loop has a graph for its condition and one for its body.
        assert len(model.subgraphs) == 1 + 2 * sum(
            names_of[operator.opcodeIndex] == "WHILE"
            for graph in model.subgraphs
            for operator in graph.operators
        )
        # LiteRT before 2.1, and TensorFlow's of then, crash on what is computed for nobody.
        for graph in model.subgraphs:
            read = {number for operator in graph.operators for number in operator.inputs}
            read |= set(graph.outputs)
            assert all(read & set(operator.outputs) for operator in graph.operators)

    def test_the_metadata_end_the_file(self, windows, untrained, tmp_path):
        to_litert(small(windows, untrained), tmp_path / "har.tflite", X=windows[0])
        content = (tmp_path / "har.tflite").read_bytes()
        found = json.loads(content[content.rindex(b'{"classes"') :])
        assert found["classes"] == ["laying", "sitting", "walking"]

    @pytest.mark.parametrize("scaler", [StandardScaler(), MinMaxScaler(), RobustScaler()], ids=str)
    def test_half_precision_does_not_round_what_scalers_subtract(
        self, scaler, windows, untrained, tmp_path
    ):
        X, y = windows
        # Air pressure in Pa: larger than all numbers of 16 bits.
        X = X * [1.0, 1.0, 100.0] + [0.0, 0.0, 101325.0]
        scaled = ChannelwiseTransformer(scaler).fit(X)
        network = LSTMClassifier(units=20, n_steps=4, dense_units=40)
        pipeline = make_pipeline(scaled, untrained(network, scaled.transform(X), y))
        report = to_litert(pipeline, tmp_path / "har.tflite", quantize="float16", X=X)
        assert report.max_difference < 5e-3

    def test_half_precision_does_not_round_scaling_inside_the_network(self, windows, tmp_path):
        X, y = windows
        X = X * [1.0, 1.0, 100.0] + [0.0, 0.0, 101325.0]
        clf = LSTMClassifier(n_steps=4, scaling="both", epochs=1, random_state=0).fit(X, y)
        report = to_litert(clf, tmp_path / "har.tflite", quantize="float16", X=X)
        assert report.max_difference < 5e-3

    def test_the_signature_has_names(self, windows, untrained, tmp_path):
        from ai_edge_litert.interpreter import Interpreter

        X, _ = windows
        pipeline = small(windows, untrained)
        to_litert(pipeline, tmp_path / "har.tflite", X=X)
        run = Interpreter(str(tmp_path / "har.tflite")).get_signature_runner("serving_default")
        out = run(windows=X[:1])
        np.testing.assert_allclose(out["probabilities"], pipeline.predict_proba(X[:1]), atol=1e-5)

    def test_an_lstm_forgets_the_window_before(self, windows, untrained, tmp_path):
        """An operator of LiteRT for LSTMs would go on from its last state."""
        from ai_edge_litert.interpreter import Interpreter

        X, y = windows
        clf = untrained(LSTMClassifier(units=6, dense_units=5), X, y)
        to_litert(clf, tmp_path / "har.tflite", X=X)
        plain = Interpreter(str(tmp_path / "har.tflite"))
        plain.allocate_tensors()
        answers = []
        for i in (0, 1, 0):
            plain.set_tensor(plain.get_input_details()[0]["index"], X[i : i + 1])
            plain.invoke()
            answers.append(plain.get_tensor(plain.get_output_details()[0]["index"]))
        np.testing.assert_array_equal(answers[0], answers[2])
        assert np.abs(answers[0] - answers[1]).max() > 1e-3

    def test_an_lstm_over_many_steps_needs_a_number_of_windows(self, windows, untrained, tmp_path):
        X, y = windows
        clf = untrained(LSTMClassifier(units=6, dense_units=5), X, y)
        with pytest.raises(
            ExportError, match="batch_size=None is not possible in LiteRT for an LSTM over 32"
        ):
            to_litert(clf, tmp_path / "har.tflite", X=X, batch_size=None)
        to_litert(clf, tmp_path / "har.tflite", X=X, batch_size=3)
        found = ExportedClassifier(tmp_path / "har.tflite").predict_proba(X)
        np.testing.assert_allclose(found, clf.predict_proba(X), atol=1e-5)


class TestRefusals:
    """What cannot be exported is named, and nothing is left behind."""

    def refused(self, estimator, tmp_path, match, error=ExportError, **options):
        path = tmp_path / "har.onnx"
        path.write_bytes(b"what was here before")
        with pytest.raises(error, match=match):
            to_onnx(estimator, path, **options)
        assert path.read_bytes() == b"what was here before"
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    @pytest.mark.parametrize(
        ("step", "match"),
        [
            (
                FunctionTransformer(np.abs),
                "'step' cannot be exported: .* FunctionTransformer must",
            ),
            (QuantileTransformer(n_quantiles=5), "'step' .* QuantileTransformer must"),
            (PowerTransformer(method="box-cox"), r"PowerTransformer\(method='box-cox'\)"),
        ],
        ids=str,
    )
    def test_a_transformer_of_channels(self, step, match, windows, untrained, tmp_path):
        X, _ = windows
        scaler = ChannelwiseTransformer(step).fit(np.abs(X) + 1)
        pipeline = small(windows, untrained)
        pipeline.steps.insert(0, ("step", scaler))
        self.refused(pipeline, tmp_path, match)

    def test_a_step_of_the_pipeline(self, windows, untrained, tmp_path):
        X, _ = windows
        step = FunctionTransformer(np.ascontiguousarray).fit(X)
        self.refused(
            small(windows, untrained, step),
            tmp_path,
            "The step 'functiontransformer' cannot be exported: FunctionTransformer is not a ",
        )

    def test_a_vote_that_counts_names(self, windows, tmp_path):
        X, y = windows
        clf = LSTMClassifier(units=3, n_steps=4, dense_units=4, epochs=1, random_state=0)
        vote = VotingClassifier([("one", clf)]).fit(X, y)
        self.refused(vote, tmp_path, "voting='hard' cannot be exported.*voting='soft' can")

    def test_a_classifier_of_others(self, windows, tmp_path):
        X, y = windows
        clf = LogisticRegression(max_iter=5000).fit(X[:, 0], y)
        self.refused(clf, tmp_path, "LogisticRegression cannot be exported")

    def test_what_is_no_fitted_classifier(self, windows, tmp_path):
        self.refused(LSTMClassifier(), tmp_path, "call fit on this LSTMClassifier", NotFittedError)
        self.refused(StandardScaler(), tmp_path, "must be a fitted classifier", TypeError)
        self.refused(LSTMClassifier, tmp_path, "must be a fitted classifier", TypeError)

    def test_arguments(self, windows, untrained, tmp_path):
        X, y = windows
        pipeline = small(windows, untrained)
        for options, match in [
            ({"activity_names": ["a", "b"]}, "activity_names must name each of the 3 classes"),
            ({"channel_names": "xyz"}, "channel_names must name each of the 3 channels"),
            ({"sampling_rate": 0}, "sampling_rate must be a finite number above 0"),
            ({"batch_size": 0}, "batch_size must be an integer of at least 1"),
            ({"atol": -1}, "atol must be a finite number of at least 0"),
            ({"X": X[:, :16]}, "X must be windows of 32 time steps and 3 channel"),
            ({"X": X[:0]}, "X must be windows of 32 time steps and 3 channel"),
            ({"y": y}, "y goes with X"),
            ({"X": X, "y": y[:3]}, "y must have one label for each of the 30 windows"),
        ]:
            self.refused(pipeline, tmp_path, match, ValueError, **options)

    def test_a_file_that_differs_from_its_estimator(self, windows, untrained, tmp_path):
        X, _ = windows
        pipeline = small(windows, untrained)
        self.refused(pipeline, tmp_path, "differs from its estimator by up to", X=X, atol=0.0)

    @pytest.mark.parametrize("library", ["onnx", "tf2onnx"])
    def test_a_missing_library_is_named_with_its_extra(
        self, library, windows, untrained, tmp_path, monkeypatch
    ):
        pipeline = small(windows, untrained)
        monkeypatch.setitem(__import__("sys").modules, library, None)
        self.refused(pipeline, tmp_path, r"sklearn-har\[onnx\]", ImportError)


def test_without_windows_random_ones_of_the_right_scale_are_compared(windows, untrained, tmp_path):
    report = to_onnx(small(windows, untrained), tmp_path / "har.onnx")
    assert isinstance(report, ExportReport)
    assert report.n_windows == 64
    assert report.accuracy is None
    assert "accuracy" not in str(report)


def test_the_graph_is_what_the_format_says(windows, untrained, tmp_path):
    import json

    import onnx

    pipeline = small(windows, untrained)
    path = tmp_path / "har.onnx"
    to_onnx(pipeline, path, channel_names=["x", "y", "z"], sampling_rate=50)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [entry.name for entry in model.graph.input] == ["windows"]
    assert [entry.name for entry in model.graph.output] == ["probabilities"]
    for entry in (*model.graph.input, *model.graph.output):
        assert entry.type.tensor_type.shape.dim[0].dim_param == "n_windows"
    content = json.loads({p.key: p.value for p in model.metadata_props}["sklearn_har"])
    assert content["channel_names"] == ["x", "y", "z"]
    assert content["sampling_rate"] == 50.0
    assert content["classes"] == ["laying", "sitting", "walking"]
