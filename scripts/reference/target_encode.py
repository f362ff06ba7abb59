"""Answers of scikit-learn's TargetEncoder for app/ml/recipe/target-encode.test.ts.

Encodings of all rows, and for each row the encoding fitted on the rows outside its fold, with the folds of the portable row hash.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.preprocessing import TargetEncoder

from row_hash import hash_fraction

FOLDS = 4
SEED = 3
random = np.random.default_rng(20240531)
cities = ["Oslo", "Bergen", "Tromsø", "Bodø", "Vardø"]
city = random.choice(cities, 60, p=[0.4, 0.3, 0.18, 0.09, 0.03])
effect = {"Oslo": 1.0, "Bergen": -1.0, "Tromsø": 0.5, "Bodø": 3.0, "Vardø": -4.0}
number = np.round([effect[each] for each in city] + random.normal(0, 1.5, 60), 2)
targets = {
    "regression": number,
    "binary": (number > 0.3).astype(float),
    "multiclass": np.digitize(number, [-1, 0, 1.5]).astype(float),
}
kinds = {"regression": "continuous", "binary": "binary", "multiclass": "multiclass"}

cases = []
for name, y in targets.items():
    folds = np.array([int(hash_fraction(SEED, [each, row, float(value)]) * FOLDS) for row, (each, value) in enumerate(zip(city, y))])
    labels = y if name == "regression" else y.astype(int)
    # One column a class but the last; scikit-learn gives all of them.
    width = len(set(labels)) - 1 if name == "multiclass" else 1
    for smoothing in ["auto", 10.0]:
        def encode(fitted, applied):
            encoder = TargetEncoder(target_type=kinds[name], smooth=smoothing).fit(city[fitted].reshape(-1, 1), labels[fitted])
            return encoder.transform(city[applied].reshape(-1, 1))[:, :width]

        every = np.arange(len(y))
        outside = np.zeros((len(y), width))
        for fold in range(FOLDS):
            outside[folds == fold] = encode(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
        cases.append({"target": name, "smoothing": smoothing, "y": y.tolist(), "encoded": encode(every, every).tolist(), "training": outside.tolist()})

answer = {"folds": FOLDS, "seed": SEED, "city": city.tolist(), "cases": cases}
path = Path(__file__).parents[2] / "app/ml/recipe/target-encode.reference.json"
path.write_text(json.dumps(answer, ensure_ascii=False) + "\n")
