"""Answers of pandas.drop_duplicates and groupby for nodes/transform/deduplicate."""

from reference import Fixture

for name in ["first", "last", "latest", "smallest-then", "none", "all-columns"]:
    fixture = Fixture("transform/deduplicate", name)
    params = fixture.params()
    frame = fixture.table("data")
    columns = params.get("columns") or list(frame.columns)
    keep = params.get("keep", "first")
    size = frame.groupby(columns, dropna=False)[columns[0]].transform("size")
    ordered = frame
    if keep == "by-order":
        keys = params["order"]
        ordered = frame.sort_values([key["column"] for key in keys], ascending=[key.get("direction") != "descending" for key in keys], na_position="last", kind="stable")
    kept = ordered.drop_duplicates(columns, keep={"last": "last", "none": False}.get(keep, "first")).index
    for column in frame.select_dtypes("datetime"):
        frame[column] = frame[column].dt.date
    table, removed = frame.loc[kept], frame.drop(kept)
    if params.get("count"):
        table = table.assign(**{params["count"]: size})
    count = params.get("count") or ("rows_" if "rows" in frame else "rows")
    fixture.expect("table", table, unordered=True)
    fixture.expect("removed", removed.assign(**{count: size}), unordered=True)
    fixture.save()
