"""
=================
Choosing settings
=================

How many units should a network have, and which scaling helps? Settings are compared by
cross-validation in which no person is on both sides of a split: by all combinations of a grid, and
by a search that Optuna leads. The winner is then trained on everybody it was chosen by, and
evaluated on people who chose nothing.
"""

# %%
# Windows
# -------
# Simulated and few, so that the example takes seconds. The line in the comment switches to the real
# data set, whose training subjects are the ones to choose by; it takes an hour then.

import numpy as np

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=10, n_windows_per_activity=4, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

unseen = np.isin(har.subject, np.unique(har.subject)[-3:])
X, y, subject = har.data[~unseen], har.target[~unseen], har.subject[~unseen]
print(f"{len(X)} windows of {len(np.unique(subject))} people to choose by")

# %%
# A grid
# ------
# A step of the pipeline is a parameter like any other: here scaling is compared with none.

from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_har import LSTMClassifier
from sklearn_har.inspection import SearchResultsDisplay, search_table
from sklearn_har.preprocessing import ChannelwiseTransformer

standard = ChannelwiseTransformer(StandardScaler())
model = Pipeline(
    [
        ("scale", standard),
        ("clf", LSTMClassifier(n_steps=4, dense_units=32, epochs=8, batch_size=16, random_state=0)),
    ]
)
grid = {"scale": ["passthrough", standard], "clf__units": [8, 24]}
search = GridSearchCV(model, grid, cv=GroupKFold(2), refit=False)
search.fit(X, y, groups=subject)

table = search_table(search)
table["scale"] = ["none" if step == "passthrough" else "standard" for step in table["scale"]]
print(table.round(3).to_string(index=False))

# %%
# The picture shows every fold. Settings whose bars overlap by much are not told apart: take the
# cheaper one, or train the two several times.

import matplotlib.pyplot as plt

named = [
    {**setting, "scale": "none" if setting["scale"] == "passthrough" else "standard"}
    for setting in search.cv_results_["params"]
]
SearchResultsDisplay.from_estimator(
    {**search.cv_results_, "params": named}, score_name="accuracy over the folds"
)
plt.show()

# %%
# Led by Optuna
# -------------
# Continuous parameters have no grid. Optuna proposes each setting from the scores so far; its first
# ten proposals are random, so that a real search has more than these three.

from optuna.distributions import FloatDistribution, IntDistribution

from sklearn_har.model_selection import OptunaSearchCV

led = OptunaSearchCV(
    model,
    {
        "clf__units": IntDistribution(8, 32, log=True),
        "clf__optimizer__learning_rate": FloatDistribution(3e-4, 1e-2, log=True),
    },
    n_iter=3,
    cv=GroupKFold(2),
    random_state=0,
).fit(X, y, groups=subject)
print(search_table(led).round(4).to_string(index=False))

# %%
# What it is worth
# ----------------
# ``best_score_`` is the best of several draws and too good for that reason. The people left out at
# the beginning have chosen nothing.

print(f"chosen: {led.best_params_}")
print(f"accuracy in the search {led.best_score_:.3f}")
print(f"accuracy on unseen people {led.score(har.data[unseen], har.target[unseen]):.3f}")
