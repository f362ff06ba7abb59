"""Answers of numpy.select for nodes/transform/rules; the conditions are those of the fixtures, written in pandas."""

import numpy as np
import pandas as pd
from reference import Fixture

CONDITIONS = {
    "age < 18": lambda f: f["age"] < 18,
    "age >= 65": lambda f: f["age"] >= 65,
    "city is null": lambda f: f["city"].isna(),
    "city = 'Oslo'": lambda f: f["city"] == "Oslo",
    "true": lambda f: pd.Series(True, index=f.index),
}
EXPRESSIONS = {"income * 0.5": lambda f: f["income"] * 0.5, "age": lambda f: f["age"], "upper(city)": lambda f: f["city"].str.upper()}


def column(frame, text, expression, kind):
    if expression:
        return EXPRESSIONS[expression](frame).astype(object)
    value = None if text == "" else {"integer": int, "float": float, "boolean": lambda t: t == "true"}.get(kind, str)(text)
    return pd.Series([value] * len(frame), index=frame.index, dtype=object)


KINDS = {"labels": "string", "numbers": "integer", "mixed": "float", "correct": "string", "flags": "boolean", "as-text": "string"}
for name, kind in KINDS.items():
    fixture = Fixture("transform/rules", name)
    params = fixture.params()
    frame = fixture.table("data")
    conditions = [CONDITIONS[rule["when"]](frame).fillna(False).astype(bool).to_numpy() for rule in params["rules"]]
    choices = [column(frame, rule.get("then", ""), rule.get("expression"), kind).to_numpy() for rule in params["rules"]]
    kept = frame[params["name"]].astype(object) if params.get("otherwise") == "keep" else column(frame, params.get("otherwiseValue", ""), params.get("otherwiseExpression"), kind)
    answer = frame.copy()
    answer[params["name"]] = np.select(conditions, choices, default=kept.to_numpy())
    types = {c["name"]: c["type"] for c in next(n for n in fixture.data["nodes"] if n["id"] == "data")["params"]["columns"]}
    types[params["name"]] = kind
    fixture.expect("table", answer, schema=[{"name": c, "type": types[c]} for c in answer.columns])
    fixture.save()
