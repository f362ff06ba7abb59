"""Coefficients of scikit-learn's linear models, for the tests beside app/ml/learners: same objectives, so the same numbers.

Run as `python scripts/reference/linear-models.py`; writes linear.reference.json and logistic.reference.json.
"""

import json
import pathlib
import warnings

import numpy as np
from sklearn.linear_model import ElasticNet, ElasticNetCV, Lasso, LassoCV, LinearRegression, LogisticRegression, Ridge

LEARNERS = pathlib.Path(__file__).resolve().parents[2] / "app" / "ml" / "learners"
FOLDS = 5

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)


def short(values, digits=9):
    return json.loads(json.dumps(np.round(np.asarray(values, dtype=float), digits).tolist()))


def as_float32(values):
    """What the learner sees: few digits in the file, float32 in memory."""
    return np.round(values, 4).astype(np.float32).astype(float)


def turns(rows):
    fold = np.arange(rows) % FOLDS
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(FOLDS)]


def linear():
    rows, size = 90, 7
    base = rng.standard_normal((rows, 3))
    x = base @ rng.standard_normal((3, size)) + 0.6 * rng.standard_normal((rows, size))
    x = as_float32(x * np.array([1, 20, 0.05, 1, 3, 1, 1]) + np.array([0, 2000, 0, 5, -30, 0, 1]))
    z = (x - x.mean(0)) / x.std(0)
    y = np.round(z @ np.array([2, -1, 0.5, 0, 0, 1.5, 0]) + 40 + rng.standard_normal(rows), 4)
    w = np.round(rng.uniform(0.2, 3, rows), 3)
    exact = {"tol": 1e-14, "max_iter": 1_000_000}
    models = {
        "ridge": ({"penalty": "ridge", "alpha": 3}, Ridge(3, solver="svd"), False),
        "ridgeWeighted": ({"penalty": "ridge", "alpha": 0.7}, Ridge(0.7, solver="cholesky"), True),
        "lasso": ({"penalty": "lasso", "alpha": 0.1}, Lasso(0.1, **exact), False),
        "lassoStrong": ({"penalty": "lasso", "alpha": 0.9}, Lasso(0.9, **exact), False),
        "lassoWeighted": ({"penalty": "lasso", "alpha": 0.1}, Lasso(0.1, **exact), True),
        "elasticNet": ({"penalty": "elastic-net", "alpha": 0.2, "l1Ratio": 0.3}, ElasticNet(0.2, l1_ratio=0.3, **exact), False),
        "elasticNetWeighted": ({"penalty": "elastic-net", "alpha": 0.05, "l1Ratio": 0.8}, ElasticNet(0.05, l1_ratio=0.8, **exact), True),
        "lassoPositive": ({"penalty": "lasso", "alpha": 0.05, "positive": True}, Lasso(0.05, positive=True, **exact), False),
        "positive": ({"penalty": "none", "positive": True}, LinearRegression(positive=True, tol=1e-12), False),
        "ridgePositive": ({"penalty": "ridge", "alpha": 2, "positive": True}, Ridge(2, positive=True, tol=1e-14, max_iter=100_000), False),
        "lassoChosen": ({"penalty": "lasso", "choose": "cross-validation"}, LassoCV(cv=turns(rows), **exact), False),
        "elasticNetChosen": (
            {"penalty": "elastic-net", "choose": "cross-validation"},
            ElasticNetCV(l1_ratio=[0.1, 0.5, 0.7, 0.9, 0.95, 0.99, 1], cv=turns(rows), **exact),
            False,
        ),
    }
    cases = {}
    for name, (params, model, weighted) in models.items():
        model.fit(x, y, **({"sample_weight": w} if weighted else {}))
        cases[name] = {"params": params, "weighted": weighted, "coefficients": short(model.coef_), "intercept": float(model.intercept_)}
        if params.get("choose"):
            cases[name] |= {"alpha": float(model.alpha_), "heldOutMse": float(np.min(model.mse_path_.mean(axis=-1)))}
    # Ridge along a path: the least mean error over the folds.
    grid = np.sum((x - x.mean(0)) ** 2) / size * 10.0 ** np.linspace(2, -6, 25)
    errors = [np.mean([np.mean((y[test] - Ridge(a, solver="svd").fit(x[train], y[train]).predict(x[test])) ** 2) for train, test in turns(rows)]) for a in grid]
    best = Ridge(grid[np.argmin(errors)], solver="svd").fit(x, y)
    cases["ridgeChosen"] = {
        "params": {"penalty": "ridge", "choose": "cross-validation"},
        "weighted": False,
        "coefficients": short(best.coef_),
        "intercept": float(best.intercept_),
        "alpha": float(best.alpha),
        "heldOutMse": float(np.min(errors)),
    }
    # More columns than rows.
    wide = as_float32(rng.standard_normal((20, 30)))
    answer = np.round(wide[:, :3] @ [3, -2, 1] + 0.1 * rng.standard_normal(20), 4)
    model = Lasso(0.05, **exact).fit(wide, answer)
    return {
        "matrix": short(x.ravel()),
        "target": short(y),
        "weights": short(w),
        "columns": size,
        "cases": cases,
        "wide": {"matrix": short(wide.ravel()), "columns": 30, "target": short(answer), "alpha": 0.05, "coefficients": short(model.coef_), "intercept": float(model.intercept_)},
    }


def logistic():
    rows, size = 80, 5
    x = as_float32(rng.standard_normal((rows, size)) @ (np.eye(size) + 0.3) * np.array([1, 2, 0.5, 1, 1]) + np.array([0, 0, 0, 1, 0]))
    z = x @ np.array([1.2, -0.7, 0, 0.4, 0])
    binary = (rng.random(rows) < 1 / (1 + np.exp(-z))).astype(int)
    multi = np.argmax(np.stack([z, x[:, 2] * 2 - 0.3, -z + x[:, 4]], axis=1) + rng.gumbel(size=(rows, 3)), axis=1)
    w = np.round(rng.uniform(0.2, 3, rows), 3)
    cases = {}
    for target, y in (("binary", binary), ("multi", multi)):
        for name, params, ratio in (
            ("none", {"penalty": "none"}, None),
            ("l2", {"penalty": "l2", "strength": 0.7}, 0.0),
            ("l1", {"penalty": "l1", "strength": 2}, 1.0),
            ("l1Strong", {"penalty": "l1", "strength": 9}, 1.0),
            ("elasticNet", {"penalty": "elastic-net", "strength": 3, "l1Ratio": 0.4}, 0.4),
            ("l1Weighted", {"penalty": "l1", "strength": 2}, 1.0),
            ("elasticNetBalanced", {"penalty": "elastic-net", "strength": 2, "l1Ratio": 0.5, "classWeights": "balanced"}, 0.5),
        ):
            c = np.inf if ratio is None else 1 / params["strength"]
            common = {"C": c, "tol": 1e-13, "max_iter": 2_000_000, "class_weight": params.get("classWeights")}
            smooth = ratio is None or ratio == 0
            model = LogisticRegression(solver="lbfgs", **common) if smooth else LogisticRegression(l1_ratio=ratio, solver="saga", random_state=0, **common)
            weighted = name == "l1Weighted"
            model.fit(x, y, **({"sample_weight": w} if weighted else {}))
            cases[f"{target} {name}"] = {
                "target": target,
                "params": params,
                "weighted": weighted,
                "coefficients": short(model.coef_),
                "intercepts": short(model.intercept_),
            }
    return {"matrix": short(x.ravel()), "columns": size, "binary": binary.tolist(), "multi": multi.tolist(), "weights": short(w), "cases": cases}


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n", "utf-8")


write(LEARNERS / "linear" / "linear.reference.json", linear())
write(LEARNERS / "logistic" / "logistic.reference.json", logistic())
