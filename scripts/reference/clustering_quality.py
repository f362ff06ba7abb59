"""Measures of clusters by scikit-learn, for the fixtures of Clustering Quality."""

import json
import sys

from sklearn import metrics
from sklearn.preprocessing import StandardScaler

from clusters import features
from reference import Fixture, ROOT, same


def answer(name: str) -> None:
    fixture = Fixture("evaluate/clustering-quality", name)
    params = fixture.params()
    frame = fixture.table("t")
    frame = frame[frame[params["cluster"]].notna()].reset_index(drop=True)
    none = {params["cluster"], params.get("label", ""), "distance"}
    points = features(frame, params.get("features") or [name for name in frame.columns if name not in none])
    labels = frame[params["cluster"]].astype(str)
    found = {
        "silhouette": metrics.silhouette_score(points, labels),
        "daviesBouldin": metrics.davies_bouldin_score(points, labels),
        "calinskiHarabasz": metrics.calinski_harabasz_score(points, labels),
    }
    if params.get("label"):
        known = frame[params["label"]].notna()
        truth = frame[params["label"]][known].astype(str)
        found["adjustedRand"] = metrics.adjusted_rand_score(truth, labels[known])
        found["mutualInformation"] = metrics.normalized_mutual_info_score(truth, labels[known])
    fixture.expect_value("evaluation", {"evaluation": {"rows": len(frame), "task": "classification", "target": params["cluster"]}})
    fixture.save()
    answers[name] = {key: float(value) for key, value in found.items()}


answers = {}
for one in ("against-groups", "without-groups", "numbered-clusters"):
    answer(one)
path = ROOT / "nodes/evaluate/clustering-quality/measures.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), answers):
        sys.exit(f"{path.relative_to(ROOT)}: the answer differs")
else:
    path.write_text(json.dumps(answers, indent=2) + "\n", "utf-8")
