"""Clusters by scikit-learn and SciPy for the fixtures of K-Means, DBSCAN and Hierarchical Clustering."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import DBSCAN, KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

from reference import Fixture


def features(frame: pd.DataFrame, names: list) -> np.ndarray:
    """The default recipe: median or most frequent value for what is missing, standardised, one-hot."""
    parts = []
    for name in names:
        column = frame[name]
        if column.dtype == "string":
            parts.append(pd.get_dummies(column.fillna(column.mode()[0]).astype(str)).to_numpy(dtype=float))
        else:
            values = column.astype(float)
            parts.append(StandardScaler().fit_transform(values.fillna(values.median()).to_numpy(dtype=float)[:, None]))
    return np.hstack(parts).astype(np.float32).astype(float)


def by_size(labels: np.ndarray) -> list:
    """Names from 1, the largest first, of equal ones the one that comes first; noise is missing."""
    found = pd.Series(labels[labels >= 0])
    order = sorted(found.unique(), key=lambda label: (-(found == label).sum(), list(labels).index(label)))
    return [str(order.index(label) + 1) if label >= 0 else None for label in labels]


def answer(node: str, name: str, labels_of, distances: bool = False) -> None:
    fixture = Fixture(node, name)
    params = fixture.params()
    frame = fixture.table("t")
    points = features(frame, params.get("features") or list(frame.columns))
    labels, distance = labels_of(points, params)
    free = "cluster_" if "cluster" in frame.columns else "cluster"
    out = frame.astype(object)
    out[free] = by_size(labels)
    if distances:
        out["distance"] = distance
        fixture.expect_value("report", {"report": {"title": f"{len(set(labels))} clusters"}})
    fixture.expect("table", out, tolerance=1e-6)
    fixture.save()


def k_means(points: np.ndarray, params: dict):
    tries = range(params["fewest"], params["most"] + 1) if params.get("choose") == "silhouette" else [params["clusters"]]
    fits = [KMeans(k, n_init=20, tol=0, random_state=0).fit(points) for k in tries]
    best = fits[0] if len(fits) == 1 else max(fits, key=lambda fit: silhouette_score(points, fit.labels_))
    return best.labels_, best.transform(points).min(axis=1)


def dbscan(points: np.ndarray, params: dict):
    return DBSCAN(eps=params["radius"], min_samples=params["fewest"]).fit_predict(points), None


def tree(points: np.ndarray, params: dict):
    merges = linkage(points, params["linkage"])
    if params.get("cut") == "height":
        return fcluster(merges, params["height"], "distance") - 1, None
    return fcluster(merges, params["clusters"], "maxclust") - 1, None


for one in ("three-groups", "chosen-number", "one-cluster"):
    answer("train/k-means", one, k_means, distances=True)
for one in ("two-dense-places", "no-clusters", "one-cluster"):
    answer("train/dbscan", one, dbscan)
for one in ("ward", "average", "complete", "single", "at-a-height"):
    answer("train/hierarchical-clustering", one, tree)
