"""Class probabilities of scikit-learn's three naive Bayes classifiers over one table, added up: app/ml/learners/naive-bayes."""

import json
import sys

import numpy as np
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, GaussianNB

from reference import ROOT, same

generator = np.random.default_rng(5)
n = 150
y = generator.integers(0, 3, n)
numbers = np.column_stack([generator.standard_normal(n) * (1 + y) + y, 2000 + generator.standard_normal(n) * 3 - 2 * y, generator.exponential(0.01, n) * (1 + y)])
numbers = numbers.astype(np.float32).round(4).astype(np.float32).astype(float)
coin = (generator.random(n) < 0.2 + 0.3 * y).astype(int)
town = np.where(generator.random(n) < 0.5, generator.integers(0, 4, n), y)
town[y == 2] = np.where(town[y == 2] == 3, 0, town[y == 2])
weights = generator.integers(1, 4, n)
# A true/false column after standardising has two values that are not 0 and 1.
scaled = np.where(coin == 1, 1.25, -0.75)
matrix = np.column_stack([numbers, scaled, np.eye(4)[town]])


def joint(sample_weight, alpha):
    """Each part without its prior, then the prior once."""
    normal = GaussianNB().fit(numbers, y, sample_weight=sample_weight)
    bits = BernoulliNB(alpha=alpha).fit(coin[:, None], y, sample_weight=sample_weight)
    kinds = CategoricalNB(alpha=alpha).fit(town[:, None], y, sample_weight=sample_weight)
    prior = np.log(normal.class_prior_)
    total = (normal.predict_joint_log_proba(numbers) - np.log(normal.class_prior_)) + (bits.predict_joint_log_proba(coin[:, None]) - bits.class_log_prior_) + (kinds.predict_joint_log_proba(town[:, None]) - kinds.class_log_prior_) + prior
    total = np.exp(total - total.max(axis=1, keepdims=True))
    return (total / total.sum(axis=1, keepdims=True)).tolist()


out = {
    "features": ["a", "year", "tiny", "flag", "town=A", "town=B", "town=C", "town=D"],
    "matrix": matrix.tolist(),
    "target": y.tolist(),
    "weights": weights.tolist(),
    "plain": joint(np.ones(n), 1.0),
    "weighted": joint(weights.astype(float), 0.5),
    "gaussian": GaussianNB().fit(numbers, y).predict_proba(numbers).tolist(),
}
path = ROOT / "app/ml/learners/naive-bayes/reference.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), out):
        sys.exit(f"{path.relative_to(ROOT)}: the answer differs")
else:
    path.write_text(json.dumps(out) + "\n", "utf-8")
