"""Scores of single features by SciPy and scikit-learn; the best split by trying all of them."""

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats.contingency import association
from sklearn.feature_selection import f_regression
from sklearn.metrics import mutual_info_score

from correlations import corrected
from reference import Fixture


def numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and column.dtype != "boolean"


def binned(column: pd.Series, bins: int):
    """Bins between quantiles over all values that are there; a value on an edge is below it."""
    if not numeric(column):
        return column, None
    values = column.astype(float)
    edges = np.unique(np.quantile(values.dropna(), np.arange(1, bins) / bins))
    return pd.Series(np.where(values.isna(), np.nan, np.searchsorted(edges, values, side="left")), index=column.index), edges


def impurity(target: pd.Series, classes: bool) -> float:
    if len(target) == 0:
        return 0.0
    if classes:
        return len(target) * (1 - (target.value_counts(normalize=True) ** 2).sum())
    return len(target) * target.astype(float).var(ddof=0)


def best_split(bins: pd.Series, target: pd.Series, edges, classes: bool, name: str):
    whole = impurity(target, classes)
    keys = sorted(bins.unique())
    tries = [(key, bins <= key) for key in keys[:-1]] if edges is not None else [(key, bins == key) for key in keys]
    gains = [1 - (impurity(target[left], classes) + impurity(target[~left], classes)) / whole for _, left in tries]
    at = int(np.argmax(np.round(gains, 12)))
    key = tries[at][0]
    return gains[at], None if edges is not None else f"{name} = {key}"


def score(frame: pd.DataFrame, name: str, target: str, classes: bool, bins: int) -> list:
    feature_bins, edges = binned(frame[name], bins)
    target_bins = frame[target] if classes else binned(frame[target], bins)[0]
    both = frame[name].notna() & frame[target].notna()
    x, y = frame[name][both], frame[target][both]
    information = mutual_info_score(feature_bins[both].astype(str), target_bins[both].astype(str))
    entropy = stats.entropy(target_bins[both].astype(str).value_counts())
    rank = ["", np.nan, np.nan]
    if numeric(frame[name]) and not classes:
        f, p = f_regression(x.astype(float).to_numpy().reshape(-1, 1), y.astype(float))
        test = ["Pearson", stats.pearsonr(x.astype(float), y.astype(float)).statistic, "F of the line", f[0], p[0]]
        spearman = stats.spearmanr(x.astype(float), y.astype(float))
        rank = ["Spearman", spearman.statistic, spearman.pvalue]
    elif numeric(frame[name]) or not classes:
        value, key = (x, y) if classes else (y, x)
        groups = [group.astype(float).to_numpy() for _, group in value.groupby(key)]
        anova, kruskal = stats.f_oneway(*groups), stats.kruskal(*groups)
        everything = np.concatenate(groups)
        eta = np.sqrt(sum(len(g) * (g.mean() - everything.mean()) ** 2 for g in groups) / ((everything - everything.mean()) ** 2).sum())
        test = ["Correlation ratio", eta, "ANOVA F", anova.statistic, anova.pvalue]
        rank = ["Kruskal–Wallis", kruskal.statistic, kruskal.pvalue]
    else:
        table = pd.crosstab(x, y)
        chi = stats.chi2_contingency(table, correction=False)
        test = ["Cramér’s V", association(table), "Chi-square", chi.statistic, chi.pvalue]
    gain, text = best_split(feature_bins[both], y, edges, classes, name)
    if text is None:
        inside = feature_bins[both]
        cut = max(best for best in sorted(inside.unique())[:-1] if abs(split_gain(inside, y, best, classes) - gain) < 1e-12 and first_best(inside, y, best, classes))
        text = f"{name} ≤ {four_digits(edges[int(cut)])}"
    return [name, kind(frame[name]), len(x), information, information / entropy, *test, *rank, gain, text]


def split_gain(bins, target, key, classes):
    return 1 - (impurity(target[bins <= key], classes) + impurity(target[bins > key], classes)) / impurity(target, classes)


def first_best(bins, target, key, classes):
    gains = {k: split_gain(bins, target, k, classes) for k in sorted(bins.unique())[:-1]}
    return key == next(k for k, gain in gains.items() if gain > max(gains.values()) - 1e-12)


def four_digits(value: float) -> str:
    """As the interface writes numbers: four significant digits, thousands apart."""
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", "\u202f")
    return f"{value:.{max(0, 3 - int(np.floor(np.log10(abs(value)))))}f}"


def kind(column: pd.Series) -> str:
    return {"Float64": "float", "Int64": "integer", "boolean": "boolean"}.get(str(column.dtype), "string")


def answer(name: str, order) -> None:
    fixture = Fixture("explore/feature-ranking", name)
    params = fixture.params()
    frame = fixture.table("t")
    target = params["target"]
    features = params.get("columns") or [column for column in frame if column != target]
    rows = pd.DataFrame([score(frame, one, target, not numeric(frame[target]), params["bins"]) for one in features])
    rows.insert(10, "corrected", corrected(rows[9].to_numpy(dtype=float), params.get("correction", "fdr")))
    rows = rows.sort_values(by=rows.columns[order], ascending=False, key=lambda column: column.abs(), kind="stable")
    rows.insert(0, "rank", range(1, len(rows) + 1))
    fixture.expect("ranking", rows)
    fixture.save()


if __name__ == "__main__":
    answer("classes", 3)
    answer("number", 6)
    answer("by-split", 14)
