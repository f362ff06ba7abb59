/**
 * `code/penstock_model.py` of a pushed model. MLflow's own ONNX wrapper feeds one-dimensional columns and gives back only one-dimensional outputs;
 * a model of ours takes [rows, 1] and gives probabilities of all classes, so it brings its loader, as MLflow's models may.
 */
export const loaderPy = `"""Loads a model made with Penstock for mlflow.pyfunc: raw columns in, predictions out."""
import json
import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # or onnxruntime tells its makers which models are loaded

import numpy as np
import onnxruntime
import pandas as pd


def _numbers(values):
    return np.array([[np.nan if pd.isna(v) else float(v)] for v in values], dtype=np.float64).reshape(-1, 1)


def _tensor(column, kind):
    if kind == "string":
        return np.array([["" if pd.isna(v) else str(v)] for v in column], dtype=object).reshape(-1, 1)
    if kind in ("date", "timestamp"):
        # Whole seconds (dates: days) since 1970.
        times = pd.to_datetime(pd.Series(list(column)), utc=True)
        seconds = [np.nan if pd.isna(t) else t.timestamp() // 1 for t in times]
        return _numbers([s // 86400 for s in seconds] if kind == "date" else seconds)
    return _numbers(column)


class PenstockModel:
    def __init__(self, path):
        with open(os.path.join(os.path.dirname(path), "penstock.json"), encoding="utf-8") as file:
            self.spec = json.load(file)
        self.signature = self.spec["signature"]
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def predict(self, data, params=None):
        frame = data if isinstance(data, pd.DataFrame) else pd.DataFrame(data)
        missing = [c["name"] for c in self.signature["inputs"] if c["name"] not in frame.columns]
        if missing:
            raise ValueError("The model needs the columns " + ", ".join(missing) + "; values may be missing in them.")
        feeds = {self.spec["tensors"][c["name"]]: _tensor(frame[c["name"]], c["type"]) for c in self.signature["inputs"]}
        names = [output.name for output in self.session.get_outputs()]
        found = dict(zip(names, self.session.run(None, feeds)))
        if "classes" not in self.signature:
            return pd.DataFrame({"prediction": found["prediction"].reshape(-1).astype(np.float64)}, index=frame.index)
        kind = self.signature["target"]["type"]
        value = {"integer": int, "boolean": lambda text: text == "true"}.get(kind, str)
        classes = self.signature["classes"]
        columns = {"prediction": [value(classes[i]) for i in found["label"].reshape(-1)]}
        for place, name in enumerate(classes):
            columns["probability_" + name] = found["probabilities"][:, place].astype(np.float64)
        return pd.DataFrame(columns, index=frame.index)


def _load_pyfunc(path, model_config=None):
    return PenstockModel(path)
`;
