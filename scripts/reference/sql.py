"""Answers of Python's sqlite3 for nodes/transform/sql (another database, the same statements)."""

import sqlite3

import pandas as pd

from reference import Fixture

for name in ["join", "named", "fresh"]:
    fixture = Fixture("transform/sql", name)
    params = fixture.params()
    base = sqlite3.connect(":memory:")
    ids = [edge[0].split(".")[0] for edge in fixture.data["edges"]]
    names = params.get("names") or [f"t{i + 1}" for i in range(len(ids))]
    for each, label in zip(ids, names):
        fixture.table(each).astype(object).to_sql(label, base, index=False)
    text = params.get("text", "select * from t1").replace("semi join Customers c on c.id = o.id", "where id in (select id from Customers)")
    fixture.expect("table", pd.read_sql_query(text, base), unordered=True)
    fixture.save()
