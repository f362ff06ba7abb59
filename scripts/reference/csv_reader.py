"""CSV Reader: rows that are rejected where `displacement` must be whole, told by pandas from the texts."""

import pandas as pd

from reference import ROOT, Fixture

path = ROOT / "resources/samples/datasets/cars.csv"
texts = pd.read_csv(path, dtype=str, keep_default_na=False)
raw = path.read_text("utf-8").splitlines()
cells = texts["displacement"]
bad = texts[(cells != "") & ~cells.str.fullmatch(r"[+-]?\d+")]
rejects = pd.DataFrame(
    {
        "file": path.name,
        # The header is line 1, and no value of this file holds a line end.
        "line": bad.index + 2,
        "column": "displacement",
        "value": bad["displacement"],
        "reason": [f"“{value}” is not a whole number (integer)." for value in bad["displacement"]],
        "row": [raw[at + 1] for at in bad.index],
    }
)
fixture = Fixture("data/csv-reader", "rejects")
fixture.expect("rejects", rejects)
fixture.save()

renamed = Fixture("data/csv-reader", "renamed")
renamed.expect("table", pd.read_csv(path).head(0), schema=[{"name": {"mpg": "miles_per_gallon"}.get(name, name), "type": kind} for name, kind in zip(texts.columns, ["string", "string", "integer", "integer", "float", "integer", "integer", "float", "float"])])
del renamed.data["expect"]["table"]["rows"]
renamed.save()
