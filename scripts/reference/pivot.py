"""Answers of pandas.groupby and unstack for nodes/transform/pivot."""

import pandas as pd

from reference import Fixture

FUNCTIONS = {"avg": "mean", "count": "count", "sum": "sum", "max": "max", "median": "median"}

for name in ["sum-found", "counts-listed", "two-measures", "measure-first", "whole-table", "dates"]:
    fixture = Fixture("transform/pivot", name)
    params = fixture.params()
    frame = fixture.table("data")
    column, keys = params["column"], params.get("keys", [])
    frame[column] = frame[column].dt.strftime("%Y-%m-%d") if frame[column].dtype.kind == "M" else frame[column].astype("string")
    frame["all"] = 1
    by = keys or ["all"]
    rows = frame[by].drop_duplicates()
    values = params.get("values") or sorted(frame[column].dropna().unique())
    wanted = [(value, frame[frame[column] == value]) for value in values]
    if params.get("missing"):
        wanted.append(("missing", frame[frame[column].isna()]))
    answer = rows
    for value, part in wanted:
        for i, measure in enumerate(params.get("measures", [{"fn": "count"}])):
            of = measure.get("column") or "all"
            grouped = part.groupby(by, dropna=False)[of]
            cells = grouped.sum(min_count=1) if measure["fn"] == "sum" else grouped.agg(FUNCTIONS[measure["fn"]])
            if params.get("empty") == "zero" or measure["fn"] == "count":
                cells = cells.reindex(pd.MultiIndex.from_frame(rows) if len(by) > 1 else rows[by[0]]).fillna(0)
            answer = answer.merge(cells.rename(f"{value}/{i}").reset_index(), on=by, how="left")
    fixture.expect("table", answer if keys else answer.drop(columns="all"), unordered=True)
    fixture.save()
