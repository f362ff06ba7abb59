"""What the scripts of the chart nodes share: the order of categories, and blocks of a report."""

import pandas as pd

from reference import Fixture, cell


def kept(column: pd.Series, most: int, by_value: bool = False) -> list:
    """The most frequent values, ties by name; by value where asked."""
    counts = column.dropna().value_counts().reset_index()
    counts.columns = ["value", "rows"]
    counts["text"] = counts["value"].astype(str).str.lower()
    values = counts.sort_values(["rows", "text"], ascending=[False, True])["value"].head(most).tolist()
    return sorted(values) if by_value else values


def labelled(column: pd.Series, most: int, missing: bool = True, by_value: bool = False) -> tuple[pd.Series, list]:
    """The column as labels of places, and the labels in order: values, Other, (missing)."""
    values = kept(column, most, by_value)
    text = lambda value: str(value).lower() if isinstance(value, bool) else str(value)
    labels = column.map(lambda value: "(missing)" if pd.isna(value) else text(value) if value in values else "Other", na_action=None).astype("object")
    order = [text(value) for value in values]
    order += ["Other"] if (labels == "Other").any() else []
    order += ["(missing)"] if missing and (labels == "(missing)").any() else []
    return labels, order


def series(name: str, x: list, y: list, **more) -> dict:
    return {"name": name, "x": [cell(v) for v in x], "y": [cell(v) for v in y], **more}


def charts(node: str, name: str, answer) -> None:
    """Writes the charts that `answer(frame, params)` gives as the expected report."""
    fixture = Fixture(node, name)
    blocks = [{"type": "chart", "chart": chart} for chart in answer(fixture.table("t"), fixture.params())]
    fixture.expect_value("report", {"kind": "report", "report": {"blocks": blocks}})
    fixture.save()
