"""Rows a second of scikit-learn's own pipeline on records of the same file: `python peer.py MODEL FILE BATCH…`."""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import pandas as pd  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler  # noqa: E402

kind, file, *batches = sys.argv[1:]
frame = pd.read_csv(file)
target = frame.pop("bought")
numbers = [name for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
texts = [name for name in frame if name not in numbers]
if kind == "logistic":
    from sklearn.linear_model import LogisticRegression

    model = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), texts),
        ),
        LogisticRegression(max_iter=500),
    )
else:
    from sklearn.ensemble import HistGradientBoostingClassifier

    # One record with a missing text is a column of numbers to pandas, which the encoder does not take.
    frame[texts] = frame[texts].fillna("")
    model = make_pipeline(
        make_column_transformer(("passthrough", numbers), (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), texts)),
        HistGradientBoostingClassifier(max_iter=100, early_stopping=False),
    )
model.fit(frame, target)
records = frame.head(max(map(int, batches))).to_dict("records")
rates = []
for batch in map(int, batches):
    some = records[:batch]
    model.predict_proba(pd.DataFrame(some))
    start = time.perf_counter()
    count = 0
    while time.perf_counter() - start < 1:
        model.predict_proba(pd.DataFrame(some))
        count += batch
    rates.append(count / (time.perf_counter() - start))
print(json.dumps({"rates": rates}))
