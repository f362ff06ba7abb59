"""Answers of scikit-learn and SciPy for app/ml/clustering: centres, labels, dendrogram heights, measures."""

import json
import sys

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn import metrics
from sklearn.cluster import DBSCAN, KMeans
from sklearn.ensemble import IsolationForest

from reference import ROOT, same

generator = np.random.default_rng(11)
centres = np.array([[0, 0, 0, 100], [4, 1, 0, 101], [1, 5, 2, 98], [-4, 3, -3, 102]], dtype=float)
blobs = np.vstack([centre + generator.standard_normal((45, 4)) * spread for centre, spread in zip(centres, (0.7, 1.0, 0.8, 1.2))])
stray = generator.uniform(-8, 8, (12, 4)) + [0, 0, 0, 100]
# Float32, as the app's matrices are, so that both sides see the same numbers.
data = np.vstack([blobs, stray]).astype(np.float32).round(3).astype(np.float32)
data = data[generator.permutation(len(data))]
truth = generator.integers(0, 3, len(data))
wide = data.astype(np.float64)

start = wide[[3, 50, 100, 150]]
kmeans = KMeans(4, init=start, n_init=1, tol=0, max_iter=1000, algorithm="lloyd").fit(wide)
out = {
    "data": [[float(str(value)) for value in row] for row in data],
    "kMeans": {
        "start": start.tolist(),
        "centres": kmeans.cluster_centers_.tolist(),
        "inertia": kmeans.inertia_,
        "labels": kmeans.labels_.tolist(),
        "best": min(KMeans(4, n_init=20, random_state=seed).fit(wide).inertia_ for seed in range(3)),
    },
    "dbscan": [
        {"radius": radius, "fewest": fewest, "labels": found.labels_.tolist(), "cores": sorted(found.core_sample_indices_.tolist())}
        for radius, fewest in ((0.9, 4), (1.4, 5), (0.3, 3))
        for found in [DBSCAN(eps=radius, min_samples=fewest).fit(wide)]
    ],
    "linkage": {
        method: {"heights": merges[:, 2].tolist(), "sizes": merges[:, 3].astype(int).tolist(), "labels": fcluster(merges, 5, "maxclust").tolist()}
        for method in ("ward", "average", "complete", "single")
        for merges in [linkage(wide, method)]
    },
    "measures": {
        "silhouettes": metrics.silhouette_samples(wide, kmeans.labels_).tolist(),
        "daviesBouldin": metrics.davies_bouldin_score(wide, kmeans.labels_),
        "calinskiHarabasz": metrics.calinski_harabasz_score(wide, kmeans.labels_),
        "truth": truth.tolist(),
        "adjustedRand": metrics.adjusted_rand_score(truth, kmeans.labels_),
        "mutualInformation": metrics.normalized_mutual_info_score(truth, kmeans.labels_),
    },
    # The mean over forests of different seeds: what a single one only comes near to.
    "isolation": (np.mean([-IsolationForest(n_estimators=200, max_samples=128, random_state=seed).fit(wide).score_samples(wide) for seed in range(8)], axis=0)).tolist(),
}

path = ROOT / "app/ml/clustering/reference.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), json.loads(json.dumps(out))):
        sys.exit("app/ml/clustering/reference.json: the answer differs")
else:
    path.write_text(json.dumps(out) + "\n", "utf-8")
