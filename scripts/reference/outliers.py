"""Outliers by pandas and SciPy: fences, z-scores, median distances and Mahalanobis distances."""

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import mahalanobis

from reference import Fixture


def limits(values: pd.Series, params: dict):
    method = params.get("method", "iqr")
    values = values.dropna().astype(float)
    if len(values) < params.get("minimum", 5):
        return None
    if method == "iqr":
        q1, q3 = values.quantile([0.25, 0.75])
        fence = params.get("fence", 1.5) * (q3 - q1)
        return None if q1 == q3 else (q1 - fence, q3 + fence, (q1 + q3) / 2, q3 - q1)
    centre = values.mean() if method == "z" else values.median()
    scale = values.std() if method == "z" else stats.median_abs_deviation(values, scale="normal")
    limit = params.get("limit", 3) * scale
    return None if scale == 0 else (centre - limit, centre + limit, centre, scale)


def apart(frame: pd.DataFrame, columns: list, params: dict):
    reasons = pd.Series("", index=frame.index)
    scores = pd.Series(0.0, index=frame.index)
    keys = params.get("group", [])
    groups = [group for _, group in frame.groupby(keys, dropna=False)] if keys else [frame]
    for group in groups:
        for column in columns:
            own = limits(group[column], params)
            if own is None:
                continue
            low, high, centre, scale = own
            values = group[column].astype(float)
            for at, word in ((values < low, "low"), (values > high, "high")):
                rows = values.index[at.fillna(False)]
                reasons[rows] += f"{column} too {word}; "
                scores[rows] = np.maximum(scores[rows], (values[rows] - centre).abs() / scale)
    return reasons.str[:-2], scores, reasons != ""


def together(frame: pd.DataFrame, columns: list, params: dict):
    values = frame[columns].to_numpy(dtype=float, na_value=np.nan)
    complete = ~np.isnan(values).any(axis=1)
    mean, inverse = values[complete].mean(axis=0), np.linalg.inv(np.cov(values[complete].T))
    distances = np.array([mahalanobis(row, mean, inverse) if ok else np.nan for row, ok in zip(values, complete)])
    z = np.abs((values - mean) / values[complete].std(axis=0, ddof=1))
    furthest = [f"unusual together, most of all {columns[int(np.argmax(row))]}" if ok else "" for row, ok in zip(np.nan_to_num(z), complete)]
    out = distances > np.sqrt(stats.chi2.isf(params["chance"], len(columns)))
    return pd.Series(furthest, index=frame.index), pd.Series(distances, index=frame.index), pd.Series(out, index=frame.index)


def answer(name: str) -> None:
    fixture = Fixture("explore/outliers", name)
    params = fixture.params()
    frame = fixture.table("t")
    columns = params.get("columns") or frame.select_dtypes(["Float64", "Int64"]).columns.tolist()
    judge = together if params.get("method") == "mahalanobis" else apart
    reasons, scores, out = judge(frame, columns, params)
    assert 0 < out.sum() < len(frame)
    shown = frame[out].astype(object)
    if params.get("reasons", True):
        shown = shown.assign(outlier_reason=reasons[out], outlier_score=scores[out])
    unordered = bool(params.get("group"))
    fixture.expect("outliers", shown, unordered=unordered)
    fixture.expect("inliers", frame[~out].astype(object), unordered=unordered)
    fixture.expect_value("report", {"kind": "report", "report": {"title": "Outliers"}})
    fixture.save()


for one in ("iqr", "z", "robust", "two-groups", "mahalanobis"):
    answer(one)
