"""Answers of scikit-learn for the tree learners: `python trees.py`, beside app/ml/trees/trees.reference.json.

Few enough different values that both bin a number between each two of them, so that trees must agree split by split.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

rng = np.random.default_rng(7)
rows, width = 240, 5
X = rng.normal(size=(rows, width)).round(3).astype(np.float32)
X[rng.random((rows, width)) < 0.1] = np.nan
filled = np.nan_to_num(X)
signal = filled[:, 0] * filled[:, 1] + np.sin(2 * filled[:, 2]) + 0.5 * filled[:, 3]
number = (signal + 0.3 * rng.normal(size=rows)).round(3)
binary = (signal + 0.5 * rng.normal(size=rows) > 0).astype(int)
several = np.digitize(signal + 0.3 * rng.normal(size=rows), [-0.7, 0.7])
weights = rng.uniform(0.5, 2, size=rows).round(3)
settings = dict(max_iter=25, learning_rate=0.2, max_leaf_nodes=8, min_samples_leaf=5, early_stopping=False, max_bins=255)


def values(array):
    return [None if np.isnan(v) else float(f"{v:.9g}") for v in np.asarray(array, dtype=float).ravel()]


def boosted(loss=None, target=None, sample_weight=None, **more):
    # Least rows of a leaf are counted there and estimated here where hessians differ, so that they must not bind.
    settings["min_samples_leaf"] = 5 if loss is not None and sample_weight is None else 1
    if loss is None:
        return values(HistGradientBoostingClassifier(**settings, **more).fit(X, target, sample_weight=sample_weight).predict_proba(X))
    return values(HistGradientBoostingRegressor(loss=loss, **settings, **more).fit(X, target, sample_weight=sample_weight).predict(X))


# A larger problem, where only the quality can agree.
n = 2500
big = rng.normal(size=(n + 1500, 5)).round(1).astype(np.float32)
z = big[:, 0] * big[:, 1] + np.sin(2 * big[:, 2]) + 0.7 * big[:, 3] ** 2 - 0.7
label = (z + rng.logistic(size=len(z)) * 0.5 > 0).astype(int)
forest = RandomForestClassifier(n_estimators=100, random_state=0).fit(big[:n], label[:n])

answer = {
    "from": f"scikit-learn {sklearn.__version__}",
    "rows": rows,
    "width": width,
    "X": values(X),
    "number": values(number),
    "binary": binary.tolist(),
    "several": several.tolist(),
    "weights": weights.tolist(),
    # Weights, so that no two splits are equally good.
    "boosted": {
        "binary": boosted(target=binary, sample_weight=weights),
        "several": boosted(target=several, sample_weight=weights),
        "number": boosted("squared_error", number),
        "weighted": boosted("squared_error", number, sample_weight=weights),
        "l2": boosted("squared_error", number, l2_regularization=3.0),
    },
    "tree": {
        "number": values(DecisionTreeRegressor(max_depth=4).fit(filled, number, sample_weight=weights).predict(filled)),
        "binary": values(DecisionTreeClassifier(max_depth=4).fit(filled, binary, sample_weight=weights).predict_proba(filled)),
        "several": values(DecisionTreeClassifier(max_depth=4).fit(filled, several, sample_weight=weights).predict_proba(filled)),
    },
    "forest": {"rows": n, "width": 5, "X": [round(float(v), 1) for v in big.ravel()], "label": label.tolist(), "auc": roc_auc_score(label[n:], forest.predict_proba(big[n:])[:, 1])},
}
Path(__file__).parents[2].joinpath("app/ml/trees/trees.reference.json").write_text(json.dumps(answer))
