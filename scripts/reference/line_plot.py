"""Lines by pandas' groupby along values, months and weeks."""

import numpy as np
import pandas as pd

from chart_frames import charts, kept, series


def means(t, _):
    own = t.dropna(subset=["k"]).groupby("k").x.agg(["mean", "min", "max"])
    x = [int(k) for k in own.index]
    return [
        {
            "y": {"title": "Mean of x"},
            "note": "59 of 60 rows; 1 without k is left out. Mean of the rows with the same k. The band runs from the smallest to the largest value.",
            "series": [{"mark": "band", "x": x, "low": own["min"].tolist(), "high": own["max"].tolist()}, {"mark": "line", **series("x", x, own["mean"].tolist())}],
        }
    ]


def months(t, _):
    answer = []
    for side in kept(t.h, 9):
        own = t[(t.h == side) & t.d.notna()]
        sums = own.groupby(own.d.dt.to_period("M")).x.sum(min_count=1)
        answer.append(series(side, [str(p.start_time.date()) for p in sums.index], sums.tolist()))
    return [{"y": {"title": "Sum of x"}, "series": answer, "note": "59 of 60 rows; 1 without d is left out. Sum by month."}]


def rows_by_week(t, _):
    weeks = t.d.dropna().dt.to_period("W-SUN")
    rows = weeks.value_counts().sort_index()
    return [{"y": {"title": "Rows"}, "series": [series("Rows", [str(p.start_time.date()) for p in rows.index], [int(n) for n in rows])]}]


def two_columns(t, _):
    own = t.dropna(subset=["k"])
    x = [int(k) for k in sorted(own.k.unique())]
    return [{"y": {"title": "Median"}, "series": [series(name, x, [float(np.median(own[own.k == k][name].dropna().to_numpy(dtype=float))) for k in x]) for name in ("x", "b")]}]


charts("explore/line-plot", "means", means)
charts("explore/line-plot", "months", months)
charts("explore/line-plot", "rows-by-week", rows_by_week)
charts("explore/line-plot", "two-columns", two_columns)
charts("explore/line-plot", "no-rows", lambda t, p: [{"series": []}])
