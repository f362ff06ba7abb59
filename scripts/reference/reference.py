"""Independent answers for the fixtures of nodes.

Each `scripts/reference/<node>.py` computes with pandas, NumPy or scikit-learn what a node must give for the tables of its fixtures, and
writes it into the fixtures, where the tests read it as data. Run one with `python scripts/reference/<node>.py`; with `--check` nothing is
written and a difference fails. Needs Python with pandas and scikit-learn; the tests do not.
"""

import datetime
import json
import math
import pathlib
import sys

import numpy as np
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parents[2]
DTYPES = {"integer": "Int64", "float": "Float64", "string": "string", "boolean": "boolean"}


class Fixture:
    """One fixture file: its tables in, the expected answer out."""

    def __init__(self, node: str, name: str):
        self.path = ROOT / "nodes" / node / "fixtures" / f"{name}.json"
        self.data = json.loads(self.path.read_text("utf-8"))

    def params(self) -> dict:
        return next(node for node in self.data["nodes"] if node["id"] == self.data["node"]).get("params", {})

    def table(self, node_id: str) -> pd.DataFrame:
        """The rows of a `test/values` node, in nullable dtypes; dates and times as pandas timestamps."""
        params = next(node for node in self.data["nodes"] if node["id"] == node_id)["params"]
        columns = params["columns"]
        rows = params["rows"]
        series = {}
        for at, column in enumerate(columns):
            values = [row[at] if at < len(row) else None for row in rows]
            kind = column["type"]
            if kind in ("date", "timestamp"):
                series[column["name"]] = pd.to_datetime(pd.Series(values, dtype="object"), format="ISO8601")
            else:
                series[column["name"]] = pd.Series(values, dtype=DTYPES.get(kind, "object"))
        return pd.DataFrame(series)

    def expect(self, port: str, frame: pd.DataFrame, *, unordered: bool = False, tolerance: float | None = None, schema: list | None = None) -> None:
        """Sets the expected rows of a port."""
        entry = self.data.setdefault("expect", {}).setdefault(port, {})
        entry["rows"] = [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
        if unordered:
            entry["unordered"] = True
        if tolerance is not None:
            entry["tolerance"] = tolerance
        if schema is not None:
            entry["schema"] = schema

    def expect_value(self, port: str, value: dict) -> None:
        """Sets a part of a port's value (reports and the like)."""
        self.data.setdefault("expect", {}).setdefault(port, {})["value"] = value

    def save(self) -> None:
        text = json.dumps(self.data, ensure_ascii=False, indent=2) + "\n"
        if "--check" in sys.argv:
            before = json.loads(self.path.read_text("utf-8"))
            if not same(before, json.loads(text)):
                sys.exit(f"{self.path.relative_to(ROOT)}: the answer differs")
            return
        self.path.write_text(text, "utf-8")


def cell(value):
    """A value as fixtures write it: dates and times as the engine's text, missing as null."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        text = value.isoformat(" ")
        return text.rstrip("0") if "." in text else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return cell(value.item())
    return value


def same(a, b) -> bool:
    """Equal JSON, numbers to 12 digits."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b
