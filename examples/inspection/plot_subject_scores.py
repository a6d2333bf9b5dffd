"""
======================
For whom does it fail?
======================

A mean accuracy of 90 % can be 90 % for everybody, or 100 % for nine people and nothing for the
tenth. Who wants to use a model on people wants to know which.
"""

# %%
# Windows
# -------
# Simulated. The line in the comment switches to the real ones.

from sklearn_har.datasets import make_har_windows

har = make_har_windows(n_subjects=30, n_windows_per_activity=6, random_state=0)
# from sklearn_har.datasets import fetch_uci_har; har = fetch_uci_har(subset="all")

# %%
# Everybody is unseen once
# ------------------------
# A cross-validation over subjects, repeated. A quick classifier of means and spreads of each
# channel serves here; with ``CNNLSTMClassifier()`` in its place nothing else changes.

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_har.evaluation import repeated_evaluation


def features(X):
    return np.hstack([X.mean(axis=1), X.std(axis=1)])


model = make_pipeline(FunctionTransformer(features), ExtraTreesClassifier(n_estimators=30))
result = repeated_evaluation(
    model,
    har.data,
    har.target,
    cv=GroupKFold(5),
    groups=har.subject,
    n_repeats=3,
    random_state=0,
)
print(f"mean accuracy {result.mean:.3f}")
print(result.per_subject.head(3).round(3).to_string(index=False))

# %%
# The worst first
# ---------------
# The bar is one standard deviation over the repeats: how much the training varies for this person.
# The line is the mean over people, in which each counts once, however many windows there are.

import matplotlib.pyplot as plt

from sklearn_har.inspection import SubjectScoresDisplay

display = SubjectScoresDisplay.from_evaluation(result)
plt.show()

# %%
# What goes wrong there
# ---------------------
# The hardest person's windows, predicted by a model that has not seen them. Confusion matrices are
# scikit-learn's.

from sklearn.metrics import ConfusionMatrixDisplay

hardest = har.subject == display.subjects_[0]
model.fit(har.data[~hardest], har.target[~hardest])
ConfusionMatrixDisplay.from_estimator(
    model,
    har.data[hardest],
    har.target[hardest],
    labels=np.arange(len(har.target_names)),
    display_labels=har.target_names,
    xticks_rotation="vertical",
    cmap="Greys",
    colorbar=False,
)
plt.tight_layout()
plt.show()
