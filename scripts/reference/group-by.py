"""Answers of pandas.groupby for nodes/transform/group-by."""

import pandas as pd

from reference import Fixture

FUNCTIONS = {
    "count": lambda s, m: s.count(),
    "count_distinct": lambda s, m: s.nunique(),
    "sum": lambda s, m: s.sum(min_count=1),
    "avg": lambda s, m: s.mean(),
    "min": lambda s, m: s.min(),
    "max": lambda s, m: s.max(),
    "median": lambda s, m: s.median(),
    "quantile": lambda s, m: s.quantile(m["fraction"]),
    "stddev": lambda s, m: s.std(),
    "variance": lambda s, m: s.var(),
    "mode": lambda s, m: s.mode().min(),
}

fixture = Fixture("transform/group-by", "every-measure")
params = fixture.params()
rows = []
for key, group in fixture.table("data").groupby(params["keys"], dropna=False):
    cells = [len(group) if m["column"] == "" else FUNCTIONS[m["fn"]](group[m["column"]], m) for m in params["measures"]]
    rows.append([*key, *(cell.date() if isinstance(cell, pd.Timestamp) else cell for cell in cells)])
fixture.expect("table", pd.DataFrame(rows, dtype=object), unordered=True)
fixture.save()
