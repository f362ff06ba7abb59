"""Bins of scikit-learn's KBinsDiscretizer and pandas.cut for nodes/transform/bin."""

import decimal
import re

import numpy as np
import pandas as pd
from reference import Fixture
from sklearn.preprocessing import KBinsDiscretizer


def text(number, decimals=2) -> str:
    # Halves go away from zero, as round() of the expression language has it.
    rounded = decimal.Decimal(repr(float(number))).quantize(decimal.Decimal(10) ** -decimals, decimal.ROUND_HALF_UP)
    return re.sub(r"\.0$", "", str(float(rounded)))


for name in ["width", "quantiles", "width-right", "edges", "edges-right", "edges-missing", "names", "deviations", "lower"]:
    fixture = Fixture("transform/bin", name)
    params = fixture.params()
    frame = fixture.table("data")
    answer = frame.copy()
    method, closed, labels = params.get("method", "width"), params.get("closed", "left"), params.get("labels", "range")
    for column in params["columns"]:
        values = frame[column].astype("Float64").to_numpy(dtype="float64", na_value=np.nan)
        known = ~np.isnan(values)
        x = values[known]
        number = np.zeros(len(values), dtype=int)
        low, high = None, None
        if method in ("width", "quantiles") and closed == "left":
            kind = {"width": {"strategy": "uniform"}, "quantiles": {"strategy": "quantile", "quantile_method": "linear"}}[method]
            fitted = KBinsDiscretizer(params.get("count", 5), encode="ordinal", subsample=None, **kind).fit(x.reshape(-1, 1))
            number[known] = fitted.transform(x.reshape(-1, 1))[:, 0].astype(int)
            low, *edges, high = fitted.bin_edges_[0]
        else:
            if method == "width":
                low, *edges, high = np.linspace(x.min(), x.max(), params.get("count", 5) + 1)
            elif method == "deviations":
                reach = params.get("reach", 2)
                edges = [x.mean() + k * x.std(ddof=1) for k in range(-reach, reach + 1)]
            else:
                edges = [float(part) for part in params["edges"].split(",")]
                if params.get("outside") == "missing":
                    low, *edges, high = edges
            ends = [-np.inf if low is None else low, *edges, np.inf if high is None else high]
            if closed == "left" and high is not None:
                ends[-1] = np.nextafter(high, np.inf)
            codes = pd.cut(x, ends, right=closed == "right", include_lowest=True, labels=False)
            known[known] = ~np.isnan(codes)
            number[known] = codes[~np.isnan(codes)].astype(int)

        def label(i):
            start = low if i == 0 else edges[i - 1]
            end = high if i == len(edges) else edges[i]
            if labels == "number":
                return i + 1
            if labels == "lower":
                return start
            if labels == "names":
                return params["names"].split(", ")[i]
            if start is None:
                return ("< " if closed == "left" else "≤ ") + text(end)
            if end is None:
                return ("≥ " if closed == "left" else "> ") + text(start)
            opening = "[" if closed == "left" or i == 0 else "("
            closing = "]" if closed == "right" or i == len(edges) else ")"
            return f"{opening}{text(start)}, {text(end)}{closing}"

        answer[column + params.get("suffix", "_bin")] = pd.Series([label(i) if there else None for i, there in zip(number, known)], dtype=object)
    fixture.expect("table", answer, unordered=True)
    fixture.save()
