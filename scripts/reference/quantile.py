"""Answers of scikit-learn's QuantileTransformer for app/ml/recipe/fit.test.ts."""

import json
from pathlib import Path

import numpy as np
from sklearn.preprocessing import QuantileTransformer

values = np.round(np.random.default_rng(11).lognormal(2, 1, 500), 6)


def scaled(column: np.ndarray) -> list[float]:
    return QuantileTransformer(n_quantiles=len(column), subsample=None).fit_transform(column.reshape(-1, 1)).ravel().tolist()


answer = {"values": values.tolist(), "few": scaled(values[:60]), "many": scaled(values)}
path = Path(__file__).parents[2] / "app/ml/recipe/quantile.reference.json"
path.write_text(json.dumps(answer) + "\n")
