"""Points in the table's order, the trend by scipy, the density by np.histogram2d."""

import numpy as np
from scipy import stats

from chart_frames import charts, labelled, series
from reference import cell


def groups(t, _):
    labels, order = labelled(t.g, 9)
    both = t.k.notna() & t.x.notna()
    left = int((~both).sum())
    fit = stats.linregress(t.k[both].to_numpy(dtype=float), t.x[both].to_numpy(dtype=float))
    sign = "−" if fit.intercept < 0 else "+"
    number = lambda value: ("−" if value < 0 else "") + np.format_float_positional(abs(value), precision=4, unique=False, fractional=False, trim="k")
    points = [series(name, t.k[both & (labels == name)].tolist(), t.x[both & (labels == name)].tolist(), group=name) for name in order]
    return [{"title": "x against k", "note": f"{60 - left} of 60 rows; {left} with a missing value on an axis are left out.", "series": [*points, {"name": f"Trend y = {number(fit.slope)} x {sign} {number(abs(fit.intercept))}, R² = {fit.rvalue**2:.3f}"}]}]


def colour_scale(t, _):
    own = t[t.d.notna() & t.x.notna()]
    colours = [cell(k) for k in own.k]
    return [{"x": {"scale": "time"}, "colour": {"title": "k"}, "series": [{"x": [str(d.date()) for d in own.d], "y": own.x.tolist(), "z": [colours], "size": colours}]}]


def density(t, _):
    own = t[t.k.notna() & t.x.notna()]
    x_edges = np.arange(t.k.min() - 0.5, t.k.max() + 1.5)
    y_edges = np.arange(np.floor(t.x.min()), np.floor(t.x.max()) + 2)
    counts, _, _ = np.histogram2d(own.x.to_numpy(dtype=float), own.k.to_numpy(dtype=float), [y_edges, x_edges])
    filled = int((counts > 0).sum())
    return [{"series": [{"mark": "heatmap", "z": [[int(n) or None for n in row] for row in counts], "edges": x_edges.tolist(), "yEdges": y_edges.tolist()}], "note": f"56 of 60 rows; 4 with a missing value on an axis are left out. All rows, counted in {filled} rectangles."}]


def logarithmic(t, _):
    own = t[t.k.notna() & t.x.notna()]
    own = own[own.k > 0]
    return [{"x": {"scale": "log"}, "series": [series("x", own.k.tolist(), own.x.tolist())]}]


charts("explore/scatter-plot", "groups", groups)
charts("explore/scatter-plot", "colour-scale", colour_scale)
charts("explore/scatter-plot", "density", density)
charts("explore/scatter-plot", "logarithmic", logarithmic)
