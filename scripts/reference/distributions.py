"""Histograms by np.histogram over the edges that the bins should have, bars by pandas' value_counts."""

import numpy as np
import pandas as pd

from chart_frames import charts, labelled, series


def histogram(column: pd.Series, edges, name: str, **more) -> dict:
    counts, _ = np.histogram(column.dropna().to_numpy(dtype=float), edges)
    middles = [(a + b) / 2 for a, b in zip(edges, edges[1:])]
    return series(name, middles, [int(n) for n in counts], edges=[float(edge) for edge in edges], **more)


def numbers(t, _):
    return [
        {"title": "x", "note": "57 of 60 rows; 3 without a value are left out.", "series": [histogram(t.x, edges_of(t.x, 2.5), "x")]},
        {"title": "k", "note": "59 of 60 rows; 1 without a value is left out.", "series": [histogram(t.k, np.arange(t.k.min() - 0.5, t.k.max() + 1.5), "k")]},
    ]


def edges_of(column: pd.Series, width: float) -> list:
    first = np.floor(column.min() / width)
    return [float(i * width) for i in range(int(first), int(np.floor(column.max() / width)) + 2)]


def dates(t, _):
    months = t.d.dropna().dt.to_period("M").value_counts().sort_index()
    span = pd.period_range(months.index.min(), months.index.max() + 1, freq="M")
    starts = [str(p.start_time.date()) for p in span]
    hours = pd.date_range(t["at"].min().floor("3h"), t["at"].max(), freq="3h")
    counts = t.groupby(t["at"].dt.floor("3h")).size().reindex(hours, fill_value=0)
    return [
        {"series": [{"y": [int(months.get(p, 0)) for p in span[:-1]], "edges": starts}]},
        {"series": [{"y": counts.tolist()}]},
    ]


def categories(t, _):
    answer = []
    for name in ("g", "b"):
        labels, order = labelled(t[name], 2)
        answer.append({"series": [series("Rows", order, [int((labels == label).sum()) for label in order])]})
    return answer


def groups_as_shares(t, _):
    groups, order = labelled(t.g, 9)
    edges = edges_of(t.x, 10)
    own = []
    for group in order:
        counts, _ = np.histogram(t.x[groups == group].dropna().to_numpy(dtype=float), edges)
        own.append({"name": group, "y": [float(n / counts.sum()) for n in counts], "edges": edges})
    bars = []
    sides, side_order = labelled(t.h, 12)
    for group in order:
        counts = [int(((groups == group) & (sides == side)).sum()) for side in side_order]
        bars.append(series(group, side_order, [n / sum(counts) for n in counts]))
    return [{"y": {"title": "Share of the group", "percent": True}, "series": own}, {"series": bars}]


def powers_of_ten(t, _):
    positive = t.k[t.k > 0].dropna().to_numpy(dtype=float)
    edges = [10 ** (i / 4) for i in range(int(np.log10(positive.max()) * 4) + 2)]
    counts, _ = np.histogram(positive, edges)
    left = 60 - len(positive)
    return [{"x": {"scale": "log"}, "series": [{"y": [int(n) for n in counts]}], "note": f"{60 - left} of 60 rows; {left} that are missing, zero or negative {'is' if left == 1 else 'are'} left out."}]


charts("explore/distributions", "numbers", numbers)
charts("explore/distributions", "dates", dates)
charts("explore/distributions", "categories", categories)
charts("explore/distributions", "groups-as-shares", groups_as_shares)
charts("explore/distributions", "powers-of-ten", powers_of_ten)
charts("explore/distributions", "no-rows", lambda t, p: [{"series": [], "note": "The table has no rows."}, {"series": [{"x": [], "y": []}], "note": "0 rows."}])
