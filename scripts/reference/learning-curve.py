"""Learning curves of nodes/evaluate/learning-curve by scikit-learn, on parts of folds made a second time (folds.py).

Writes nodes/evaluate/learning-curve/reference.json: for each fixture and size the mean training rows, and for each metric the mean and
standard deviation of the test score and of the training score over the splits.
"""

import json
import sys

import numpy as np
from folds import fitted, numbered, scored, shuffled, splits
from reference import ROOT, Fixture, same


def growing(labels, seed: int, repeat: int) -> np.ndarray:
    """A place for each row; the rows before any place hold about every class's share."""
    order = shuffled(len(labels), None, seed + 0x51ED270B, repeat)
    seen, along = {}, np.empty(len(labels))
    for row in order:
        before = seen.get(labels[row], 0)
        seen[labels[row]] = before + 1
        along[row] = (before + 0.5) / labels.count(labels[row])
    places = np.empty(len(labels), dtype=int)
    places[sorted(order, key=lambda row: along[row])] = np.arange(len(labels))
    return places


def answer(name: str) -> list:
    fixture = Fixture("evaluate/learning-curve", name)
    params = fixture.params()
    learner = next(node for node in fixture.data["nodes"] if node["type"].startswith("train/"))
    target = learner["params"]["target"]
    frame, plain = numbered(fixture, target)
    classes = sorted(set(plain[target])) if learner["type"] == "train/logistic-regression" else None
    labels = list(plain[target]) if classes else [0] * len(plain)
    sizes = []
    for share in params["sizes"]:
        rows, test_scores, training_scores = [], [], []
        for repeat, _, train, test in splits(frame, target, {"method": "repeated-k-fold", **params}, classes):
            places = growing(labels, params.get("seed", 42), repeat - 1)
            part = train[np.argsort(places[train])][: max(1, int(share * len(train) + 0.5))]
            pipeline = fitted(learner, plain, part)
            rows.append(len(part))
            test_scores.append(scored(pipeline, learner, plain, test, classes))
            training_scores.append(scored(pipeline, learner, plain, part, classes))
        columns = [np.mean(test_scores, axis=0), np.std(test_scores, axis=0, ddof=1), np.mean(training_scores, axis=0), np.std(training_scores, axis=0, ddof=1)]
        sizes.append({"share": share, "rows": float(np.mean(rows)), "metrics": np.stack(columns, axis=1).tolist()})
    return sizes


path = ROOT / "nodes/evaluate/learning-curve/reference.json"
answers = {name: answer(name) for name in ("classes", "numbers")}
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), answers):
        sys.exit("nodes/evaluate/learning-curve/reference.json: the answer differs")
else:
    text = json.dumps(answers, ensure_ascii=False)
    path.write_text(text.replace("}, {", "},\n{") + "\n", "utf-8")
