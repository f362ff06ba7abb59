"""Bars by pandas' groupby and crosstab."""

import pandas as pd

from chart_frames import charts, labelled, series


def counts(t, _):
    bars, labels = labelled(t.g, 20)
    sides, colours = labelled(t.h, 9)
    table = pd.crosstab(bars, sides)
    order = sorted([label for label in labels if label != "(missing)"], key=lambda label: -table.loc[label].sum()) + ["(missing)"]
    return [{"title": "Rows by g and h", "bars": "stack", "note": "60 rows.", "series": [series(side, order, [int(n) for n in table[side].reindex(order)], group=side) for side in colours]}]


def means(t, _):
    bars, labels = labelled(t.g, 20)
    table = t.x.groupby([bars, t.h.astype("object")]).mean().unstack()
    order = sorted(label for label in labels if label != "(missing)") + ["(missing)"]
    _, colours = labelled(t.h, 9)
    return [{"bars": "group", "y": {"title": "Mean of x"}, "series": [series(side, order, table[side].reindex(order).tolist()) for side in colours]}]


def shares(t, _):
    bars, order = labelled(t.k, 5, missing=False, by_value=True)
    _, colours = labelled(t.h, 9)
    table = pd.crosstab(bars, t.h.astype("object")).reindex(order)
    total = table.sum(axis=1)
    left = int(t.k.isna().sum())
    return [
        {
            "y": {"title": "Share of rows", "percent": True},
            "series": [series(side, order, [int(n) / int(all_) for n, all_ in zip(table[side], total)]) for side in colours],
            "note": f"{60 - left} of 60 rows; {left} without a category is left out. The 5 most frequent values have a bar; “Other” is all others.",
        }
    ]


def medians(t, _):
    bars, labels = labelled(t.g, 2)
    middle = t.x.groupby(bars).median()
    order = sorted([label for label in labels if label not in ("Other", "(missing)")], key=lambda label: -middle[label]) + ["Other", "(missing)"]
    return [{"title": "Median of x by g", "series": [series("Median of x", order, [float(middle[label]) for label in order])]}]


charts("explore/bar-chart", "counts", counts)
charts("explore/bar-chart", "means", means)
charts("explore/bar-chart", "shares", shares)
charts("explore/bar-chart", "medians", medians)
charts("explore/bar-chart", "no-rows", lambda t, p: [{"series": [{"x": [], "y": []}], "note": "0 rows."}])
