"""Predictions of nodes/train/stacking by scikit-learn's StackingClassifier, StackingRegressor and averages, on the same folds (folds.py).

Writes the fixtures of nodes/train/stacking: tables of nodes/evaluate/test-and-score, learners, and what Predict must append.
"""

import json
import sys

import numpy as np
from folds import numbered, recipe, splits
from reference import ROOT, Fixture, same
from sklearn.ensemble import StackingClassifier, StackingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

FOLDER = ROOT / "nodes/train/stacking/fixtures"
FEATURES = ["bill_length_mm", "bill_depth_mm"], ["flipper_length_mm", "body_mass_g", "island", "sex"]


def logistic(l2: float):
    return LogisticRegression(C=1 / l2, max_iter=100_000, tol=1e-9)


def features_of(target: str):
    return [[name for name in part if name != target] for part in FEATURES]


def predictions(name: str, fixture: Fixture, target: str):
    """By id: probabilities by class, or a number."""
    frame, plain = numbered(fixture, target)
    params = {"method": "k-fold", **next(node for node in fixture.data["nodes"] if node["id"] == "stack")["params"]}
    classes = None if name == "numbers" else sorted(set(plain[target]))
    models = [LinearRegression(), LinearRegression()] if name == "numbers" else [logistic(1), logistic(0.1)]
    bases = [(str(at), make_pipeline(recipe(plain, part), model)) for at, (part, model) in enumerate(zip(features_of(target), models))]
    if name == "average":
        first, second = (model.fit(plain, plain[target]).predict_proba(plain) for _, model in bases)
        found = (3 * first + second) / 4
    else:
        cv = [(train, test) for _, _, train, test in splits(frame, target, params, classes)]
        if name == "numbers":
            found = StackingRegressor(bases, final_estimator=LinearRegression(), cv=cv).fit(plain, plain[target]).predict(plain)[:, None]
        else:
            found = StackingClassifier(bases, final_estimator=logistic(1), cv=cv).fit(plain, plain[target]).predict_proba(plain)
    return classes, dict(zip(map(int, frame["id"]), found))


def fixture(name: str, title: str, target: str) -> dict:
    table = Fixture("evaluate/test-and-score", "classes").data["nodes"][0]["params"]
    names = [column["name"] for column in table["columns"]]
    rows = [row for row in table["rows"] if None not in row]
    learner = "train/linear-regression" if name == "numbers" else "train/logistic-regression"
    params = {"method": "average", "weights": [{"weight": 3}, {"weight": 1}]} if name == "average" else {"folds": 4, "seed": 7}
    nodes = [
        {"id": "in", "type": "test/values", "params": {"columns": table["columns"], "rows": rows}},
        *({"id": ["first", "second"][at], "type": learner, "params": {"target": target, "features": part, **({} if name == "numbers" else {"strength": [1, 0.1][at]})}} for at, part in enumerate(features_of(target))),
        {"id": "stack", "type": "train/stacking", "params": params},
        {"id": "predict", "type": "evaluate/predict"},
    ]
    edges = [["in.table", "stack.table"], ["first.learner", "stack.learner"], ["second.learner", "stack.learner"], ["stack.model", "predict.model"], ["in.table", "predict.table"]]
    if name == "numbers":
        nodes.append({"id": "final", "type": "train/linear-regression", "params": {"target": target}})
        edges.append(["final.learner", "stack.final"])
    made = {"title": title, "nodes": nodes, "edges": edges, "node": "predict"}
    opened = Fixture.__new__(Fixture)
    opened.data = made
    classes, found = predictions(name, opened, target)
    answers = [[*row, *([float(found[row[0]][0])] if classes is None else [classes[int(np.argmax(found[row[0]]))], *map(float, found[row[0]])])] for row in rows]
    return {**made, "expect": {"table": {"rows": answers, "tolerance": 1e-4}}}


made = {
    "classes": fixture("classes", "a final learner over three classes", "species"),
    "two-classes": fixture("two-classes", "a final learner over two classes", "sex"),
    "average": fixture("average", "a weighted average of two learners", "species"),
    "numbers": fixture("numbers", "a final learner over numbers", "body_mass_g"),
}
for name, value in made.items():
    path = FOLDER / f"{name}.json"
    if "--check" in sys.argv:
        if not same(json.loads(path.read_text("utf-8")), value):
            sys.exit(f"{path.name}: the answer differs")
    else:
        path.write_text(json.dumps(value, ensure_ascii=False).replace("], [", "],\n[") + "\n", "utf-8")
