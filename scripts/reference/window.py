"""Answers of pandas' rolling, expanding, rank and shift for nodes/transform/window."""

import numpy as np
import pandas as pd

from reference import Fixture

UNITS = {"seconds": "s", "minutes": "min", "days": "D", "weeks": "W"}


def rolling(group, spec, order):
    size, unit = spec.get("size", 7), spec.get("unit", "rows")
    what = {"mean": "mean", "sum": "sum", "min": "min", "max": "max", "median": "median", "stddev": "std", "count": "count"}[spec["fn"].removeprefix("rolling_")]
    values = group[spec["column"]].astype(float)
    least = spec.get("atLeast", 1)
    if unit == "values":  # (x - size, x], by hand
        x = group[order].to_numpy()
        answer = pd.Series([getattr(values[(x > at - size) & (x <= at)], what)() for at in x], index=group.index)
        return answer.where([values[(x > at - size) & (x <= at)].count() >= least for at in x])
    if unit == "rows":
        if spec.get("place") == "after":
            answer = getattr(values[::-1].rolling(size, min_periods=least), what)()[::-1]
        else:
            answer = getattr(values.rolling(size, min_periods=least, center=spec.get("place") == "centred"), what)()
    else:
        timed = values.set_axis(pd.DatetimeIndex(group[order]))
        span = pd.Timedelta(size * (7 if unit == "weeks" else 1), "D" if unit == "weeks" else UNITS[unit])
        answer = getattr(timed.rolling(span, min_periods=least), what)().set_axis(group.index)
    return answer.fillna(0) if what == "count" and least == 1 else answer


def column(group, spec, orders):
    fn, of = spec["fn"], spec.get("column")
    n = len(group)
    order = orders[0]["column"] if orders else None
    falling = bool(orders) and orders[0].get("direction") == "descending"
    values = group[of] if of else None
    if fn == "row_number":
        return pd.Series(range(1, n + 1), index=group.index)
    if fn in ("rank", "dense_rank", "percent_rank"):
        rank = group[order].rank(method="dense" if fn == "dense_rank" else "min", ascending=not falling)
        return (rank - 1) / (n - 1) if fn == "percent_rank" else rank.astype(int)
    if fn == "ntile":
        groups = spec["groups"]
        return pd.Series(np.repeat(range(1, groups + 1), [len(part) for part in np.array_split(range(n), groups)]), index=group.index)
    if fn == "lag":
        return values.shift(spec.get("offset", 1))
    if fn == "lead":
        return values.shift(-spec.get("offset", 1))
    if fn == "difference":
        return values.diff(spec.get("offset", 1))
    if fn == "percent_change":
        return values.astype(float).pct_change(spec.get("offset", 1))
    if fn in ("first", "last"):
        return pd.Series([values.iloc[0 if fn == "first" else -1]] * n, index=group.index)
    if fn.startswith("cumulative_"):
        what = fn.removeprefix("cumulative_")
        return getattr(values.astype(float).expanding(min_periods=0 if what == "count" else 1), what)()
    if fn.startswith("group_"):
        what = fn.removeprefix("group_")
        return pd.Series([n if not of else getattr(values, what)()] * n, index=group.index)
    if fn == "share":
        return values / values.sum()
    return rolling(group, spec, order)


for name in ["numbering", "neighbours", "running", "rolling-rows", "rolling-days", "rolling-minutes", "rolling-units", "groups", "as-they-come"]:
    fixture = Fixture("transform/window", name)
    params = fixture.params()
    frame = fixture.table("data")
    orders = params.get("orderBy", [])
    by = params.get("partitionBy", [])
    for each in reversed(orders):
        frame = frame.sort_values(each["column"], ascending=each.get("direction") != "descending", kind="stable")
    answer = frame.copy()
    groups = [group for _, group in frame.groupby(by)] if by else [frame]
    for i, spec in enumerate(params["columns"]):
        answer[f"new {i}"] = pd.concat([column(group, spec, orders) for group in groups])
    for each in answer.select_dtypes("datetime"):
        if fixture.data["nodes"][0]["params"]["columns"][list(frame).index(each)]["type"] == "date":
            answer[each] = answer[each].dt.date
    fixture.expect("table", answer, unordered=True)
    fixture.save()
