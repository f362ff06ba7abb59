"""Evidently's data drift report on two Parquet files: python peer.py REFERENCE CURRENT OUT.html. Prints one JSON line."""

import json
import os
import sys
import time

import numpy as np
import pandas as pd
import pandas.core.dtypes.common as dtypes

# Evidently 0.7 imports a name that pandas 3 no longer has; only a test of another report uses it.
if not hasattr(dtypes, "infer_dtype_from_object"):
    dtypes.infer_dtype_from_object = lambda one: np.dtype(one).type

from evidently import DataDefinition, Dataset, Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402

reference, current, out = sys.argv[1:4]
start = time.perf_counter()
frames = [pd.read_parquet(file) for file in (reference, current)]
numbers = [name for name in frames[0].columns if name.startswith("n")]
texts = [name for name in frames[0].columns if name.startswith("c")]
for frame in frames:
    frame[texts] = frame[texts].astype("object")
definition = DataDefinition(numerical_columns=numbers, categorical_columns=texts)
before, now = [Dataset.from_pandas(frame, data_definition=definition) for frame in frames]
snapshot = Report([DataDriftPreset()]).run(now, before)
snapshot.save_html(out)
seconds = time.perf_counter() - start
print(json.dumps({"ms": 1000 * seconds, "bytes": os.path.getsize(out)}))
