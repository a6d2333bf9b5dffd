"""How classifiers show themselves in a notebook."""

from __future__ import annotations

import pickle
import re

import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_html_repr

SUMMARY = re.compile(r"<summary>Network of ([\d,]+) parameters([^<]*)</summary>")


def _layers(text):
    rows = re.findall(
        r'<td class="param">(\w+)</td><td>([^<]*)</td><td class="value">([\d,]+)</td>', text
    )
    return [(kind, shape, int(count.replace(",", ""))) for kind, shape, count in rows]


@pytest.fixture(scope="module")
def made(windows):
    from sklearn_har import LSTMClassifier

    X, y = windows
    clf = LSTMClassifier(units=6, dense_units=8, n_steps=4, scaling="standard", random_state=0)
    return clf.initialize(X, y)


def test_a_fitted_network_shows_its_layers(made):
    text = made._repr_html_()
    assert SUMMARY.search(text).groups() == (
        f"{made.model_.count_params():,}",
        ", 6 of them not trained by gradients",
    )
    layers = _layers(text)
    assert [kind for kind, _, _ in layers] == [type(one).__name__ for one in made.model_.layers]
    assert layers[0] == ("InputLayer", "(32, 3)", 0)
    assert layers[-1] == ("Dense", "(3,)", 8 * 3 + 3)
    assert sum(count for _, _, count in layers) == made.model_.count_params()
    # After the parameters, which scikit-learn shows.
    assert text.index("dense_units") < text.index("Network of")
    assert "Network of" not in repr(made)


def test_all_networks_show_theirs(tiny, windows):
    clf = tiny().initialize(*windows)
    assert sum(count for _, _, count in _layers(clf._repr_html_())) == clf.model_.count_params()


def test_before_fit_there_is_no_table(tiny_lstm):
    text = tiny_lstm()._repr_html_()
    assert "dense_units" in text
    assert not SUMMARY.search(text)


def test_a_network_inside_of_others_shows_its_layers(made, windows):
    pipeline = make_pipeline(FunctionTransformer(), made)
    assert SUMMARY.search(estimator_html_repr(pipeline))
    # What has never been fitted has no network, wherever it stands.
    search = GridSearchCV(make_pipeline(type(made)()), {})
    assert not SUMMARY.search(estimator_html_repr(search))


def test_a_loaded_network_is_built_for_its_picture(made):
    loaded = pickle.loads(pickle.dumps(made))
    assert _layers(loaded._repr_html_()) == _layers(made._repr_html_())
