"""Associations of pairs of columns by SciPy, each over the rows where both are there."""

import itertools

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats.contingency import association

from reference import Fixture

METHODS = {
    "pearson": ("Pearson", stats.pearsonr),
    "spearman": ("Spearman", stats.spearmanr),
    "kendall": ("Kendall", lambda x, y: stats.kendalltau(x, y, method="asymptotic")),
}


def pair(frame: pd.DataFrame, a: str, b: str, method: str):
    both = frame[[a, b]].dropna()
    numeric = [pd.api.types.is_numeric_dtype(both[name]) and both[name].dtype != "boolean" for name in (a, b)]
    if all(numeric):
        title, test = METHODS[method]
        answer = test(both[a].astype(float), both[b].astype(float))
        return [a, b, title, float(answer.statistic), len(both), float(answer.pvalue)]
    if not any(numeric):
        table = pd.crosstab(both[a], both[b])
        return [a, b, "Cramér’s V", association(table), len(both), stats.chi2_contingency(table, correction=False).pvalue]
    key, value = (b, a) if numeric[0] else (a, b)
    groups = [group.astype(float).to_numpy() for _, group in both.groupby(key)[value]]
    everything = np.concatenate(groups)
    between = sum(len(group) * (group.mean() - everything.mean()) ** 2 for group in groups)
    eta = np.sqrt(between / ((everything - everything.mean()) ** 2).sum())
    return [a, b, "Correlation ratio", eta, len(both), stats.f_oneway(*groups).pvalue]


def corrected(p: np.ndarray, how: str) -> np.ndarray:
    if how == "fdr":
        return stats.false_discovery_control(p)
    if how == "bonferroni":
        return np.minimum(1, p * len(p))
    order = np.argsort(p)
    out = np.empty(len(p))
    out[order] = np.minimum(1, np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))))
    return out


def answer(name: str) -> None:
    fixture = Fixture("explore/correlations", name)
    params = fixture.params()
    frame = fixture.table("t")
    columns = [c for c in frame if params.get("categories", True) or pd.api.types.is_numeric_dtype(frame[c])]
    rows = pd.DataFrame([pair(frame, a, b, params.get("method", "pearson")) for a, b in itertools.combinations(columns, 2)])
    rows.insert(4, "strength", rows[3].abs())
    rows["corrected"] = corrected(rows[5].to_numpy(), params.get("correction", "holm"))
    rows = rows.sort_values("strength", ascending=False, kind="stable")
    fixture.expect("pairs", rows)
    fixture.expect_value("report", {"kind": "report", "report": {"title": "Correlations"}})
    fixture.save()


if __name__ == "__main__":
    for one in ("pearson", "spearman", "kendall"):
        answer(one)
