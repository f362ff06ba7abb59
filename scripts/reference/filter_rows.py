"""Answers of pandas masks for the simple conditions of nodes/transform/filter-rows."""

import pandas as pd
from reference import Fixture
from row_hash import dated


def mask(frame, row):
    series, operator, value = frame[row["column"]], row.get("operator", "equals"), row.get("value", "")
    if operator in ("missing", "present"):
        return series.isna() if operator == "missing" else series.notna()
    convert = (lambda t: pd.Timestamp(t)) if series.dtype.kind == "M" else float if pd.api.types.is_numeric_dtype(series) else str
    fold = row.get("anyCase", False)
    if series.dtype == "string" and fold:
        series, value = series.str.lower(), value.lower()
    known = series.notna()
    result = {
        "equals": lambda: series == convert(value),
        "not-equals": lambda: series != convert(value),
        "less": lambda: series < convert(value),
        "at-most": lambda: series <= convert(value),
        "greater": lambda: series > convert(value),
        "at-least": lambda: series >= convert(value),
        "between": lambda: series.between(convert(value), convert(row.get("upTo", ""))),
        "one-of": lambda: series.isin([convert(part.strip()) for part in value.split(",")]),
        "none-of": lambda: ~series.isin([convert(part.strip()) for part in value.split(",")]),
        "contains": lambda: series.str.contains(value, regex=False),
        "contains-not": lambda: ~series.str.contains(value, regex=False),
        "starts": lambda: series.str.startswith(value),
        "ends": lambda: series.str.endswith(value),
        "pattern": lambda: series.str.contains(value, regex=True),
    }[operator]()
    return result.fillna(False).astype(bool) & known


for name in ["simple-all", "simple-any", "simple-remove", "simple-text", "simple-lists"]:
    fixture = Fixture("transform/filter-rows", name)
    params = fixture.params()
    frame = fixture.table("data")
    masks = pd.concat([mask(frame, row) for row in params["conditions"]], axis=1)
    match = masks.all(axis=1) if params.get("match", "all") == "all" else masks.any(axis=1)
    fixture.expect("table", dated(frame[match if params.get("mode", "keep") == "keep" else ~match]))
    fixture.save()
