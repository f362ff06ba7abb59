"""Statistics of columns by pandas, over all rows and by group."""

import pandas as pd

from reference import Fixture, cell

TYPES = {"Float64": "float", "Int64": "integer", "string": "string", "boolean": "boolean"}


def describe(column: pd.Series, distinct: bool) -> list:
    kind = TYPES.get(str(column.dtype), "date")
    values = column.dropna()
    number = kind in ("float", "integer")
    text = lambda value: None if value is None else str(value.date()) if kind == "date" else str(value).lower() if kind == "boolean" else str(value)
    # Counting every float is what switching distinct counts off saves.
    mode = text(values.mode().min()) if len(values) and (distinct or kind != "float") else None
    row = [column.name, kind, len(column), len(column) - len(values), 1 - len(values) / len(column) if len(column) else None, values.nunique() if distinct else None, mode]
    if number:
        floats = values.astype(float)
        quantile = lambda q: floats.quantile(q) if len(floats) else None
        row += [floats.mean(), floats.std(), floats.sum() if len(floats) else None, floats.min(), *[quantile(q) for q in (0.05, 0.25, 0.5, 0.75, 0.95)], floats.max(), floats.skew(), floats.kurt(), None, None]
    else:
        row += [values.astype(int).mean() if kind == "boolean" else None] + [None] * 11
        row += [None, None] if kind == "boolean" else [text(values.min()) if len(values) else None, text(values.max()) if len(values) else None]
    return [cell(value) for value in row]


def answer(name: str) -> None:
    fixture = Fixture("explore/column-statistics", name)
    params = fixture.params()
    frame = fixture.table("t")
    keys = params.get("group", [])
    columns = [column for column in params.get("columns") or frame.columns if column not in keys]
    distinct = params.get("distinct", True)
    rows = []
    if keys:
        for key, group in frame.groupby(keys, dropna=False, sort=True):
            rows += [[*[cell(k) for k in key], *describe(group[column], distinct)] for column in columns]
    else:
        rows = [describe(frame[column], distinct) for column in columns]
    fixture.expect("statistics", pd.DataFrame(rows, dtype=object))
    fixture.save()


for one in ("every-type", "no-rows", "penguins", "by-group", "not-distinct"):
    answer(one)
