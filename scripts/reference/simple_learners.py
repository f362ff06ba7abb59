"""Predictions of scikit-learn for the fixtures of Naive Bayes, K-Nearest Neighbours and SVM, with the default recipe before them."""

import numpy as np
import pandas as pd
from sklearn.compose import TransformedTargetRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from reference import Fixture


def answer(node: str, name: str, learner_of, tolerance: float) -> None:
    fixture = Fixture(node, name)
    fit = next(each for each in fixture.data["nodes"] if each["id"] == "fit")["params"]
    table, new = fixture.table("in"), fixture.table("new")
    features = fit["features"]
    learner = make_pipeline(StandardScaler(), learner_of(fit)).fit(table[features].to_numpy(dtype=float), table[fit["target"]].to_numpy())
    rows = new[features].to_numpy(dtype=float)
    out = new.astype(object)
    out[f"{fit['target']}_predicted"] = learner.predict(rows)
    if hasattr(learner, "predict_proba"):
        for column, name_of in zip(learner.predict_proba(rows).T, learner.classes_):
            out[f"{fit['target']}_p_{name_of}"] = np.asarray(column)
    fixture.expect("table", pd.DataFrame(out), tolerance=tolerance)
    fixture.save()


answer("train/naive-bayes", "predictions", lambda params: GaussianNB(), 1e-6)
answer("train/k-nearest-neighbours", "classes", lambda params: KNeighborsClassifier(params["neighbours"]), 1e-6)
answer("train/k-nearest-neighbours", "numbers", lambda params: KNeighborsRegressor(params["neighbours"], weights=params["weights"]), 1e-6)
# The app's epsilon is in standard deviations of the target.
for one in ("numbers", "linear-numbers"):
    answer("train/svm", one, lambda params: TransformedTargetRegressor(SVR(kernel=params["kernel"], C=params["c"], epsilon=0.1, gamma="scale", tol=1e-9), transformer=StandardScaler()), 1e-3)
