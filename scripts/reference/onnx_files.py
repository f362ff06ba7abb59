"""Real ONNX files of other libraries, with what those libraries themselves predict, for nodes/train/import-onnx.

Needs scikit-learn, skl2onnx, lightgbm, xgboost and onnxmltools. Writes nodes/train/import-onnx/files/*.onnx and files.json. The predictions are
those of the libraries, not of any ONNX runtime. With PYTHONHASHSEED=0 the same files come out each time.
"""

import json

import lightgbm
import numpy as np
import onnx
import onnxmltools
import pandas as pd
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as LightGBMFloat
from reference import ROOT, cell
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier, StackingClassifier, VotingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC

folder = ROOT / "nodes/train/import-onnx/files"
folder.mkdir(exist_ok=True)
frame = pd.read_csv(ROOT / "resources/samples/datasets/penguins.csv")
numbers = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
complete = frame.dropna().reset_index(drop=True)
matrix = complete[numbers].to_numpy(np.float32)
rows = complete.iloc[::11]
given = rows[numbers].to_numpy(np.float32)
answers = []


def write(name, model, columns, table, params, answer):
    model.doc_string = ""
    model.graph.name = name
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
    answers.append({"name": name, "columns": columns, "rows": [[cell(value) for value in row] for row in table.itertuples(index=False, name=None)], "params": params, **answer})


def classes_of(labels, probabilities):
    return {"classes": [str(label) for label in labels], "probabilities": np.asarray(probabilities, float).tolist()}


def numbers_of(predicted):
    return {"predicted": np.asarray(predicted, float).ravel().tolist()}


floats = [{"name": name, "type": "float"} for name in numbers]
table = rows[numbers].astype(float)
one = [("X", FloatTensorType([None, 4]))]

# A pipeline of scaler and one-hot: an input a column, numbers of several types, text, missing numbers, a list of maps at the end.
mixed = frame.dropna(subset=["sex"]).reset_index(drop=True)
mixed[["flipper_length_mm", "body_mass_g"]] = mixed[["flipper_length_mm", "body_mass_g"]].astype("int64")
pipeline = make_pipeline(
    ColumnTransformer([("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["bill_length_mm", "bill_depth_mm"]), ("counts", StandardScaler(), ["flipper_length_mm", "body_mass_g"]), ("texts", OneHotEncoder(handle_unknown="ignore"), ["island", "sex"])]),
    LogisticRegression(max_iter=10_000),
).fit(mixed, mixed["species"])
inputs = [("bill_length_mm", FloatTensorType([None, 1])), ("bill_depth_mm", FloatTensorType([None, 1])), ("flipper_length_mm", Int64TensorType([None, 1])), ("body_mass_g", Int64TensorType([None, 1])), ("island", StringTensorType([None, 1])), ("sex", StringTensorType([None, 1]))]
names = [name for name, _ in inputs]
test = mixed.iloc[::11][names].copy()
test.iloc[0, 0] = np.nan
test.iloc[1, 4] = "Elsewhere"
columns = [{"name": name, "type": "float" if isinstance(kind, FloatTensorType) else "integer" if isinstance(kind, Int64TensorType) else "string"} for name, kind in inputs]
write("pipeline", convert_sklearn(pipeline, initial_types=inputs), columns, test, {"target": "species"}, classes_of(pipeline.classes_, pipeline.predict_proba(test)))

forest = RandomForestClassifier(n_estimators=15, max_depth=4, random_state=0).fit(matrix, complete["species"])
write("forest", to_onnx(forest, matrix[:1], options={"zipmap": False}), floats, table, {"target": "species"}, classes_of(forest.classes_, forest.predict_proba(given)))

boosting = GradientBoostingRegressor(n_estimators=30, max_depth=2, random_state=0).fit(matrix[:, :3], complete["body_mass_g"])
write("boosting", to_onnx(boosting, matrix[:1, :3]), floats[:3], table[numbers[:3]], {"target": "body_mass_g"}, numbers_of(boosting.predict(given[:, :3])))

codes = complete["species"].astype("category").cat.codes.to_numpy()
gbm = lightgbm.LGBMClassifier(n_estimators=10, num_leaves=5, min_child_samples=10, random_state=0, verbose=-1, n_jobs=1).fit(matrix, codes)
write("lightgbm", onnxmltools.convert_lightgbm(gbm, initial_types=[("input", LightGBMFloat([None, 4]))]), floats, table, {"target": "species", "classes": "Adelie, Chinstrap, Gentoo"}, {"classes": ["Adelie", "Chinstrap", "Gentoo"], "probabilities": gbm.predict_proba(given).tolist()})
# Missing values that the trees take.
holes = matrix.copy()
holes[::5, 0] = np.nan
some = table.copy()
some.iloc[::4, 0] = np.nan
two = lightgbm.LGBMClassifier(n_estimators=10, num_leaves=5, min_child_samples=10, random_state=0, verbose=-1, n_jobs=1).fit(holes, (codes == 0).astype(int))
write("lightgbm-two", onnxmltools.convert_lightgbm(two, initial_types=[("input", LightGBMFloat([None, 4]))], zipmap=False), floats, some, {"target": "adelie"}, classes_of([0, 1], two.predict_proba(some.to_numpy(np.float32))))
leaves = lightgbm.LGBMRegressor(n_estimators=10, num_leaves=5, min_child_samples=10, random_state=0, verbose=-1, n_jobs=1).fit(matrix[:, :3], complete["body_mass_g"])
write("lightgbm-number", onnxmltools.convert_lightgbm(leaves, initial_types=[("input", LightGBMFloat([None, 3]))]), floats[:3], table[numbers[:3]], {"target": "body_mass_g"}, numbers_of(leaves.predict(given[:, :3])))

trees = xgboost.XGBClassifier(n_estimators=10, max_depth=3, random_state=0, n_jobs=1).fit(holes, codes)
write("xgboost", onnxmltools.convert_xgboost(trees, initial_types=[("input", LightGBMFloat([None, 4]))]), floats, some, {"target": "species", "classes": "Adelie, Chinstrap, Gentoo"}, {"classes": ["Adelie", "Chinstrap", "Gentoo"], "probabilities": trees.predict_proba(some.to_numpy(np.float32)).tolist()})
rising = xgboost.XGBRegressor(n_estimators=20, max_depth=3, random_state=0, n_jobs=1).fit(matrix[:, :3], complete["body_mass_g"])
write("xgboost-number", onnxmltools.convert_xgboost(rising, initial_types=[("input", LightGBMFloat([None, 3]))]), floats[:3], table[numbers[:3]], {"target": "body_mass_g"}, numbers_of(rising.predict(given[:, :3])))

network = make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=3000, random_state=0)).fit(matrix, codes)
write("network", to_onnx(network, matrix[:1]), floats, table, {"target": "species"}, classes_of(network.classes_, network.predict_proba(given)))

doubles = make_pipeline(StandardScaler(), Ridge()).fit(matrix[:, :2].astype(float), complete["body_mass_g"])
write("doubles", convert_sklearn(doubles, initial_types=[("X", DoubleTensorType([None, 2]))]), floats[:2], table[numbers[:2]], {"target": "body_mass_g"}, numbers_of(doubles.predict(table[numbers[:2]].to_numpy())))

bayes = GaussianNB().fit(matrix, complete["sex"] == "male")
write("bayes", to_onnx(bayes, matrix[:1]), floats, table, {"target": "male", "classes": "false, true"}, {"classes": ["false", "true"], "probabilities": bayes.predict_proba(given).tolist()})

machine = make_pipeline(StandardScaler(), CalibratedClassifierCV(SVC(kernel="rbf", C=0.5), cv=2, ensemble=False)).fit(matrix, complete["sex"])
write("calibrated", to_onnx(machine, matrix[:1], options={"zipmap": False}), floats, table, {"target": "sex"}, classes_of(machine.classes_, machine.predict_proba(given)))

stack = StackingClassifier([("nb", GaussianNB()), ("trees", RandomForestClassifier(n_estimators=5, max_depth=3, random_state=0))], LogisticRegression(), cv=3).fit(matrix, complete["species"])
write("stack", to_onnx(stack, matrix[:1]), floats, table, {"target": "species"}, classes_of(stack.classes_, stack.predict_proba(given)))

voting = VotingRegressor([("line", LinearRegression()), ("near", KNeighborsRegressor(5))]).fit(matrix[:90, :3], complete["body_mass_g"][:90])
write("voting", to_onnx(voting, matrix[:1, :3]), floats[:3], table[numbers[:3]], {"target": "body_mass_g"}, numbers_of(voting.predict(given[:, :3])))

for path in folder.glob("*.onnx"):
    onnx.checker.check_model(onnx.load(path))
(folder / "files.json").write_text(json.dumps(answers).replace("], [", "],\n[").replace('{"name"', '\n{"name"') + "\n", "utf-8")
