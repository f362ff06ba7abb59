"""Boxes by np.quantile (linear) and Tukey's fences."""

import numpy as np

from chart_frames import charts, labelled


def shape(values, most: int = 100):
    values = np.sort(values.dropna().to_numpy(dtype=float))
    if len(values) == 0:
        return None
    q1, median, q3 = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75]))
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    inside = values[(values >= low) & (values <= high)]
    outside = values[(values < low) | (values > high)]
    answer = {"low": float(inside.min()), "q1": q1, "median": median, "q3": q3, "high": float(inside.max()), "mean": float(values.sum() / len(values)), "rows": len(values), "outside": len(outside)}
    return {**answer, "outliers": [float(v) for v in outside]} if len(outside) <= most else answer


def groups(t, _):
    labels, order = labelled(t.g, 24, by_value=True)
    shapes = [shape(t.x[labels == label]) for label in order]
    return [{"title": "x by g", "series": [{"name": "x", "mark": "boxes", "x": order, "y": [one and one["median"] for one in shapes], "boxes": shapes}]}]


def columns(t, _):
    shapes = [shape(t.x), shape(t.k)]
    return [{"x": {"title": "Column"}, "series": [{"name": "Values", "x": ["x", "k"], "boxes": shapes}]}]


def columns_and_groups(t, _):
    return [{"series": [{"name": side, "group": side, "x": ["x", "k"], "boxes": [shape(t.x[t.h == side], 1), shape(t.k[t.h == side], 1)]} for side in ("left", "right")]}]


charts("explore/box-plot", "groups", groups)
charts("explore/box-plot", "columns", columns)
charts("explore/box-plot", "columns-and-groups", columns_and_groups)
charts("explore/box-plot", "no-rows", lambda t, p: [{"series": [{"x": [], "boxes": []}], "note": "0 rows."}])
