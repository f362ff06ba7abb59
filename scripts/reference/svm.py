"""Decisions of scikit-learn's SVC and SVR: app/ml/learners/svm."""

import json
import sys

import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.svm import SVC, SVR

from reference import ROOT, same

generator = np.random.default_rng(21)
matrix = generator.standard_normal((260, 3)).astype(np.float32).round(4).astype(np.float32)
wide = matrix.astype(float)
bent = wide[:, 0] ** 2 + wide[:, 1] + 0.4 * generator.standard_normal(260) - 0.8
binary = (bent > 0).astype(int)
several = np.digitize(bent, [-0.7, 0.8])
value = np.sin(wide[:, 0]) + 0.5 * wide[:, 1] + 0.1 * generator.standard_normal(260)
value = (value - value[:180].mean()) / value[:180].std()
train, test = slice(0, 180), slice(180, 260)
kernels = {"rbf": {"kernel": "rbf", "gamma": "scale"}, "wide": {"kernel": "rbf", "gamma": 2.5}, "linear": {"kernel": "linear"}}


def classifier(options: dict, c: float) -> dict:
    fitted = SVC(C=c, tol=1e-8, **options).fit(wide[train], binary[train])
    return {"decisions": fitted.decision_function(wide[test]).tolist(), "support": int(fitted.n_support_.sum())}


def pairs(options: dict, c: float) -> dict:
    found = SVC(C=c, **options).fit(wide[train], several[train]).predict(wide[test])
    return {"labels": found.tolist(), "accuracy": accuracy_score(several[test], found)}


out = {
    "train": [[float(str(cell)) for cell in row] for row in matrix[train]],
    "test": [[float(str(cell)) for cell in row] for row in matrix[test]],
    "binary": binary[train].tolist(),
    "several": several[train].tolist(),
    "severalTest": several[test].tolist(),
    "value": value[train].tolist(),
    "classifiers": [{"name": name, "c": c, **classifier(options, c)} for name, options in kernels.items() for c in (0.5, 20.0)],
    "pairs": {name: pairs(options, 5.0) for name, options in kernels.items()},
    "regressors": [{"name": name, "predictions": SVR(C=3.0, epsilon=0.1, tol=1e-8, **options).fit(wide[train], value[train]).predict(wide[test]).tolist()} for name, options in kernels.items()],
}
path = ROOT / "app/ml/learners/svm/reference.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), out):
        sys.exit(f"{path.relative_to(ROOT)}: the answer differs")
else:
    path.write_text(json.dumps(out) + "\n", "utf-8")
