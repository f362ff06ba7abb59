"""scikit-learn behind HTTP: `python peer.py fit FILE MODEL`, `python peer.py serve MODEL PORT` (FastAPI on uvicorn, one worker), `python peer.py mlflow FILE FOLDER`."""

import sys
import warnings

warnings.filterwarnings("ignore")


def fitted(file):
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = pd.read_csv(file)
    target = frame.pop("bought")
    numbers = [name for name in frame if pd.api.types.is_numeric_dtype(frame[name])]
    texts = [name for name in frame if name not in numbers]
    model = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), texts),
        ),
        LogisticRegression(max_iter=500),
    )
    return model.fit(frame, target)


def serve(path, port):
    import pickle

    import pandas as pd
    import uvicorn
    from fastapi import Body, FastAPI

    with open(path, "rb") as stored:
        model = pickle.load(stored)
    classes = [str(one) for one in model.classes_]
    app = FastAPI()

    @app.get("/ready")
    def ready():
        return {"ready": True}

    @app.post("/predict")
    def predict(records: list[dict] = Body(...)):
        shares = model.predict_proba(pd.DataFrame(records))
        return {"predictions": [{"prediction": classes[row.argmax()], "probabilities": dict(zip(classes, row.tolist()))} for row in shares]}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


command, *rest = sys.argv[1:]
if command == "fit":
    import pickle

    with open(rest[1], "wb") as stored:
        pickle.dump(fitted(rest[0]), stored)
elif command == "mlflow":
    import mlflow.sklearn

    mlflow.sklearn.save_model(fitted(rest[0]), rest[1], pyfunc_predict_fn="predict_proba", serialization_format="cloudpickle")
else:
    serve(rest[0], int(rest[1]))
