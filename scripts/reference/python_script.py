"""Answers for Python Script (`transform/python-script`), computed without pandas where pandas is what the node runs."""

import pandas as pd

from reference import Fixture

NODE = "transform/python-script"


def rows_of(fixture: Fixture, table: str) -> list[dict]:
    params = next(node for node in fixture.data["nodes"] if node["id"] == table)["params"]
    return [dict(zip((column["name"] for column in params["columns"]), row)) for row in params["rows"]]


def answer(fixture: Fixture, rows: list[list], **how) -> None:
    fixture.expect("table", pd.DataFrame(rows, dtype="object"), **how)
    fixture.save()


fixture = Fixture(NODE, "filter-and-add")
answer(fixture, [[*row.values(), row["amount"] * 2] for row in rows_of(fixture, "orders") if row["amount"] is not None and row["amount"] >= 10])

fixture = Fixture(NODE, "group")
rows = rows_of(fixture, "orders")
groups = sorted({row["city"] for row in rows if row["city"] is not None})
answer(fixture, [[city, sum(row["city"] == city for row in rows), sum(row["amount"] or 0 for row in rows if row["city"] == city)] for city in groups])

fixture = Fixture(NODE, "two-tables")
north = {row["city"]: row["north"] for row in rows_of(fixture, "cities")}
answer(fixture, [[row["order"], row["city"], north.get(row["city"])] for row in rows_of(fixture, "orders")])

fixture = Fixture(NODE, "dates")
answer(fixture, [[row["order"], row["day"], None if row["day"] is None else int(row["day"][5:7])] for row in rows_of(fixture, "orders")])

fixture = Fixture(NODE, "no-input")
answer(fixture, [[n, n * n] for n in range(1, 5)])
