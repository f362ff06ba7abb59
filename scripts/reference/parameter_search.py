"""Scores of trials of nodes/train/parameter-search by scikit-learn, on the same folds (folds.py).

Writes nodes/train/parameter-search/reference.json: for the fixture `grid`, the strength of each trial, and mean and deviation of its log loss.
"""

import json
import sys

import numpy as np
from folds import numbered, recipe, splits
from reference import ROOT, Fixture, same
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

fixture = Fixture("train/parameter-search", "grid")
learner = next(node for node in fixture.data["nodes"] if node["id"] == "learner")["params"]
target, features = learner["target"], learner["features"]
frame, plain = numbered(fixture, target)
classes = sorted(set(plain[target]))
trials = []
for strength in (learner["strength"], 10, 0.1):
    scores = []
    for _, _, train, test in splits(frame, target, {"method": "k-fold", "folds": fixture.params()["folds"]}, classes):
        model = make_pipeline(recipe(plain, features), LogisticRegression(C=1 / strength, max_iter=100_000, tol=1e-9)).fit(plain.iloc[train], plain.iloc[train][target])
        scores.append(log_loss(plain.iloc[test][target], model.predict_proba(plain.iloc[test]), labels=classes))
    trials.append([strength, float(np.mean(scores)), float(np.std(scores, ddof=1))])

path = ROOT / "nodes/train/parameter-search/reference.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), {"grid": trials}):
        sys.exit(f"{path.relative_to(ROOT)}: the answer differs")
else:
    path.write_text(json.dumps({"grid": trials}) + "\n", "utf-8")
