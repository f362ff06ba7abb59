"""Principal components by scikit-learn; the sign of each is the one that makes its largest entry positive."""

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from reference import Fixture, cell


def answer(name: str) -> None:
    fixture = Fixture("explore/pca", name)
    params = fixture.params()
    frame = fixture.table("t")
    columns = params.get("columns") or frame.select_dtypes(["Float64", "Int64"]).columns.tolist()
    values = frame[columns].to_numpy(dtype=float, na_value=np.nan)
    complete = ~np.isnan(values).any(axis=1)
    if params.get("missing") == "mean":
        values = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
        complete[:] = True
    fit = values[complete]
    deviations = fit.std(axis=0, ddof=1)
    if params.get("standardise", True):
        # Sample deviations, as statistics packages have them; scikit-learn's scaler divides by n.
        scaled = StandardScaler().fit_transform(fit) * np.sqrt((len(fit) - 1) / len(fit))
        spread = np.where(deviations == 0, 0, 1)
    else:
        scaled, spread = fit, deviations
    pca = PCA().fit(scaled)
    kept = params.get("components", 2)
    if params.get("keep") == "share":
        kept = int(np.searchsorted(np.cumsum(pca.explained_variance_ratio_), params["share"]) + 1)
    weights = pca.components_[:kept]
    signs = np.sign(weights[np.arange(kept), np.abs(weights).argmax(axis=1)])
    weights = weights * signs[:, None]
    scores = np.full((len(frame), kept), np.nan)
    scores[complete] = pca.transform(scaled)[:, :kept] * signs
    out = pd.concat([frame.astype(object), pd.DataFrame(scores, columns=[f"pc{i + 1}" for i in range(kept)])], axis=1)
    fixture.expect("table", out, tolerance=1e-8)
    correlations = np.divide(weights * np.sqrt(pca.explained_variance_[:kept])[:, None], spread, out=np.zeros_like(weights), where=spread > 0)
    rows = [[k + 1, column, weights[k, i], correlations[k, i]] for k in range(kept) for i, column in enumerate(columns)]
    fixture.expect("loadings", pd.DataFrame(rows), tolerance=1e-8)
    fixture.expect_value("report", {"kind": "report", "report": {"title": "Principal components"}})
    fixture.save()


for one in ("standardised", "covariance", "share", "mean", "constant"):
    answer(one)
