"""Answers of pandas' datetimes and dateutil for nodes/transform/date-and-time."""

import pandas as pd
from dateutil.relativedelta import relativedelta
from reference import Fixture

AUTOMATIC = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d.%m.%Y", "%d %B %Y"]
PARTS = {
    "year": lambda t: t.year, "quarter": lambda t: t.quarter, "month": lambda t: t.month, "week": lambda t: t.isocalendar().week, "iso_year": lambda t: t.isocalendar().year,
    "day": lambda t: t.day, "day_of_year": lambda t: t.day_of_year, "weekday": lambda t: t.isoweekday(), "day_name": lambda t: t.day_name(), "month_name": lambda t: t.month_name(),
    "is_weekend": lambda t: t.isoweekday() > 5, "hour": lambda t: t.hour, "minute": lambda t: t.minute, "second": lambda t: t.second, "date": lambda t: t.date(),
    "time": lambda t: t.time().isoformat(), "epoch": lambda t: t.timestamp(),
}
PERIOD = {"year": "Y", "quarter": "Q", "month": "M", "week": "W-SUN", "day": "D", "hour": "h", "minute": "min", "second": "s"}


def complete(start, end, unit):
    if start > end:
        return -complete(end, start, unit)
    if unit in ("year", "quarter", "month"):
        delta = relativedelta(end, start)
        months = delta.years * 12 + delta.months
        return months // {"year": 12, "quarter": 3, "month": 1}[unit]
    return (end - start) // pd.Timedelta(1, {"week": "W", "day": "D", "hour": "h", "minute": "min", "second": "s"}[unit])


def boundaries(start, end, unit):
    return end.to_period(PERIOD[unit]).ordinal - start.to_period(PERIOD[unit]).ordinal


def parsed(text, formats):
    for form in formats:
        moment = pd.to_datetime(text, format=form, errors="coerce")
        if moment is not pd.NaT:
            return moment.tz_localize(None) if moment.tzinfo else moment
    return pd.NaT


def written(value, kind):
    return None if pd.isna(value) else value.date() if kind == "date" else value


def made(output, moment, row, kind):
    what = output["kind"] if "kind" in output else "part"
    if pd.isna(moment):
        return None
    if what == "part":
        return PARTS[output.get("part", "year")](moment)
    if what == "start":
        start = moment.to_period(PERIOD[output["unit"]]).start_time
        return start.date() if kind == "date" else start
    if what == "shift":
        later = moment + relativedelta(**{{"quarter": "months"}.get(output["unit"], output["unit"] + "s"): output["amount"] * (3 if output["unit"] == "quarter" else 1)})
        return pd.Timestamp(later).date() if kind == "date" else pd.Timestamp(later)
    if what == "format":
        return moment.strftime(output.get("format", "%Y-%m-%d"))
    other = row[output["to"]] if output.get("to") else pd.Timestamp(output["toDate"])
    return None if pd.isna(other) else (complete if output.get("complete", True) else boundaries)(moment, other, output["unit"])


for name in ["parts", "parts-of-time", "starts", "differences", "boundaries", "shifts", "texts", "automatic", "formats", "seconds", "milliseconds", "kept"]:
    fixture = Fixture("transform/date-and-time", name)
    params = fixture.params()
    columns = next(node for node in fixture.data["nodes"] if node["id"] == "data")["params"]["columns"]
    kinds = {column["name"]: column["type"] for column in columns}
    frame = fixture.table("data")
    column = params["column"]
    kind = kinds[column]
    moments = frame[column]
    if kind == "string":
        formats = AUTOMATIC if params.get("parse", "automatic") == "automatic" else [row["format"] for row in params["formats"]]
        moments = pd.Series([pd.NaT if pd.isna(text) else parsed(text, formats) for text in frame[column]])
    elif kind in ("integer", "float"):
        moments = pd.to_datetime(frame[column].astype("float64"), unit="s" if params["parse"] == "seconds" else "ms")
    read = kind in ("string", "integer", "float")
    target = params.get("as", "timestamp") if read else kind
    if target == "date":
        moments = moments.dt.normalize()
    rows = []
    for (_, row), moment in zip(frame.iterrows(), moments):
        out = {c: written(row[c], kinds[c]) if kinds[c] in ("date", "timestamp") else row[c] for c in kinds}
        if read and params.get("replace", True):
            out[column] = written(moment, target)
        if params.get("unread"):
            out[params["unread"]] = bool(pd.isna(moment) and not pd.isna(row[column]))
        for i, output in enumerate(params.get("outputs", [])):
            out[output.get("name") or f"new {i}"] = made(output, moment, row, target)
        rows.append(list(out.values()))
    fixture.expect("table", pd.DataFrame(rows, dtype=object))
    fixture.save()
