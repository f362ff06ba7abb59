"""Scores model files by Python's onnxruntime.

Standard input: JSON, a list of {"model": path, "inputs": {column: [raw values]}}, as golden rows have them. Standard output: JSON, a list of
{output: [rows][values]}. Used by app/ml/model/python-parity.test.ts where a Python with onnxruntime is at hand.
"""

import datetime
import json
import sys

import numpy as np
import onnxruntime

EPOCH = datetime.datetime(1970, 1, 1)
RESERVED = ("label", "probabilities", "prediction")


def number(value):
    """A raw value as the model's tensor holds it: dates as days, moments as seconds since 1970."""
    if value is None:
        return float("nan")
    if isinstance(value, str):
        since = datetime.datetime.fromisoformat(value) - EPOCH
        return float(since.days) if len(value) == 10 else float(since.days * 86_400 + since.seconds)
    return float(value)


def feed(values, kind):
    if kind == "tensor(string)":
        return np.array([[value or ""] for value in values], dtype=object)
    return np.array([[number(value)] for value in values], dtype=np.float64)


def score(job):
    session = onnxruntime.InferenceSession(job["model"], providers=["CPUExecutionProvider"])
    kinds = {one.name: one.type for one in session.get_inputs()}
    tensor = lambda column: f"{column}_input" if column in RESERVED else column
    feeds = {tensor(column): feed(values, kinds[tensor(column)]) for column, values in job["inputs"].items()}
    names = [one.name for one in session.get_outputs()]
    found = session.run(names, feeds)
    return {name: np.asarray(output, float).reshape(len(output), -1).tolist() for name, output in zip(names, found)}


json.dump([score(job) for job in json.load(sys.stdin)], sys.stdout)
