"""Additive Holt-Winters without, with a linear, and with a damped trend, written from the recursions with numpy and fitted by scipy: what the tests compare with.

python scripts/reference/forecast.py > app/ml/learners/forecast/forecast.reference.json
"""
import json

import numpy as np
from scipy.optimize import minimize

rng = np.random.default_rng(5)
t = np.arange(96)
SERIES = {
    "trend and season": 50 + 0.4 * t + 8 * np.sin(2 * np.pi * t / 12) + rng.normal(0, 2, 96),
    "season": 20 + np.tile([5, -2, -6, 1, 4, 0, -2], 14)[:96] + rng.normal(0, 1, 96),
    "walk": np.cumsum(rng.normal(0.2, 1, 96)) + 30,
}
FORMS = [("trend and season", "damped", 12), ("trend and season", "linear", 12), ("season", "none", 7), ("walk", "none", 1), ("walk", "damped", 1)]


def first_state(y, trend, m):
    block = m if m > 1 else min(10, max(1, len(y) // 2))
    first, second = y[:block].mean(), y[block : 2 * block].mean()
    b = (second - first) / block if trend != "none" else 0.0
    s = np.zeros(m)
    if m > 1:
        cycles = min(3, len(y) // m)
        drift = (second - first) / m if cycles > 1 else 0.0
        i = np.arange(cycles * m)
        rest = y[: cycles * m] - (first + drift * (i - (m - 1) / 2))
        s = rest.reshape(cycles, m).mean(axis=0)
        s = s - s.mean()
    return first - b * (block + 1) / 2, b, s


def run(y, trend, m, alpha, beta, gamma, phi):
    level, b, s = first_state(y, trend, m)
    s = s.copy()
    total = 0.0
    for i, value in enumerate(y):
        expected = level + (phi * b if trend != "none" else 0) + s[i % m]
        e = value - expected
        total += e * e
        level = level + (phi * b if trend != "none" else 0) + alpha * e
        if trend != "none":
            b = phi * b + beta * e
        if m > 1:
            s[i % m] += gamma * e
    return total, level, b, s


def weights(x, trend, m):
    """Bounds as boxes: shares of the admissible region."""
    alpha = x[0]
    beta = alpha * x[1] if trend != "none" else 0.0
    phi = 0.8 + 0.18 * x[2] if trend == "damped" else 1.0
    gamma = (1 - alpha) * x[3] if m > 1 else 0.0
    return alpha, beta, gamma, phi


answers = []
for name, trend, m in FORMS:
    y = SERIES[name]
    best = min(
        (
            minimize(lambda x: run(y, trend, m, *weights(x, trend, m))[0], start, bounds=[(1e-6, 1 - 1e-6)] * 4, method="L-BFGS-B", options={"ftol": 1e-14, "gtol": 1e-10})
            for start in ([0.2, 0.1, 0.5, 0.1], [0.7, 0.3, 0.9, 0.05], [0.05, 0.5, 0.1, 0.3], [0.9, 0.05, 0.5, 0.5])
        ),
        key=lambda found: found.fun,
    )
    w = weights(best.x, trend, m)
    total, level, b, s = run(y, trend, m, *w)
    steps = np.cumsum(w[3] ** np.arange(1, 13))
    forecast = [level + (steps[i] * b if trend != "none" else 0) + s[(len(y) + i) % m] for i in range(12)]
    answers.append({"series": name, "trend": trend, "season": m, "squares": total, "forecast": forecast})

print(json.dumps({"series": {name: list(map(float, y)) for name, y in SERIES.items()}, "fits": answers}))
