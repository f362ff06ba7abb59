"""Answers of pandas.explode, str.split and Python's json for nodes/transform/explode."""

import json
import re

import pandas as pd

from reference import Fixture

TYPES = {"integer": "Int64", "float": "Float64"}


def text(value):
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def parsed(value):
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return None


def at(value, path):
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        try:
            value = value[name] if name else value[int(index)]
        except (TypeError, KeyError, IndexError):
            return None
    return value


def typed(series, kind):
    if kind == "boolean":
        return series.map({"true": True, "false": False})
    return pd.to_numeric(series, errors="coerce").astype(TYPES[kind]) if kind in TYPES else series


for name in ["json", "drop-empty", "delimiter", "delimiter-numbers", "columns", "keep"]:
    fixture = Fixture("transform/explode", name)
    params = fixture.params()
    frame = fixture.table("data")
    column = params["column"]
    if params.get("mode") == "columns":
        objects = frame[column].map(parsed, na_action="ignore")
        for field in params["fields"]:
            label = field.get("name") or re.sub(r"\W+", "_", field["path"]).strip("_")
            frame[label] = typed(objects.map(lambda value: text(at(value, field["path"])) if isinstance(value, dict) else None), field.get("type"))
        answer = frame if params.get("keep") else frame.drop(columns=column)
    else:
        if params.get("format") == "delimiter":
            lists = frame[column].str.split(params.get("delimiter", ","))
            lists = lists.map(lambda parts: [part.strip() for part in parts], na_action="ignore")
        else:
            lists = frame[column].map(lambda value: [text(one) for one in json.loads(value)], na_action="ignore")
        lists = pd.Series([value if isinstance(value, list) else [] for value in lists], index=frame.index)
        place = params.get("position") or "place"
        label = params.get("name") or column
        frame[column] = lists
        frame.insert(list(frame).index(column) + 1, place, lists.map(lambda value: list(range(1, len(value) + 1))))
        if params.get("keepEmpty") is False:
            frame = frame[lists.map(len) > 0]
        answer = frame.explode([column, place])
        answer[column] = typed(answer[column], params.get("elementType"))
        answer = answer.rename(columns={column: label})
        if not params.get("position"):
            answer = answer.drop(columns=place)
    fixture.expect("table", answer, unordered=True)
    fixture.save()
