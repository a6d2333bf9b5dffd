"""Progress of searches."""

import sys

from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

from sklearn_har.model_selection import report_scores

X, y = load_iris(return_X_y=True)


def search(n_jobs=None, **options):
    with report_scores("accuracy", 4, **options) as scorer:
        grid = {"n_neighbors": [1, 50]}
        return GridSearchCV(KNeighborsClassifier(), grid, scoring=scorer, cv=2, n_jobs=n_jobs).fit(
            X, y
        )


def test_a_line_for_each_training_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    found = search(describe=lambda params: f"n_neighbors={params['n_neighbors']}")
    lines = capsys.readouterr().err.splitlines()
    assert [line[:9] for line in lines] == [f"fit {i}/4  " for i in (1, 2, 3, 4)]
    assert f"  {found.cv_results_['split0_test_score'][0]:.4f}  " in lines[0]
    assert lines[3].endswith("0.0 s left  n_neighbors=50")
    search()
    assert capsys.readouterr().err.splitlines()[3].endswith("0.0 s left  ")


def test_nothing_elsewhere_and_the_same_scores(capsys):
    search()
    assert capsys.readouterr().err == ""
