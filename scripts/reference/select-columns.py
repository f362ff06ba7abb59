"""Answers of pandas' select_dtypes, filter(regex=…) and rename for nodes/transform/select-columns."""

import re

import pandas as pd

from reference import Fixture

KINDS = {"number": "number", "string": "string"}


def snake(name):
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return "_".join(words).lower()


for name in ["by-type-keep", "by-type-drop", "by-pattern", "clean-names", "kind-retype"]:
    fixture = Fixture("transform/select-columns", name)
    params = fixture.params()
    frame = fixture.table("data")
    if params.get("by") == "kind":
        kind = KINDS[params["kind"]]
        if params.get("mode") == "keep":
            frame = frame.select_dtypes(kind).drop(columns=params.get("except", []))
        else:
            frame = frame.select_dtypes(exclude=kind)
    if params.get("by") == "pattern":
        frame = frame.filter(regex=f"(?i){params['pattern']}")
    frame = frame.assign(**{column: frame[column].dt.strftime("%Y-%m-%d") for column in frame.select_dtypes("datetime")})
    if name == "kind-retype":
        frame["Order ID"] = frame["Order ID"].astype("string")
    if name == "clean-names":
        frame = frame.rename(columns={"customerName": "Who"}).rename(columns=lambda column: column if column == "Who" else snake(column))
        for column in frame.filter(regex="^price_"):
            frame[column] = pd.to_numeric(frame[column], errors="coerce").astype("Float64")
        frame = frame.rename(columns=lambda column: re.sub(r"^price_(.*)$", r"\1_price", column))
    fixture.expect("table", frame)
    fixture.save()
