"""Cells by pandas' crosstab and cut."""

import numpy as np
import pandas as pd

from chart_frames import charts, labelled


def cells(table: pd.DataFrame, rows: list, columns: list) -> list:
    return [[None if column not in table or row not in table.index or not table.loc[row, column] else table.loc[row, column].item() for column in columns] for row in rows]


def counts(t, _):
    across, columns = labelled(t.g, 20, by_value=True)
    down, rows = labelled(t.h, 20, by_value=True)
    return [{"series": [{"mark": "heatmap", "x": columns, "y": rows, "z": cells(pd.crosstab(down, across), rows, columns)}], "note": "60 rows."}]


def row_shares(t, _):
    across, columns = labelled(t.g, 20, by_value=True)
    down, rows = labelled(t.b, 20, by_value=True)
    table = pd.crosstab(down, across)
    return [{"series": [{"x": columns, "y": rows, "z": cells(table.div(table.sum(axis=1), axis=0), rows, columns)}]}]


def means_in_bins(t, _):
    both = t.dropna(subset=["x", "k"])
    x_edges = np.arange(np.floor(t.k.min() / 2), np.floor(t.k.max() / 2) + 2) * 2 - 0.5
    y_edges = np.arange(np.floor(t.x.min() / 10), np.floor(t.x.max() / 10) + 2) * 10
    z = [[None for _ in x_edges[1:]] for _ in y_edges[1:]]
    for i, (a, b) in enumerate(zip(y_edges, y_edges[1:])):
        for j, (c, d) in enumerate(zip(x_edges, x_edges[1:])):
            own = both.x[(both.x >= a) & (both.x < b) & (both.k >= c) & (both.k < d)]
            z[i][j] = float(own.mean()) if len(own) else None
    return [{"series": [{"z": z, "edges": [float(e) for e in x_edges], "yEdges": [float(e) for e in y_edges]}]}]


charts("explore/heat-map", "counts", counts)
charts("explore/heat-map", "row-shares", row_shares)
charts("explore/heat-map", "means-in-bins", means_in_bins)
charts("explore/heat-map", "no-rows", lambda t, p: [{"series": []}])
