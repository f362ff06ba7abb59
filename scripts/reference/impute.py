"""Answers of scikit-learn's SimpleImputer and pandas' ffill, bfill, interpolate and groupby for nodes/transform/impute."""

import numpy as np
import pandas as pd
from reference import Fixture
from row_hash import dated
from sklearn.impute import SimpleImputer

STRATEGY = {"mean": "mean", "median": "median", "most-frequent": "most_frequent"}


def fill(series: pd.Series, method: str, value, kind: str, position: pd.Series) -> pd.Series:
    if series.isna().all() and method not in ("constant",):
        return series
    if method == "constant":
        return series.fillna(float(value) if kind == "float" else int(value) if kind == "integer" else value)
    if method in ("previous", "next"):
        return series.ffill() if method == "previous" else series.bfill()
    if method == "interpolate":
        known = series.notna().to_numpy()
        x = position.to_numpy(dtype="float64")
        y = series[known].to_numpy(dtype="float64")
        return series.where(known, pd.Series(np.interp(x, x[known], y, left=np.nan, right=np.nan), index=series.index).astype("Float64"))
    if method in ("minimum", "maximum"):
        return series.fillna(series.min() if method == "minimum" else series.max())
    values = series.astype(object).where(series.notna(), np.nan if kind in ("float", "integer") else None).to_numpy().reshape(-1, 1)
    if kind in ("float", "integer"):
        values = values.astype("float64")
        answer = SimpleImputer(strategy=STRATEGY[method]).fit_transform(values)[:, 0]
        if kind == "integer":
            answer = np.floor(answer + 0.5).astype("int64")
    else:
        answer = SimpleImputer(strategy=STRATEGY[method], missing_values=None).fit_transform(values)[:, 0]
    return pd.Series(answer, index=series.index, dtype=series.dtype)


for name in ["defaults", "mean", "frequent-per-group", "carried", "back", "between", "between-dates", "constants", "drop", "marked", "extremes"]:
    fixture = Fixture("transform/impute", name)
    params = fixture.params()
    columns = next(node for node in fixture.data["nodes"] if node["id"] == "data")["params"]["columns"]
    kinds = {column["name"]: column["type"] for column in columns}
    frame = fixture.table("data")
    groups = params.get("groups", [])
    steps = params.get("steps", [{"columns": "numbers", "method": "median"}, {"columns": "texts", "method": "most-frequent"}])
    chosen = {}
    for named in (False, True):
        for step in steps:
            of = step.get("columns", "chosen")
            if (of == "chosen") != named:
                continue
            fits = {"numbers": ("integer", "float"), "texts": ("string",)}.get(of, tuple(kinds.values()))
            for column in step["names"] if named else [c for c in kinds if kinds[c] in fits and c not in groups]:
                chosen[column] = step
    if params.get("emptyText"):
        for column in chosen:
            if kinds[column] == "string":
                frame[column] = frame[column].replace("", pd.NA)
    missing = frame.isna()
    keys = [key["column"] for key in params.get("orderBy", [])]
    frame = frame.sort_values(keys, kind="stable") if keys else frame
    position = pd.Series(range(len(frame)), index=frame.index)
    if keys:
        position = frame[keys[0]].astype("int64") if kinds[keys[0]] == "date" else frame[keys[0]]
    parts = frame.groupby(groups[0], dropna=False).groups.values() if groups else [frame.index]
    answer = frame.copy()
    for column, step in chosen.items():
        if step["method"] == "drop":
            continue
        for part in parts:
            rows = frame.loc[part, column]
            answer.loc[part, column] = fill(rows, step["method"], step.get("value"), kinds[column], position.loc[part])
    for column, step in chosen.items():
        if step["method"] == "drop":
            answer = answer[answer[column].notna()]
    if params.get("indicator"):
        for column in [c for c in kinds if c in chosen]:
            answer[f"{column}_missing"] = missing[column].loc[answer.index]
    fixture.expect("table", dated(answer.sort_index()), unordered=True)
    fixture.save()
