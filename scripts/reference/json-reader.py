"""JSON Reader: what pandas reads from the same files (nodes/data/json-reader/samples)."""

import json
import pathlib
import sys

import pandas as pd

from reference import ROOT, cell, same

FOLDER = ROOT / "nodes/data/json-reader/samples"


def typed(rows: list) -> pd.DataFrame:
    """Records → frame, missing keys as NA, whole numbers exact, lists and objects as compact JSON text."""
    frame = pd.DataFrame(rows, dtype=object)
    def plain(value):
        if isinstance(value, (list, dict)):
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        return cell(value)
    return frame.map(plain)


def rows_of(frame: pd.DataFrame) -> list:
    return [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]


answers = {}
# Types are left alone, so that digits and texts stay as they are.
lines = pd.read_json(FOLDER / "events.jsonl", lines=True, dtype=False)
answers["events.jsonl"] = {"columns": list(lines.columns), "rows": [[cell(v) for v in row] for row in lines.itertuples(index=False, name=None)]}

document = json.loads((FOLDER / "orders.json").read_text("utf-8"))
kept = typed(document["data"]["items"])
answers["orders.json"] = {"columns": list(kept.columns), "rows": rows_of(kept)}
flat = pd.json_normalize(document["data"]["items"], max_level=1)
# json_normalize puts flattened columns last; the reader leaves them where their object was.
order = ["id", "city", "address.street", "address.zip", "tags", "price", "paid", "day"]
flat = typed(flat[order].to_dict("records"))
answers["orders.json, flattened"] = {"columns": order, "rows": rows_of(flat)}

target = FOLDER / "expected.json"
if "--check" in sys.argv:
    if not same(json.loads(target.read_text("utf-8")), answers):
        sys.exit("json-reader: the answer differs")
else:
    pathlib.Path(target).write_text(json.dumps(answers, ensure_ascii=False, indent=2) + "\n", "utf-8")
