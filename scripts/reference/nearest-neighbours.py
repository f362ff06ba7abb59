"""Predictions of scikit-learn's nearest neighbours: app/ml/learners/nearest-neighbours."""

import json
import sys

import numpy as np
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from reference import ROOT, same

generator = np.random.default_rng(8)
matrix = (generator.standard_normal((320, 5)) * [1, 2, 0.5, 1, 3] + [0, 50, 0, -3, 0]).astype(np.float32).round(5).astype(np.float32)
wide = matrix.astype(float)
score = wide[:, 0] + 0.3 * (wide[:, 1] - 50) + generator.standard_normal(320) * 0.5
classes = np.digitize(score, [-0.7, 0.6])
train, test = slice(0, 240), slice(240, 320)


def rows(values) -> list:
    return [[float(str(cell)) for cell in row] for row in values]


out = {
    "train": rows(matrix[train]),
    # The last rows are training rows again: at distance 0.
    "test": rows(np.vstack([matrix[test], matrix[:5]])),
    "classes": classes[train].tolist(),
    "values": score[train].tolist(),
    "answers": [
        {
            "neighbours": k,
            "weights": weights,
            "probabilities": KNeighborsClassifier(k, weights=weights, algorithm="brute").fit(wide[train], classes[train]).predict_proba(np.vstack([wide[test], wide[:5]])).tolist(),
            "labels": KNeighborsClassifier(k, weights=weights, algorithm="brute").fit(wide[train], classes[train]).predict(np.vstack([wide[test], wide[:5]])).tolist(),
            "predictions": KNeighborsRegressor(k, weights=weights, algorithm="brute").fit(wide[train], score[train]).predict(np.vstack([wide[test], wide[:5]])).tolist(),
        }
        for k, weights in ((5, "uniform"), (5, "distance"), (1, "uniform"), (30, "distance"))
    ],
}
path = ROOT / "app/ml/learners/nearest-neighbours/reference.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), out):
        sys.exit(f"{path.relative_to(ROOT)}: the answer differs")
else:
    path.write_text(json.dumps(out) + "\n", "utf-8")
