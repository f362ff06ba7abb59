"""Folds of the evaluate nodes, made a second time from docs/decisions/portable-row-hash.md, and scikit-learn's scores on them."""

import math

import numpy as np
import pandas as pd
from row_hash import hashes
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, log_loss, mean_absolute_error, r2_score, roc_auc_score, root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def uniform(seed: int):
    """mulberry32."""
    state = seed & 0xFFFFFFFF

    def following() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((state ^ (state >> 15)) * (1 | state)) & 0xFFFFFFFF
        t = ((t + (((t ^ (t >> 7)) * (61 | t)) & 0xFFFFFFFF)) & 0xFFFFFFFF) ^ t
        return (t ^ (t >> 14)) / 2**32

    return following


def shuffled(rows: int, strata, seed: int, repeat: int) -> list[int]:
    order = list(range(rows))
    draw = uniform(seed + repeat * 0x9E3779B1)
    for i in range(rows - 1, 0, -1):
        j = int(draw() * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order if strata is None else sorted(order, key=lambda row: strata[row])


def splits(frame: pd.DataFrame, target: str, params: dict, classes):
    """(repeat, fold, places trained on, places tested) of a fixture."""
    n, method, seed = len(frame), params["method"], params.get("seed", 42)
    places = np.arange(n)
    strata = None if classes is None or not params.get("stratified", True) else [classes.index(value) for value in frame[target]]
    if method in ("k-fold", "repeated-k-fold"):
        for repeat in range(params["repeats"] if method == "repeated-k-fold" else 1):
            fold = np.empty(n, dtype=int)
            fold[shuffled(n, strata, seed, repeat)] = places % params["folds"]
            for k in range(params["folds"]):
                yield repeat + 1, k + 1, places[fold != k], places[fold == k]
    elif method == "random":
        for repeat in range(params["repeats"]):
            order = np.array(shuffled(n, strata, seed, repeat))
            up_to = np.floor(np.arange(n + 1) * (1 - params["share"]) + 0.5)
            test = np.sort(order[np.diff(up_to) > 0])
            yield repeat + 1, 1, np.setdiff1d(places, test), test
    elif method == "leave-one-group-out":
        groups = frame[params["group"]].to_numpy()
        for k, group in enumerate(sorted(set(groups))):
            yield 1, k + 1, places[groups != group], places[groups == group]
    elif method == "time":
        by_time = np.argsort(frame[params["time"]].astype(float).to_numpy(), kind="stable")
        blocks = params["folds"] + params["window"]
        # Every time is different here, so a block can begin at any row: the one nearest to equal sizes, the later of two.
        cuts = [0, *(math.floor(b * n / blocks + 0.5) for b in range(1, blocks)), n]
        for k in range(params["folds"]):
            first, middle, last = cuts[k], cuts[k + params["window"]], cuts[k + params["window"] + 1]
            yield 1, k + 1, np.sort(by_time[first:middle]), np.sort(by_time[middle:last])


def recipe(frame: pd.DataFrame, features: list[str]) -> ColumnTransformer:
    """The default recipe: median and standard deviation of the rows fitted on; the most frequent text, one-hot."""
    text = [name for name in features if frame[name].dtype == object]
    numbers = [name for name in features if name not in text]
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("text", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), text),
        ]
    )


def classification(truth, predicted, probabilities, classes) -> list[float]:
    present = sorted(set(truth))
    if len(classes) == 2:
        area = roc_auc_score(truth, probabilities[:, 1])
    else:
        area = np.mean([roc_auc_score(truth == cls, probabilities[:, classes.index(cls)]) for cls in present])
    # Only the classes that the fold has or predicts count, as scikit-learn does without labels.
    return [
        accuracy_score(truth, predicted),
        balanced_accuracy_score(truth, predicted),
        log_loss(truth, probabilities, labels=classes),
        area,
        f1_score(truth, predicted, average="macro", zero_division=0),
    ]


def numbered(fixture, target: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with a target in the order of their hashes: as they are, and with plain floats and text for scikit-learn."""
    frame = fixture.table("in")
    frame = frame[frame[target].notna()].reset_index(drop=True)
    order = hashes(frame, fixture.params().get("key") or frame.columns, 0).argsort(kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    plain = frame.copy()
    for column in plain:
        plain[column] = plain[column].astype(object).where(plain[column].notna(), np.nan) if frame[column].dtype == "string" else plain[column].astype(float)
    return frame, plain


def fitted(learner: dict, plain: pd.DataFrame, train):
    """The pipeline of a train node's learner, fitted on the rows at `train`."""
    params = learner["params"]
    is_class = learner["type"] == "train/logistic-regression"
    model = LogisticRegression(C=1 / params.get("strength", 1), max_iter=100_000, tol=1e-9) if is_class else LinearRegression()
    return make_pipeline(recipe(plain, params["features"]), model).fit(plain.iloc[train][params["features"]], plain.iloc[train][params["target"]])


def scored(pipeline, learner: dict, plain: pd.DataFrame, rows, classes) -> list[float]:
    """Metrics of the rows at `rows`, in the order of the table of scores."""
    features, truth = plain.iloc[rows][learner["params"]["features"]], plain.iloc[rows][learner["params"]["target"]].to_numpy()
    predicted = pipeline.predict(features)
    if classes is not None:
        return list(map(float, classification(truth, predicted, pipeline.predict_proba(features), classes)))
    return list(map(float, [root_mean_squared_error(truth, predicted), mean_absolute_error(truth, predicted), r2_score(truth, predicted)]))
