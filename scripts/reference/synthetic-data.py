"""Synthetic Data: the counter-based generator written again with NumPy; normals by SciPy's inverse distribution function."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from reference import Fixture

M = np.uint64(0xFFFFFFFF)
C1, C2, C3 = (np.uint64(c) for c in (0xED5AD4BB, 0xAC4C1B51, 0x31848BAB))


def u64(x):
    return np.uint64(x)


def triple32(x):
    x = u64(x)
    x ^= x >> u64(17)
    x = x * C1 & M
    x ^= x >> u64(11)
    x = x * C2 & M
    x ^= x >> u64(15)
    x = x * C3 & M
    return x ^ (x >> u64(14))


def mixed(*parts):
    h = u64(0x9E3779B9)
    for part in parts:
        h = triple32(((h + u64(0x9E3779B9)) & M) ^ u64(part))
    return h


def half(i, *key):
    a = (i ^ (i >> u64(17))) * C1 & M
    b = (a + mixed(*key, 1)) & M
    c = ((b ^ (b >> u64(11))) * C2 & M) ^ mixed(*key, 2)
    d = (c ^ (c >> u64(15))) * C3 & M
    return d ^ (d >> u64(14))


def uniform(rows, seed, column, purpose):
    i = np.arange(rows, dtype=np.uint64)
    bits = (half(i, seed, column, purpose, 0) << u64(20)) + (half(i, seed, column, purpose, 1) >> u64(12))
    return (bits.astype(np.float64) + 0.5) * 2.0**-52


fixture = Fixture("data/synthetic-data", "columns")
rows, seed = fixture.params()["rows"], fixture.params()["seed"]
u = [uniform(rows, seed, c, 1) for c in range(9)]
z = norm.ppf
n = 5 + 2 * z(u[1])
k = 1 + np.floor(u[3] * 6).astype(int)
y = 1 + 2 * n - 0.5 * k + 0.5 * z(u[7])
frame = pd.DataFrame({
    "id": 100 + np.arange(rows),
    "n": n,
    "u": np.where(uniform(rows, seed, 2, 2) < 0.25, np.nan, -1 + 4 * u[2]),
    "k": k,
    "c": np.where(u[4] < 3 / 6, "red", np.where(u[4] < 5 / 6, "green", "blue")),
    "b": u[5] < 0.3,
    "d": [(pd.Timestamp("2024-02-28") + pd.Timedelta(days=int(x))).date() for x in np.floor(u[6] * 3)],
    "y": y,
    "above": y > 9,
})
fixture.expect("table", frame, tolerance=1e-12)
fixture.save()
