"""Answers of pandas.merge and value_counts for the match report of nodes/transform/join."""

import pandas as pd

from reference import Fixture


def text(value):
    if value is pd.NA:
        return None
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def keys_of(frame, columns, types):
    return pd.DataFrame({f"k{i}": frame[column].astype(kind) for i, (column, kind) in enumerate(zip(columns, types))})


for name in ["report-full", "report-anti", "report-no-match", "report-two-keys"]:
    fixture = Fixture("transform/join", name)
    kind, pairs = fixture.params()["kind"], fixture.params()["keys"]
    left, right = fixture.table("left"), fixture.table("right")
    types = ["Float64" if "Float64" in (left[p["left"]].dtype, right[p["right"]].dtype) else left[p["left"]].dtype for p in pairs]
    sides = [keys_of(left, [p["left"] for p in pairs], types), keys_of(right, [p["right"] for p in pairs], types)]
    on = list(sides[0].columns)
    whole = [side.dropna() for side in sides]  # pandas would match missing with missing; here they never meet
    inner = whole[0].merge(whole[1], on=on)
    matched = [len(a.merge(b.drop_duplicates(), on=on)) for a, b in [whole, whole[::-1]]]
    only = [len(side) - n for side, n in zip(sides, matched)]
    result = {"inner": len(inner), "left": len(inner) + only[0], "full": len(inner) + sum(only), "anti": only[0]}[kind]
    larger = max(map(len, sides))
    counts = [side.value_counts() for side in whole]
    shared = len(set(counts[0].index) & set(counts[1].index))
    table = [
        [label, len(side), len(count), shared, int((count > 1).sum()), int(count.max()), len(side) - len(full)]
        for label, side, full, count in zip(["left", "right"], sides, whole, counts)
    ]
    metrics = [matched[0] / len(left), matched[1] / len(right), *only, result, result / larger]
    blocks = [{"metrics": [{"value": value} for value in metrics]}, {"type": "chart"}, {"rows": table}]
    both = pd.concat([side.value_counts(dropna=False).rename(n) for side, n in zip(sides, "lr")], axis=1).fillna(0).astype(int).reset_index()
    missing = both[on].isna().any(axis=1)
    meets = (both["l"] > 0) & (both["r"] > 0) & ~missing
    both["rows"] = both["l"] * both["r"]
    for chosen, columns in [
        (both[meets & ((both["l"] > 1) | (both["r"] > 1))], ["l", "r", "rows"]),
        (both[~meets & (both["l"] > 0)], ["l"]),
        (both[~meets & (both["r"] > 0)], ["r"]),
    ]:
        if len(chosen):
            chosen = chosen.sort_values([columns[-1], *on], ascending=[False] + [True] * len(on))
            blocks.append({"rows": [[*(text(row[key]) for key in on), *(int(row[c]) for c in columns)] for _, row in chosen.iterrows()]})
    warned = (len(inner) == 0) + (kind != "anti" and result > 2 * larger)
    blocks += [{"type": "text"}] * warned
    fixture.expect_value("report", {"report": {"blocks": blocks}})
    fixture.save()

for kind in ["inner", "left", "right", "full", "semi", "anti"]:
    fixture = Fixture("transform/join", f"two-keys-{kind}")
    left, right = fixture.table("left"), fixture.table("right")
    left["k"] = left["k"].astype("Float64")
    whole = left.dropna(subset=["k", "c"]), right.dropna(subset=["k", "c"])  # pandas would match missing with missing
    found = left.merge(whole[1][["k", "c"]].drop_duplicates(), how="left", indicator=True)["_merge"] == "both"
    found &= left[["k", "c"]].notna().all(axis=1)
    if kind in ("semi", "anti"):
        answer = left[found if kind == "semi" else ~found]
    else:
        answer = whole[0].merge(whole[1], on=["k", "c"], how={"full": "outer"}.get(kind, kind))
        if kind in ("left", "full"):
            answer = pd.concat([answer, left.drop(whole[0].index)])
        if kind in ("right", "full"):
            answer = pd.concat([answer, right.drop(whole[1].index)])
    fixture.expect("table", answer, unordered=True)
    fixture.save()
