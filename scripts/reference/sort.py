"""Answers of pandas.sort_values for nodes/transform/sort."""

from reference import Fixture

fixture = Fixture("transform/sort", "three-keys")
frame = fixture.table("data")
for key in reversed(fixture.params()["keys"]):
    frame = frame.sort_values(key["column"], ascending=key.get("direction") != "descending", na_position=key.get("nulls", "last"), kind="stable")
frame["day"] = frame["day"].dt.date
fixture.expect("table", frame)
fixture.save()
