"""Answers of pandas.merge_asof for nodes/transform/asof-join."""

import pandas as pd

from reference import Fixture

for name in ["backward", "strict", "forward", "nearest", "tolerance", "inner", "nearest-inner", "numbers", "dates"]:
    fixture = Fixture("transform/asof-join", name)
    params = fixture.params()
    left, right = fixture.table("left"), fixture.table("right")
    keys = params.get("keys", [])
    times = [params["leftTime"], params["rightTime"]]
    numeric = left[times[0]].dtype.kind != "M"
    if numeric:
        left["_t"], right["_t"] = left[times[0]].astype(float), right[times[1]].astype(float)
    else:
        left["_t"], right["_t"] = left[times[0]], right[times[1]]
    left["_row"] = range(len(left))
    for i, pair in enumerate(keys):
        left[f"_k{i}"], right[f"_k{i}"] = left[pair["left"]].astype(object), right[pair["right"]].astype(object)
    on = [f"_k{i}" for i in range(len(keys))]
    whole = [side.dropna(subset=["_t", *on]).sort_values("_t") for side in (left, right)]
    shared = [pair["right"] for pair in keys if pair["left"] == pair["right"]]
    tolerance = None
    if params.get("limited"):
        tolerance = pd.Timedelta(params["tolerance"] * (7 if params["unit"] == "weeks" else 1), "D" if params["unit"] == "weeks" else "s")
    taken = right.drop(columns=shared)
    names = {c: f"{c}_right" if c in left.columns and not c.startswith("_") else c for c in taken.columns}
    joined = pd.merge_asof(
        whole[0], whole[1].drop(columns=shared).rename(columns=names), on="_t", by=on or None,
        direction=params.get("direction", "backward"), allow_exact_matches=not params.get("strict", False), tolerance=tolerance,
    )
    found = [names[c] for c in taken.columns if not c.startswith("_")]
    answer = left.merge(joined[["_row", *found]], on="_row", how="left")
    answer = answer[[c for c in left.columns if not c.startswith("_")] + found]
    if params.get("kind") == "inner":
        answer = answer.dropna(subset=[names[times[1]]])
    if name == "dates":
        answer["day"], answer["since"] = answer["day"].dt.date, answer["since"].dt.date
    fixture.expect("table", answer, unordered=True)
    fixture.save()
