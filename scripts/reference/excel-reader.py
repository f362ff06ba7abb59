"""Excel Reader: workbooks made by openpyxl and what pandas reads from them (nodes/data/excel-reader/samples)."""

import datetime
import json
import pathlib
import sys

import openpyxl
import pandas as pd

from reference import ROOT, cell, same

FOLDER = ROOT / "nodes/data/excel-reader/samples"


def make() -> None:
    """Writes the workbooks once; they are data from then on."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Orders"
    sheet.append(["id", "name", "price", "paid", "day", "at", "note", None, "id"])
    rows = [
        [1, "Ada", 1.5, True, datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 13, 30, 15), "=1+1", None, 10],
        [2, None, 2, False, datetime.date(1999, 12, 31), datetime.datetime(1999, 12, 31, 23, 59, 59), 5, "x", 20],
        [],
        [3, "Zoë & <co>", -0.1, None, None, datetime.datetime(2024, 1, 1), "text", None, 30],
    ]
    for row in rows:
        sheet.append(row)
    sheet["G2"].data_type = "s"
    second = book.create_sheet("Offset table")
    second["B2"] = "Sales"
    for at, row in enumerate([["region", "q", "units"], ["North", 1, 12], [None, 2, "#N/A"], ["South", 1, 7]]):
        for column, value in enumerate(row):
            second.cell(4 + at, 2 + column, value)
    second["D6"].data_type = "e"
    second.merge_cells("B5:B6")
    second["B9"] = "Total"
    hidden = book.create_sheet("Hidden", 0)
    hidden.sheet_state = "hidden"
    hidden["A1"] = "no"
    book.active = 1
    book.save(FOLDER / "orders.xlsx")
    old = openpyxl.Workbook()
    old.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    old.active.append(["day"])
    old.active.append([datetime.date(2024, 2, 29)])
    old.active.append([datetime.date(1904, 1, 2)])
    old.save(FOLDER / "mac-1904.xlsx")


if "--make" in sys.argv:
    make()


def rows_of(frame: pd.DataFrame) -> list:
    return [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]


answers = {}
orders = pd.read_excel(FOLDER / "orders.xlsx", sheet_name="Orders", dtype=object, engine="openpyxl").dropna(how="all")
orders["day"] = orders["day"].map(lambda value: value.date() if isinstance(value, datetime.datetime) else value)
orders["note"] = orders["note"].map(lambda value: str(value) if isinstance(value, int) else value)
# pandas calls the eighth column “Unnamed: 7” and the second id “id.1”.
orders.columns = ["id", "name", "price", "paid", "day", "at", "note", "column_8", "id_2"]
answers["Orders"] = {"columns": list(orders.columns), "rows": rows_of(orders)}
offset = pd.read_excel(FOLDER / "orders.xlsx", sheet_name="Offset table", usecols="B:D", skiprows=3, nrows=3, dtype=object)
answers["Offset table"] = {"columns": list(offset.columns), "rows": rows_of(offset)}
offset["region"] = offset["region"].ffill(limit=1)
answers["Offset table, filled"] = {"columns": list(offset.columns), "rows": rows_of(offset)}
mac = pd.read_excel(FOLDER / "mac-1904.xlsx", dtype=object)
mac["day"] = mac["day"].map(lambda value: value.date() if isinstance(value, datetime.datetime) else value)
answers["1904"] = {"columns": ["day"], "rows": rows_of(mac)}

target = FOLDER / "expected.json"
if "--check" in sys.argv:
    if not same(json.loads(target.read_text("utf-8")), answers):
        sys.exit("excel-reader: the answer differs")
else:
    pathlib.Path(target).write_text(json.dumps(answers, ensure_ascii=False, indent=2) + "\n", "utf-8")
