"""Samples of nodes/transform/sample by hashlib and pandas' ranks."""

import pandas as pd
from reference import Fixture
from row_hash import dated, hashes

for name in ["share", "number-by-key", "number-of-each", "share-of-each", "first", "first-by-order", "every"]:
    fixture = Fixture("transform/sample", name)
    params = fixture.params()
    frame = fixture.table("data")
    method = params.get("method", "fraction")
    if method in ("fraction", "rows"):
        ordered = hashes(frame, params.get("key") or frame.columns, params.get("seed", 42)).sort_values().index
    else:
        keys = params.get("orderBy", [])
        ordered = frame.sort_values([key["column"] for key in keys], ascending=[key.get("direction") != "descending" for key in keys], na_position="last", kind="stable").index if keys else frame.index
    groups = [frame[column].fillna("\x1e") for column in params.get("groups", [])] or [pd.Series(0, index=frame.index)]
    number = frame.loc[ordered].groupby([group.loc[ordered] for group in groups]).cumcount().reindex(frame.index)
    size = frame.groupby(groups)[frame.columns[0]].transform("size")
    if method == "fraction":
        taken = number + 1 <= params.get("fraction", 0.1) * size + 0.5
    elif method == "every":
        taken = number % params["every"] == 0
    else:
        taken = number < params["count"]
    fixture.expect("table", dated(frame[taken]), unordered=True)
    fixture.expect("rest", dated(frame[~taken]), unordered=True)
    fixture.save()
