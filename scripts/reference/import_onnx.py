"""Models and answers of scikit-learn for nodes/train/import-onnx: their numbers are written as ONNX by the test, as skl2onnx lays them out.

Writes nodes/train/import-onnx/reference.json.
"""

import json
import sys

import pandas as pd
from reference import ROOT, same
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeRegressor

frame = pd.read_csv(ROOT / "resources/samples/datasets/penguins.csv").dropna().reset_index(drop=True)
features = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
rows = frame.iloc[::13]
classes = LogisticRegression(max_iter=100_000).fit(frame[features].to_numpy(), frame["species"])
two = LogisticRegression(max_iter=100_000).fit(frame[features].to_numpy(), frame["sex"])
number = LinearRegression().fit(frame[features[:3]].to_numpy(), frame["body_mass_g"])
tree = DecisionTreeRegressor(max_leaf_nodes=6, random_state=0).fit(frame[features[:2]].to_numpy(), frame["body_mass_g"]).tree_
answers = {
    "columns": features,
    "rows": rows[features].astype(float).to_numpy().tolist(),
    "classes": {
        "labels": classes.classes_.tolist(),
        "coefficients": classes.coef_.tolist(),
        "intercepts": classes.intercept_.tolist(),
        "probabilities": classes.predict_proba(rows[features].to_numpy()).tolist(),
        "predicted": classes.predict(rows[features].to_numpy()).tolist(),
    },
    "two": {
        "labels": two.classes_.tolist(),
        "coefficients": two.coef_[0].tolist(),
        "intercept": float(two.intercept_[0]),
        "second": two.predict_proba(rows[features].to_numpy())[:, 1].tolist(),
    },
    "number": {"coefficients": number.coef_.tolist(), "intercept": float(number.intercept_), "predicted": number.predict(rows[features[:3]].to_numpy()).tolist()},
    "tree": {
        "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(),
        "feature": tree.feature.tolist(),
        "threshold": tree.threshold.tolist(),
        "value": tree.value[:, 0, 0].tolist(),
        "predicted": tree.predict(rows[features[:2]].to_numpy().astype("float32"))[:, 0].tolist(),
    },
}
path = ROOT / "nodes/train/import-onnx/reference.json"
if "--check" in sys.argv:
    if not same(json.loads(path.read_text("utf-8")), answers):
        sys.exit(f"{path.relative_to(ROOT)}: the answer differs")
else:
    path.write_text(json.dumps(answers).replace("], [", "],\n[") + "\n", "utf-8")
