"""Answers of Python's str, re and unicodedata for nodes/transform/text."""

import re
import unicodedata

import pandas as pd
from reference import Fixture

KINDS = {"punctuation": "PS", "letters": "L", "digits": ("Nd",)}


def removed(text, kind):
    if kind == "blanks":
        return re.sub("[ \t\n\r\f\u00a0]", "", text)
    return "".join(c for c in text if not (unicodedata.category(c) in KINDS[kind] if kind == "digits" else unicodedata.category(c)[0] in KINDS[kind]))


def done(text, op):
    if text is None:
        return None
    what, search = op.get("do", "trim"), op.get("search", "")
    flags = re.I if op.get("anyCase") else 0
    if what == "part":
        parts, at = text.split(search), op.get("part", 1)
        at = at - 1 if at > 0 else at
        return parts[at] if -len(parts) <= at < len(parts) else ""
    if what == "extract":
        found = re.search(search, text, flags)
        return (found.group(op.get("group", 0)) or None) if found else None
    if what == "pad":
        fill, length = op.get("fill", "0"), op.get("length", 10)
        return text.rjust(length, fill) if op.get("side", "left") == "left" else text.ljust(length, fill)
    fold = str.lower if op.get("anyCase") else str
    start = op.get("start", 1)
    return {
        "trim": lambda: text.strip(),
        "spaces": lambda: " ".join(text.split()),
        "lower": text.lower,
        "upper": text.upper,
        "title": text.title,
        "accents": lambda: "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)),
        "remove": lambda: removed(text, op.get("signs", "punctuation")),
        "replace": lambda: text.replace(search, op.get("replacement", "")),
        "regex": lambda: re.sub(search, op.get("replacement", ""), text, flags=flags),
        "slice": lambda: text[start - 1 :][: op.get("length", 10)] if start > 0 else text[start:][: op.get("length", 10)],
        "empty": lambda: text or None,
        "length": lambda: len(text),
        "contains": lambda: fold(search) in fold(text),
        "count": lambda: fold(text).count(fold(search)),
    }[what]()


for name in ["clean", "case", "signs", "patterns", "parts", "padded", "measures", "contains", "split", "split-cut", "beside"]:
    fixture = Fixture("transform/text", name)
    params = fixture.params()
    frame = fixture.table("data").astype(object)
    frame = frame.where(frame.notna(), None)
    answer = frame.copy()
    for column in params["columns"]:
        values = list(frame[column])
        for op in params.get("operations", []):
            values = [done(value, op) for value in values]
        target = column + params.get("suffix", "")
        if params.get("operations"):
            answer[target] = pd.Series(values, dtype=object)
        if params.get("splits"):
            count = params.get("parts", 2)
            for i in range(count):
                cut = [None if v is None else v.split(params["split"], count - 1 if params.get("rest", True) else -1) for v in values]
                answer[f"{target}_{i + 1}"] = pd.Series([None if p is None or len(p) <= i else p[i] for p in cut], dtype=object)
    fixture.expect("table", answer)
    fixture.save()
