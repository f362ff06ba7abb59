"""Answers of pandas for Script (`transform/script`): the same steps over the same tables."""

import pandas as pd

from reference import Fixture


def answer(frame: pd.DataFrame, fixture: Fixture, **how) -> None:
    fixture.expect("table", frame, **how)
    fixture.save()


fixture = Fixture("transform/script", "filter-and-add")
frame = fixture.table("orders")
big = frame[(frame["amount"] >= 10).fillna(False)]
answer(big.assign(day=big["day"].dt.date, twice=big["amount"] * 2), fixture)

fixture = Fixture("transform/script", "group")
answer(fixture.table("orders").groupby("city", as_index=False)["order"].sum(), fixture, unordered=True)

fixture = Fixture("transform/script", "two-tables")
joined = fixture.table("orders")[["order", "city"]].dropna().merge(fixture.table("cities"), on="city", how="inner")[["city", "order", "north"]]  # Danfo puts the keys first
answer(joined, fixture, unordered=True)

fixture = Fixture("transform/script", "plain-javascript")
frame = fixture.table("orders")
totals = frame.assign(city=frame["city"].fillna("none")).groupby("city", as_index=False, sort=False)["amount"].sum()
answer(totals, fixture)

fixture = Fixture("transform/script", "no-input")
answer(pd.DataFrame({"n": range(1, 5)}).assign(square=lambda one: one["n"] ** 2), fixture)
