"""Answers of scikit-learn's PowerTransformer (Yeo-Johnson) for app/ml/recipe/fit.test.ts."""

import json
from pathlib import Path

import numpy as np
from sklearn.preprocessing import PowerTransformer

random = np.random.default_rng(7)
columns = [random.lognormal(3, 1, 40), random.normal(-2, 3, 40), -random.exponential(2, 40), random.chisquare(2, 40) - 1]
answers = []
for column in columns:
    values = np.round(column, 3)
    transformer = PowerTransformer().fit(values.reshape(-1, 1))
    answers.append({"values": values.tolist(), "lambda": float(transformer.lambdas_[0]), "scaled": transformer.transform(values.reshape(-1, 1)).ravel().tolist()})
path = Path(__file__).parents[2] / "app/ml/recipe/power.reference.json"
path.write_text(json.dumps(answers) + "\n")
