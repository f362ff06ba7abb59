import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TransferEvent } from '#app/protocol/sections/registry.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../../testing.ts';
import { mlflowPython, startMlflow, type MlflowTestServer } from './testing.ts';

const minutes = 240_000;

describe.skipIf(mlflowPython === null)('a real MLflow server (needs a Python with mlflow, onnx, onnxruntime and pandas: PENSTOCK_TEST_PYTHON)', () => {
  let opened: TestEngine;
  let server: MlflowTestServer;
  beforeAll(async () => {
    [opened, server] = await Promise.all([openTestEngine(), startMlflow(mlflowPython ?? '')]);
    opened.engine.registry.mlflow.use({ url: server.url, experiment: 'Shop' });
  }, minutes);
  afterAll(async () => {
    await server?.stop();
    await opened?.close();
  });

  const rows = Array.from({ length: 90 }, (_, index) => [index % 7, index % 5 === 0 ? null : index % 9, ['a', 'b', null][index % 3] ?? null, `2024-0${1 + (index % 9)}-1${index % 10}`, (index % 7) + (index % 3) > 4 ? 'yes' : 'no', 2 * (index % 7) + (index % 9)]);
  const columns = [{ name: 'x', type: 'float' }, { name: 'count', type: 'integer' }, { name: 'plan', type: 'string' }, { name: 'day', type: 'date' }, { name: 'bought', type: 'string' }, { name: 'amount', type: 'float' }];

  async function trained(name: string, type: string, target: string): Promise<void> {
    const nodes = [
      { id: 'v', type: 'test/values', params: { columns, rows } },
      { id: 'r', type: 'train/preprocess', params: { steps: [{ step: 'date-parts' }, { step: 'impute' }, { step: 'scale' }, { step: 'one-hot' }] } },
      { id: 'm', type, params: { target, features: ['x', 'count', 'plan', 'day'], ...(type.endsWith('neural-network') ? { epochs: 4 } : {}) } },
      { id: 'd', type: 'deploy/register-model', params: { name, note: `Of ${target}.` } },
    ];
    const { nodes: states } = await opened.run(fixtureDocument({ nodes, edges: [['v.table', 'm.table'], ['r.recipe', 'm.recipe'], ['m.model', 'd.model']] }, opened.engine.catalogue));
    expect(Object.values(states).flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity === 'error')).toEqual([]);
  }

  async function last(events: AsyncIterable<TransferEvent>): Promise<Extract<TransferEvent, { type: 'done' }>> {
    const seen: TransferEvent[] = [];
    for await (const event of events) seen.push(event);
    const fractions = seen.flatMap((event) => (event.type === 'step' ? [event.fraction] : []));
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    const end = seen.at(-1);
    if (end?.type !== 'done') throw new Error('nothing came of it');
    return end;
  }
  const push = (name: string, more: { alias?: string } = {}) => last(opened.engine.registry.mlflow.push({ name, version: 1, as: null, alias: more.alias ?? null }, new AbortController().signal));
  const pull = (model: string, reference: string, as: string) => last(opened.engine.registry.mlflow.pull({ model, reference, as }, new AbortController().signal));

  const answered = z.object({ flavors: z.array(z.string()), predictions: z.array(z.union([z.string(), z.number()])), probabilities: z.array(z.number()), metrics: z.record(z.string(), z.number()), params: z.record(z.string(), z.string()), tags: z.record(z.string(), z.string()), history: z.number(), artifacts: z.array(z.string()), inputs: z.array(z.string()) });

  it('takes a classifier with its run, and Python predicts with it what the app does', { timeout: minutes }, async () => {
    await trained('sales', 'train/neural-network', 'bought');
    expect(await push('sales', { alias: 'champion' })).toMatchObject({ name: 'sales', version: 1, url: `${server.url}/#/models/sales/versions/1` });
    const record = opened.engine.store.models.resolve('sales');
    const golden = await opened.engine.models.goldenRows(record.value);
    const count = golden.rows;
    const frame = Object.fromEntries(Object.entries(golden.inputs).map(([name, values]) => [name, values.slice(0, count)]));
    const out = await server.python(`
import json, mlflow, mlflow.onnx, mlflow.pyfunc, numpy as np, pandas as pd
from mlflow import MlflowClient
raw = json.loads(${JSON.stringify(JSON.stringify(frame))})
frame = pd.DataFrame({"x": pd.Series(raw["x"], dtype="float64"), "count": pd.Series(raw["count"], dtype="float64"), "plan": raw["plan"], "day": pd.to_datetime(pd.Series(raw["day"]))})
onnx_model = mlflow.onnx.load_model("models:/sales@champion")
model = mlflow.pyfunc.load_model("models:/sales@champion")
found = model.predict(frame)
client = MlflowClient()
version = client.get_model_version_by_alias("sales", "champion")
run = client.get_run(version.run_id)
curve = next((k for k in run.data.metrics if len(client.get_metric_history(version.run_id, k)) > 1), None)
print("ANSWER" + json.dumps({
  "flavors": sorted(mlflow.models.get_model_info("models:/sales@champion").flavors), "predictions": found["prediction"].tolist(), "probabilities": found["probability_yes"].tolist(),
  "metrics": run.data.metrics, "params": run.data.params, "tags": run.data.tags, "history": len(client.get_metric_history(version.run_id, curve)) if curve else 0,
  "artifacts": [a.path for a in client.list_artifacts(version.run_id)] + [a.path for a in client.list_artifacts(version.run_id, "model")], "inputs": [i.name for i in onnx_model.graph.input]}))
`);
    const answer = answered.parse(JSON.parse(out.slice(out.indexOf('ANSWER') + 6)));
    const labels = record.value.signature.classes ?? [];
    const yes = labels.indexOf('yes');
    expect(answer.predictions).toEqual((golden.outputs.label ?? []).map((label) => labels[label]));
    for (const [row, p] of (golden.outputs.probabilities ?? []).entries()) expect(answer.probabilities[row]).toBeCloseTo(p[yes] ?? Number.NaN, 5);
    expect(answer.flavors).toEqual(['onnx', 'python_function']);
    expect(answer.inputs).toEqual(['x', 'count', 'plan', 'day']);
    expect(answer.history).toBeGreaterThan(1);
    expect(answer.tags).toMatchObject({ 'penstock.model': 'sales', 'penstock.version': '1', 'mlflow.note.content': 'Of bought.' });
    expect(answer.artifacts).toEqual(expect.arrayContaining(['MODEL_CARD.md', 'model', 'model/MLmodel', 'model/model.onnx', 'model/input_example.json', 'model/requirements.txt']));
    expect(Object.keys(answer.params)).toContain('epochs');
    expect(opened.engine.registry.history('sales', 1)[0]).toMatchObject({ action: 'model.pushed', details: { as: 'sales', version: 1, alias: 'champion' } });
    expect(await opened.engine.registry.mlflow.models(new AbortController().signal)).toMatchObject([{ name: 'sales', versions: [{ version: 1, aliases: ['champion'] }] }]);
  });

  it('gives back what was pushed as it was', { timeout: minutes }, async () => {
    await trained('amounts', 'train/linear-regression', 'amount');
    await push('amounts');
    expect(await pull('amounts', '', 'amounts-again')).toMatchObject({ name: 'amounts-again', version: 1, isNew: true });
    const [before, after] = ['amounts', 'amounts-again'].map((name) => opened.engine.store.models.resolve(name));
    expect(after?.value.onnx).toBe(before?.value.onnx);
    expect(after?.value.signature).toEqual(before?.value.signature);
    expect(after).toMatchObject({ facts: { source: 'mlflow' }, note: 'Of amount.', value: { algorithm: 'linear-regression' } });
    expect(await pull('sales', '@champion', 'champion')).toMatchObject({ name: 'champion', version: 1 });
  });

  it('gives models that Python logged: ONNX by version and alias, weights beside the file, too; others are named', { timeout: minutes }, async () => {
    await server.python(`
import mlflow, mlflow.onnx, mlflow.pyfunc, numpy as np, onnx, pandas as pd
from onnx import TensorProto, helper, numpy_helper
from mlflow import MlflowClient
from mlflow.models import infer_signature
wide = np.vstack([np.array([[2.0], [0.5]], dtype=np.float32)] + [np.zeros((498, 1), dtype=np.float32)])
pad = np.zeros((2, 498), dtype=np.float32)
graph = helper.make_graph(
  [helper.make_node("MatMul", ["features", "pad"], ["zeros"]), helper.make_node("Concat", ["features", "zeros"], ["all"], axis=1), helper.make_node("MatMul", ["all", "w"], ["variable"])], "linear",
  [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, 2])], [helper.make_tensor_value_info("variable", TensorProto.FLOAT, [None, 1])], [numpy_helper.from_array(wide, "w"), numpy_helper.from_array(pad, "pad")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
example = pd.DataFrame({"age": [1.0, 2.0], "income": [3.0, 4.0]})
mlflow.set_experiment("python")
with mlflow.start_run():
  mlflow.log_metric("rmse", 0.25)
  mlflow.onnx.log_model(model, name="model", registered_model_name="lines", signature=infer_signature(example, pd.DataFrame({"price": [1.0]})))
class Plain(mlflow.pyfunc.PythonModel):
  def predict(self, context, model_input, params=None):
    return [0] * len(model_input)
with mlflow.start_run():
  mlflow.pyfunc.log_model(name="model", python_model=Plain(), registered_model_name="plain")
MlflowClient().set_registered_model_alias("lines", "best", 1)
`);
    expect(await pull('lines', '@best', 'lines')).toMatchObject({ name: 'lines', version: 1 });
    const record = opened.engine.store.models.resolve('lines');
    expect(record.value).toMatchObject({ metrics: { rmse: 0.25 }, signature: { task: 'regression', inputs: [{ name: 'age' }, { name: 'income' }], target: { name: 'price' } } });
    const [prediction] = await opened.engine.models.predict(record.value, [{ age: 1, income: 3 }], new AbortController().signal);
    expect(Object.values(prediction ?? {})).toContainEqual(3.5);
    await expect(pull('plain', '', 'plain')).rejects.toThrow('“plain”, version 1, is no ONNX model: it has the flavors python_function.');
    await expect(pull('lines', '7', 'x')).rejects.toThrow('The server has no registered model “lines” with version 7.');
    await expect(pull('nothing', '', 'x')).rejects.toThrow('The server has no registered model “nothing”.');
  });

  it('is told of a push that was cancelled', { timeout: minutes }, async () => {
    const controller = new AbortController();
    const events = opened.engine.registry.mlflow.push({ name: 'sales', version: 1, as: 'cancelled', alias: null }, controller.signal);
    await expect(
      (async () => {
        for await (const event of events) if (event.type === 'step' && event.message === 'Sending the model') controller.abort();
      })(),
    ).rejects.toThrow();
    expect((await opened.engine.registry.mlflow.models(new AbortController().signal)).map(({ name }) => name)).not.toContain('cancelled');
  });
});

describe('a server that is none', () => {
  it('is named, and nothing secret is kept with the project or said', async () => {
    const opened = await openTestEngine();
    try {
      const { mlflow } = opened.engine.registry;
      mlflow.use({ url: 'http://127.0.0.1:9' });
      await expect(mlflow.test(new AbortController().signal)).rejects.toThrow('The MLflow server http://127.0.0.1:9 cannot be reached');
      expect(() => mlflow.use({ url: 'ftp://host' })).toThrow('“ftp://host” is not the address of a server.');
      expect(() => mlflow.use({ url: 'https://ann:hunter2@host' })).toThrow('The address holds a password, which would be kept with the project.');
    } finally {
      await opened.close();
    }
  });
});
