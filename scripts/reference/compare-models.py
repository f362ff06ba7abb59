"""Corrected resampled t-tests of nodes/evaluate/compare-models with SciPy's t distribution, and Holm's correction."""

import itertools

import numpy as np
import pandas as pd
from reference import Fixture
from scipy import stats

HIGHER = {"accuracy": True, "log_loss": False}


def holm(p: list[float]) -> list[float]:
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    out[order] = np.minimum(1, np.maximum.accumulate(np.array(p)[order] * (len(p) - np.arange(len(p)))))
    return out.tolist()


def answer(name: str) -> None:
    fixture = Fixture("evaluate/compare-models", name)
    params = fixture.params()
    metric, confidence = params.get("metric", "accuracy"), params.get("confidence", 0.95)
    frame = fixture.table("in")
    # The ratio of tested to training rows, over all splits.
    ratio = frame["test_rows"].sum() / frame["training_rows"].sum()
    wide = frame.pivot(index=["repeat", "fold"], columns="learner", values=metric).astype(float)
    learners = list(dict.fromkeys(frame["learner"]))
    reference = params.get("reference")
    pairs = [(one, reference) for one in learners if one != reference] if reference else list(itertools.combinations(learners, 2))
    rows = []
    for one, other in pairs:
        difference = (wide[one] - wide[other]).dropna()
        n, mean, deviation = len(difference), difference.mean(), difference.std(ddof=1)
        if np.ptp(difference) < 1e-12:
            deviation = 0.0
        error = deviation * np.sqrt(1 / n + ratio)
        t = 0.0 if mean == 0 else (mean / error if error > 0 else np.inf)
        p = float(2 * stats.t.sf(abs(t), n - 1))
        half = stats.t.ppf((1 + confidence) / 2, n - 1) * error
        rows.append([one, other, metric, mean, mean - half, mean + half, deviation, None if np.isinf(t) else t, p, None, n, None])
    for row, corrected in zip(rows, holm([row[8] for row in rows])):
        row[9] = corrected
        if corrected < 1 - confidence:
            row[11] = row[0] if (row[3] > 0) == HIGHER[metric] else row[1]
    fixture.expect("table", pd.DataFrame(rows, dtype=object), tolerance=1e-10)
    fixture.save()


for each in ("all-pairs", "reference", "equal", "constant-difference"):
    answer(each)
