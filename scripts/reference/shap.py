"""Shapley values by their definition: every subset of columns, known or taken from each row of a background. Writes app/ml/understanding/shap.reference.json."""

import itertools
import json
import math
from pathlib import Path

import numpy as np


def formula(x: np.ndarray) -> np.ndarray:
    """Columns 0 to 3 act on their own and together; column 4 does nothing."""
    a, b, c, d = x[:, 0], x[:, 1], x[:, 2], x[:, 3]
    return a * b + 2 * c + np.where(d > 0.5, a, 0) - b * b / 4


def shapley(row: np.ndarray, background: np.ndarray) -> np.ndarray:
    width = len(row)

    def worth(known: tuple) -> float:
        mixed = background.copy()
        mixed[:, list(known)] = row[list(known)]
        return float(formula(mixed).mean())

    worths = {known: worth(known) for size in range(width + 1) for known in itertools.combinations(range(width), size)}
    values = np.zeros(width)
    for j in range(width):
        others = [k for k in range(width) if k != j]
        for size in range(width):
            weight = math.factorial(size) * math.factorial(width - size - 1) / math.factorial(width)
            for known in itertools.combinations(others, size):
                values[j] += weight * (worths[tuple(sorted((*known, j)))] - worths[known])
    return values


random = np.random.default_rng(7)
background = random.normal(size=(25, 5)).round(3)
rows = random.normal(size=(30, 5)).round(3)
answer = {
    "background": background.tolist(),
    "rows": rows.tolist(),
    "base": float(formula(background).mean()),
    "outputs": formula(rows).tolist(),
    "values": [shapley(row, background).tolist() for row in rows],
}
path = Path(__file__).parents[2] / "app/ml/understanding/shap.reference.json"
path.write_text(json.dumps(answer, separators=(",", ":")) + "\n")
