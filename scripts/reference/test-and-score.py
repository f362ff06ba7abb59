"""Scores of nodes/evaluate/test-and-score by scikit-learn, on folds made a second time (folds.py).

Writes nodes/evaluate/test-and-score/reference.json: for each fixture the ids tested in each split, and the score of each split.
"""

import json
import sys

from folds import fitted, numbered, scored, splits
from reference import ROOT, Fixture, same


def answer(name: str) -> dict:
    fixture = Fixture("evaluate/test-and-score", name)
    learners = [node for node in fixture.data["nodes"] if node["type"].startswith("train/")]
    target = learners[0]["params"]["target"]
    frame, plain = numbered(fixture, target)
    classes = sorted(set(plain[target])) if learners[0]["type"] == "train/logistic-regression" else None
    tested, scores = [], []
    for at, learner in enumerate(learners):
        for repeat, fold, train, test in splits(frame, target, fixture.params(), classes):
            pipeline = fitted(learner, plain, train)
            scores.append([at, repeat, fold, len(train), len(test), *scored(pipeline, learner, plain, test, classes)])
            if at == 0:
                tested.append({"repeat": repeat, "fold": fold, "ids": sorted(int(value) for value in frame.iloc[test]["id"])})
    return {"tested": tested, "scores": scores}


path = ROOT / "nodes/evaluate/test-and-score/reference.json"
answers = {name: answer(name) for name in ("classes", "numbers", "groups", "time", "random")}
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), answers):
        sys.exit("nodes/evaluate/test-and-score/reference.json: the answer differs")
else:
    text = json.dumps(answers, ensure_ascii=False)
    path.write_text(text.replace("}, {", "},\n{").replace("], [", "],\n[") + "\n", "utf-8")
