"""scikit-learn’s answers for app/ml/understanding: calibration, permutation importance, partial dependence."""

import json
import pathlib

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.calibration import CalibratedClassifierCV, _sigmoid_calibration, calibration_curve
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

TARGET = pathlib.Path(__file__).resolve().parents[2] / "app/ml/understanding/understanding.reference.json"
FLOOR = 1.1920929e-7
rng = np.random.default_rng(20)


def rounded(values) -> list:
    return [float(f"{value:.12g}") for value in np.asarray(values, dtype=float).ravel()]


# ── calibration: probabilities that are too sure, some of them equal ────────────────────────────────────────────────
true = rng.uniform(0.02, 0.98, 240)
given = 1 / (1 + np.exp(-2.2 * np.log(true / (1 - true)) + 0.4))
given = np.round(given.astype(np.float32), 3).astype(np.float32).astype(float)
happened = (rng.uniform(size=240) < true).astype(int)
curves = {}
for strategy in ("uniform", "quantile"):
    observed, mean = calibration_curve(happened, given, n_bins=8, strategy=strategy)
    curves[strategy] = {"observed": rounded(observed), "given": rounded(mean)}
inside = np.clip(given, FLOOR, 1 - FLOOR)
a, b = _sigmoid_calibration(np.log(inside / (1 - inside)), happened)
isotonic = IsotonicRegression(out_of_bounds="clip").fit(given, happened)
asked = np.linspace(0, 1, 41)
calibration = {
    "given": given.tolist(),
    "happened": happened.tolist(),
    "curves": curves,
    "brier": brier_score_loss(happened, given),
    "logLoss": log_loss(happened, np.clip(given, FLOOR, 1 - FLOOR)),
    # scikit-learn writes 1 / (1 + exp(a f + b)).
    "platt": {"slope": -float(a), "offset": -float(b)},
    "isotonic": {"x": rounded(isotonic.X_thresholds_), "y": rounded(isotonic.y_thresholds_), "asked": rounded(asked), "answers": rounded(isotonic.predict(asked))},
}


class Given(ClassifierMixin, BaseEstimator):
    """Its features are its probabilities."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return X

    def predict(self, X):
        return X.argmax(axis=1)


three = np.round(rng.dirichlet([1.2, 0.8, 1.0], 120), 3).astype(np.float32).astype(float)
truth3 = np.array([rng.choice(3, p=(row + 0.15) / (row + 0.15).sum()) for row in three])
several = CalibratedClassifierCV(FrozenEstimator(Given().fit(three, truth3)), method="isotonic").fit(three, truth3)
calibration["three"] = {"given": three.ravel().tolist(), "truth": truth3.tolist(), "answers": rounded(several.predict_proba(three))}


# ── a model both sides can write down ───────────────────────────────────────────────────────────────────────────────
def formula(X):
    return 2 * X[:, 0] + np.sin(3 * X[:, 1]) * X[:, 2] + X[:, 0] * X[:, 3]


class Numbers(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return formula(X)


class Classes(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        p = 1 / (1 + np.exp(-formula(X)))
        return np.column_stack([1 - p, p])

    def predict(self, X):
        return (self.predict_proba(X)[:, 1] > 0.5).astype(int)


X = np.round(rng.normal(size=(60, 4)), 4)
X[:, 3] = rng.integers(0, 3, 60)
y = np.round(formula(X) + rng.normal(size=60) * 0.5, 4)
labels = (y > 0.3).astype(int)
repeats = 4


def permutations(seed: int) -> list:
    """The orders that permutation_importance uses: one generator a column, started alike; each shuffle is on top of the last."""
    first = np.random.RandomState(seed)
    column_seed = first.randint(np.iinfo(np.int32).max + 1)
    state = np.random.RandomState(column_seed)
    index, order, found = np.arange(len(X)), np.arange(len(X)), []
    for _ in range(repeats):
        state.shuffle(index)
        order = order[index]
        found.append(order.tolist())
    return found


def importance(model, target, scoring):
    result = permutation_importance(model, X, target, scoring=scoring, n_repeats=repeats, random_state=7)
    return [rounded(row) for row in result.importances]


numbers, classes = Numbers().fit(X, y), Classes().fit(X, labels)
importances = {
    "r2": importance(numbers, y, "r2"),
    "mae": importance(numbers, y, "neg_mean_absolute_error"),
    "rmse": importance(numbers, y, "neg_root_mean_squared_error"),
    "accuracy": importance(classes, labels, "accuracy"),
    "balanced-accuracy": importance(classes, labels, "balanced_accuracy"),
    "roc-auc": importance(classes, labels, "roc_auc"),
    "log-loss": importance(classes, labels, "neg_log_loss"),
    "f1": importance(classes, labels, "f1_macro"),
}

grids = [np.quantile(X[:, 0], np.linspace(0.05, 0.95, 9)), np.unique(X[:, 3])]
dependence = {}
for column, grid in ((0, grids[0]), (3, grids[1])):
    found = partial_dependence(numbers, X, [column], kind="both", custom_values={column: grid})
    dependence[str(column)] = {"grid": rounded(grid), "average": rounded(found["average"][0]), "individual": [rounded(row) for row in found["individual"][0][:5]]}
joint = partial_dependence(numbers, X, [0, 3], custom_values={0: grids[0], 3: grids[1]})
dependence["joint"] = [rounded(row) for row in joint["average"][0].T]

reference = {
    "calibration": calibration,
    "model": {"rows": [rounded(row) for row in X], "y": rounded(y), "labels": labels.tolist(), "permutations": permutations(7), "importances": importances, "dependence": dependence},
}
TARGET.write_text(json.dumps(reference) + "\n", "utf-8")
