"""Answers of pandas.concat, drop_duplicates and merge for nodes/transform/concatenate."""

import pandas as pd

from reference import Fixture

NODE = "transform/concatenate"
for name in ["by-name", "widened", "source", "by-position", "distinct", "intersect", "except", "as-text"]:
    fixture = Fixture(NODE, name)
    params = fixture.params()
    ids = [edge[0].split(".")[0] for edge in fixture.data["edges"]]
    frames = [fixture.table(each) for each in ids]
    if params.get("match") == "position":
        frames = [frame.set_axis(frames[0].columns, axis=1) for frame in frames]
    frames = [frame.rename(columns=str.lower) for frame in frames]
    if params.get("conflicts") == "text":
        frames = [frame.assign(id=frame["id"].astype("string")) for frame in frames]
    if params.get("source"):
        names = params["names"] + [str(at + 1) for at in range(len(params["names"]), len(frames))]
        for frame, label in zip(frames, names):
            frame.insert(0, params["source"], label)
    join = "inner" if params.get("columns") == "common" else "outer"
    kind = params.get("kind", "all")
    if join == "inner":
        shared = [column for column in frames[0] if all(column in frame for frame in frames)]
        frames = [frame[shared] for frame in frames]
    if kind in ("intersect", "except"):
        answer = frames[0].drop_duplicates()
        for frame in frames[1:]:
            found = answer.merge(frame.drop_duplicates(), how="left", indicator=True)["_merge"] == "both"
            answer = answer[(found if kind == "intersect" else ~found).to_numpy()]
    else:
        answer = pd.concat(frames, join=join, ignore_index=True)
        if kind == "distinct":
            answer = answer.drop_duplicates()
    fixture.expect("table", answer, unordered=kind != "all")
    fixture.save()
