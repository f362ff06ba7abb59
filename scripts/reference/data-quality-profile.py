"""Counts of the findings of a dirty table by pandas, SciPy and Python's own parsers."""

import re

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import mutual_info_score

from reference import Fixture

PLACEHOLDERS = "na n/a #n/a nan null none nil undefined missing unknown - -- . ? tbd xxx".split()


def is_number(text: str) -> bool:
    try:
        float(text)
        return not re.match(r"[-+]?(0\d|inf|nan)", text, re.I)
    except ValueError:
        return False


def text_checks(name: str, column: pd.Series):
    values = column.dropna()
    trimmed = values.str.strip()
    empty = int((trimmed == "").sum())
    if empty:
        yield name, "empty text", empty, empty / len(column)
    placeholders = int(trimmed.str.lower().isin(PLACEHOLDERS).sum())
    if placeholders:
        yield name, "placeholder text", placeholders, placeholders / len(values)
    around = int(((values != trimmed) & (trimmed != "")).sum())
    if around:
        yield name, "spaces around", around, around / len(values)
    spellings = values[trimmed != ""].groupby(trimmed.str.lower()).agg(lambda group: (group.value_counts().sort_values(ascending=False).iloc[1:]).sum())
    if spellings.sum():
        yield name, "mixed spelling", int(spellings.sum()), spellings.sum() / len(values)
    filled = len(values) - empty - placeholders
    plain = int(trimmed.map(is_number).sum())
    comma = int(trimmed.map(lambda text: bool(re.fullmatch(r"\d+,\d+", text))).sum())
    if plain and comma:
        yield name, "mixed number formats", min(plain, comma), min(plain, comma) / len(values)
    elif plain / filled >= 0.8:
        yield name, "numbers as text", plain, plain / filled
    iso = int(trimmed.map(lambda text: bool(re.match(r"\d{4}-\d\d?-\d\d?$", text))).sum())
    other = int(trimmed.map(lambda text: bool(re.match(r"\d\d?\.\d\d?\.\d{4}$", text))).sum())
    if iso and other:
        yield name, "mixed date formats", min(iso, other), min(iso, other) / len(values)


def number_checks(name: str, column: pd.Series):
    values = column.dropna().astype(float)
    q1, q3 = values.quantile([0.25, 0.75])
    if q3 > q1:
        out = int(((values < q1 - 1.5 * (q3 - q1)) | (values > q3 + 1.5 * (q3 - q1))).sum())
        if out:
            yield name, "outliers", out, out / len(values)
        far = int((values == -999).sum())
        if far and -999 < q1 - 3 * (q3 - q1):
            yield name, "suspicious default", far, far / len(values)


def checks(frame: pd.DataFrame, target: str):
    rows = len(frame)
    repeated = int(frame.duplicated().sum())
    if repeated:
        yield "", "repeated rows", repeated, repeated / rows
    names = frame.columns.tolist()
    for at, name in enumerate(names):
        values = frame[name].dropna()
        missing = rows - len(values)
        if missing == rows:
            yield name, "all missing", rows, 1.0
            continue
        if missing:
            yield name, "missing", missing, missing / rows
        numeric = pd.api.types.is_numeric_dtype(frame[name])
        twin = next((other for other in names[:at] if numeric and pd.api.types.is_numeric_dtype(frame[other]) and frame[name].astype("Float64").equals(frame[other].astype("Float64"))), None)
        if twin:
            yield name, "copied column", rows, 1.0
        top = values.value_counts().iloc[0]
        if values.nunique() == 1:
            yield name, "constant", int(top), top / rows
        elif top / len(values) >= 0.98:
            yield name, "nearly constant", int(top), top / len(values)
        distinct = values.nunique()
        key = str(frame[name].dtype) != "Float64" and missing == 0
        if key and 0.98 <= distinct / rows < 1:
            yield name, "repeated keys", rows - distinct, (rows - distinct) / rows
        if key and distinct >= 0.98 * rows and name != target:
            yield name, "identifier as feature", rows, distinct / rows
        if frame[name].dtype == "string":
            yield from text_checks(name, frame[name])
        elif numeric:
            yield from number_checks(name, frame[name])
        else:
            for day in ("1900-01-01",):
                count = int((values == pd.Timestamp(day)).sum())
                if count:
                    yield name, "suspicious default", count, count / len(values)
        if name != target and not (key and distinct >= 0.98 * rows):
            keys = values if not numeric else pd.Series(np.searchsorted(np.unique(np.quantile(values.astype(float), np.arange(1, 20) / 20)), values.astype(float)), index=values.index)
            goal = frame[target][values.index]
            fair = mutual_info_score(keys.astype(str), goal) - (keys.nunique() - 1) * (goal.nunique() - 1) / (2 * len(keys))
            share = fair / stats.entropy(goal.value_counts())
            if share >= 0.9:
                yield name, "gives the target away", len(keys), share


fixture = Fixture("explore/data-quality-profile", "everything")
found = pd.DataFrame(list(checks(fixture.table("t"), "label")))
fixture.expect("table", found, unordered=True)
fixture.save()
