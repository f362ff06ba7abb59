"""Small Keras models with what Keras itself predicts, for nodes/train/import-keras.

Runs on Keras 3 (with any backend; KERAS_BACKEND=jax is the smallest) and, for the same models as older programs wrote them, on Keras 2
(tensorflow-cpu 2.15). Writes nodes/train/import-keras/files/: models, and what they answer as keras3.json or keras2.json.
"""

import csv
import json
import os
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402 - after the backend is chosen

import keras  # noqa: E402

version = keras.__version__
is_old = version.startswith("2")
layers = keras.layers
folder = Path(__file__).resolve().parents[2] / "nodes/train/import-keras/files"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(7)
keras.utils.set_random_seed(1)
answers = []


def randomise(model):
    """Random numbers for every weight, positive ones where they are variances; counts stay."""
    for weight in model.weights:
        name = (weight.path if not is_old else weight.name).lower()
        if "count" in name or "seed" in name:
            continue
        values = random.normal(0, 0.5, tuple(weight.shape))
        weight.assign((np.abs(values) + 0.3 if "variance" in name else values).astype(np.float32))


def pack(file):
    """The same archive, compressed: Keras stores its parts as they are, and HDF5 is mostly empty in small files."""
    with zipfile.ZipFile(file) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts:
            archive.writestr(name, data)


def keep(name, model, given=None, formats=("keras",)):
    """Saves a model and writes down what it answers, all numbers of a row one after another."""
    shapes = [tuple(tensor.shape[1:]) for tensor in model.inputs]
    given = given or [random.normal(size=(4, *shape)).astype(np.float32) for shape in shapes]
    names = [tensor.name.split(":")[0] for tensor in model.inputs]
    found = model.predict(dict(zip(names, given)) if name == "named" else given if len(given) > 1 else given[0], verbose=0)
    found = [found[key] for key in sorted(found)] if isinstance(found, dict) else found if isinstance(found, list) else [found]
    flat = lambda arrays: [[[float(value) for value in row] for row in array.reshape(len(array), -1).astype(np.float32)] for array in arrays]
    for kind in formats:
        file = f"{name}{'-2' if is_old else ''}.{kind}"
        model.save(folder / file)
        if kind == "keras" and name != "dense":
            pack(folder / file)
        answers.append({"file": file, "given": flat(given), "answers": flat(found)})


def chain(shape, *parts):
    model = keras.Sequential([keras.Input(shape), *parts])
    randomise(model)
    return model


both = ("keras", "h5")
words = random.integers(0, 6, (4, 5)).astype(np.float32)

keep("dense", chain((4,), layers.Dense(5, activation="gelu"), layers.Dropout(0.4), layers.BatchNormalization(), layers.Dense(3, activation="softmax")), formats=both)
keep("activations", chain((6,), layers.LeakyReLU(0.2), layers.Dense(5, activation="hard_sigmoid"), layers.ELU(0.7), layers.Dense(5, activation="swish"), layers.ReLU(max_value=1.5), layers.Dense(4, activation="selu"), layers.PReLU(), layers.Dense(4, activation="exponential"), layers.LayerNormalization(), layers.Softmax()))
if is_old:
    normalization = layers.Normalization(mean=[0.5, 1.0, -1.0], variance=[1.0, 4.0, 0.25])
else:
    normalization = layers.Normalization()
    normalization.adapt(random.normal(1, 2, (50, 3)))
model = keras.Sequential([keras.Input((3,)), layers.Rescaling(2.0, offset=-0.5), normalization, layers.Dense(2, activation="tanh", use_bias=False)])
keep("scaled", model)
keep("image", chain((8, 9, 2), layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"), layers.ZeroPadding2D(((1, 0), (0, 2))), layers.DepthwiseConv2D(2, depth_multiplier=2), layers.BatchNormalization(), layers.MaxPooling2D(2, padding="same"), layers.SeparableConv2D(3, 2, padding="same"), layers.AveragePooling2D((1, 2)), layers.Flatten(), layers.Dense(2)))
keep("series", chain((12, 2), layers.Conv1D(4, 3, dilation_rate=2, padding="causal"), layers.MaxPooling1D(2), layers.SeparableConv1D(3, 2), layers.AveragePooling1D(2, strides=1, padding="same"), layers.Conv1D(4, 2, groups=1, activation="tanh"), layers.GlobalMaxPooling1D()))
keep("memory", chain((5, 3), layers.LSTM(3, return_sequences=True), layers.GRU(3, return_sequences=True, go_backwards=True), layers.GRU(2, reset_after=False, return_sequences=True, recurrent_activation="hard_sigmoid"), layers.SimpleRNN(2)), formats=both)
keep("directions", chain((5, 3), layers.Bidirectional(layers.LSTM(2, return_sequences=True)), layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="mul"), layers.Bidirectional(layers.LSTM(3), merge_mode="ave")))
keep("words", chain((5,), layers.Embedding(6, 3), layers.GlobalAveragePooling1D(), layers.Dense(2)), [words])

left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
shared = layers.Dense(3, activation="relu")
inside = keras.Sequential([keras.Input((3,)), layers.Dense(3, activation="tanh"), layers.Dense(2), layers.BatchNormalization()], name="inside")
one, two = shared(left), shared(right)
merged = layers.Concatenate()([layers.Add()([one, two]), layers.Multiply()([one, two]), layers.Average()([one, two]), inside(one), inside(two)])
model = keras.Model([left, right], [layers.Dense(2, activation="softmax", name="kind")(merged), layers.Dense(1, name="amount")(layers.Reshape((merged.shape[-1],))(merged))])
randomise(model)
keep("graph", model, formats=both)

keep("others", chain((4, 6), layers.ZeroPadding1D(1), layers.BatchNormalization(axis=1), layers.ReLU(negative_slope=0.1), layers.PReLU(shared_axes=[1]), layers.Permute((2, 1)), layers.LayerNormalization(center=False), layers.MaxPooling1D(3, strides=2, padding="same"), layers.SimpleRNN(3, activation="relu", go_backwards=True, return_sequences=True), layers.Normalization(axis=None, mean=0.5, variance=2.0), layers.Flatten(), layers.RepeatVector(2), layers.Activation("softsign")))
one, two = keras.Input((3,), name="one"), keras.Input((1,), name="two")
halves = layers.Subtract()([layers.Maximum()([one, two]), layers.Minimum()([one, two])])
model = keras.Model([one, two], layers.Concatenate(axis=1)([halves, layers.Activation("log_softmax" if not is_old else "softmax")(one), layers.Activation("mish" if not is_old else "swish")(two)]))
keep("merged", model)
width, height = keras.Input((1,), name="width"), keras.Input((1,), name="height")
area = layers.Dense(3, activation="tanh")(layers.Concatenate()([width, height]))
model = keras.Model({"width": width, "height": height}, {"small": layers.Dense(1, name="small")(area), "large": layers.Dense(2, name="large")(area)})
randomise(model)
keep("named", model)
padded = np.array([[0, 0, 3, 2, 0], [1, 2, 0, 0, 0], [0, 4, 0, 5, 1], [5, 4, 3, 2, 1], [0, 0, 0, 0, 0]], np.float32)
keep("masked", chain((5,), layers.Embedding(6, 3, mask_zero=True), layers.LSTM(3, return_sequences=True), layers.Dense(3, activation="tanh"), layers.Dropout(0.1), layers.GRU(2, return_sequences=True), layers.LSTM(2, go_backwards=True, use_bias=False), layers.Dense(2)), [padded])
keep("masked-both", chain((5,), layers.Embedding(6, 3, mask_zero=True), layers.Bidirectional(layers.GRU(2, return_sequences=True)), layers.Bidirectional(layers.LSTM(2, return_sequences=True), merge_mode="sum"), layers.Bidirectional(layers.SimpleRNN(3))), [padded])
keep("masked-mean", chain((5,), layers.Embedding(6, 3, mask_zero=True), layers.Activation("tanh"), layers.GlobalAveragePooling1D(), layers.Dense(2)), [padded[:4]])
series = random.normal(size=(4, 6, 2)).astype(np.float32)
series[0, 4:] = series[1, :2] = series[2, 2] = 9
keep("masking", chain((6, 2), layers.Masking(9.0), layers.LSTM(3, return_sequences=True), layers.SimpleRNN(2, return_sequences=True), layers.Flatten()), [series])
if not is_old:
    # Keras 2 runs these only on a GPU.
    keep("first", chain((2, 7, 6), layers.Conv2D(4, 3, padding="same", data_format="channels_first"), layers.BatchNormalization(axis=1), layers.MaxPooling2D(2, data_format="channels_first"), layers.ZeroPadding2D(1, data_format="channels_first"), layers.DepthwiseConv2D(2, data_format="channels_first"), layers.Flatten(data_format="channels_first"), layers.Dense(3)))
    keep("functions", chain((5,), layers.Dense(5, activation="relu6"), layers.Dense(5, activation="leaky_relu"), layers.Dense(5, activation="hard_silu"), layers.Dense(5, activation="softplus"), layers.Rescaling([1.0, 2.0, 0.5, 1.0, 3.0], [0.0, 1.0, 0.0, -1.0, 0.0]), layers.Dense(5, activation="elu"), layers.Dense(2, activation=keras.activations.tanh)))
    # Trained on a table of the app's, so that the node can be tried as a person would.
    penguins = [row for row in csv.DictReader((folder.parents[3] / "resources/samples/datasets/penguins.csv").open()) if "NA" not in row.values() and "" not in row.values()]
    columns = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    matrix = np.array([[float(row[name]) for name in columns] for row in penguins], np.float32)
    species = sorted({row["species"] for row in penguins})
    target = np.array([species.index(row["species"]) for row in penguins])
    keras.utils.set_random_seed(3)
    normalization = layers.Normalization()
    normalization.adapt(matrix)
    model = keras.Sequential([keras.Input((4,)), normalization, layers.Dense(8, activation="relu"), layers.Dense(len(species), activation="softmax")])
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    model.fit(matrix, target, epochs=30, verbose=0)
    keep("penguins", model, [matrix[::25]])

(folder / f"keras{2 if is_old else 3}.json").write_text(json.dumps({"version": version, "models": answers}) + "\n")
