import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import { foreignFile, type ForeignModel } from '#app/ml/imported/testing.ts';

describeFixtures(import.meta.url);

interface Reference {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly classes: { readonly labels: string[]; readonly coefficients: number[][]; readonly intercepts: number[]; readonly probabilities: number[][]; readonly predicted: string[] };
  readonly two: { readonly labels: string[]; readonly coefficients: number[]; readonly intercept: number; readonly second: number[] };
  readonly number: { readonly coefficients: number[]; readonly intercept: number; readonly predicted: number[] };
  readonly tree: Readonly<Record<'left' | 'right' | 'feature' | 'threshold' | 'value' | 'predicted', number[]>>;
}
/** By scripts/reference/import_onnx.py: models of scikit-learn and what they predict. */
const reference = JSON.parse(readFileSync(fileURLToPath(new URL('./reference.json', import.meta.url)), 'utf8')) as Reference;

const FLOAT = 1;
const INT64 = 7;
const TEXT = 8;
const rowsOf = (width: number): readonly [string, number] => ['rows', width];

/** As skl2onnx writes a LogisticRegression of text labels. */
const classifier: ForeignModel = {
  mlOpset: 1,
  inputs: [{ name: 'float_input', type: FLOAT, dims: rowsOf(4) }],
  outputs: [{ name: 'output_label', type: TEXT, dims: ['rows'] }, { name: 'output_probability', type: 'map' }],
  nodes: [
    { op: 'LinearClassifier', domain: 'ai.onnx.ml', inputs: ['float_input'], outputs: ['label', 'probability_tensor'], attributes: { classlabels_strings: reference.classes.labels, coefficients: reference.classes.coefficients.flat(), intercepts: reference.classes.intercepts, multi_class: 1, post_transform: 'SOFTMAX' }, floats: ['coefficients', 'intercepts'] },
    { op: 'Normalizer', domain: 'ai.onnx.ml', inputs: ['probability_tensor'], outputs: ['probabilities'], attributes: { norm: 'L1' } },
    { op: 'Identity', inputs: ['label'], outputs: ['output_label'] },
    { op: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['probabilities'], outputs: ['output_probability'], attributes: { classlabels_strings: reference.classes.labels } },
  ],
};

/** As PyTorch writes a linear layer: scores of one column, names that our contract has for itself. */
const logit: ForeignModel = {
  opset: 13,
  producer: 'pytorch',
  inputs: [{ name: 'prediction', type: FLOAT, dims: rowsOf(4) }],
  outputs: [{ name: 'label', type: FLOAT, dims: rowsOf(1) }],
  constants: [{ name: 'bill_depth_mm', dims: [1, 4], floats: reference.two.coefficients }, { name: 'bias', dims: [1], floats: [reference.two.intercept] }],
  nodes: [{ op: 'Gemm', inputs: ['prediction', 'bill_depth_mm', 'bias'], outputs: ['label'], attributes: { transB: 1 } }],
};

/** As skl2onnx writes a pipeline: an input a column. */
const regression: ForeignModel = {
  mlOpset: 1,
  inputs: reference.columns.slice(0, 3).map((name) => ({ name, type: FLOAT, dims: rowsOf(1) })),
  outputs: [{ name: 'variable', type: FLOAT, dims: rowsOf(1) }],
  nodes: [
    { op: 'Concat', inputs: reference.columns.slice(0, 3), outputs: ['all'], attributes: { axis: 1 } },
    { op: 'LinearRegressor', domain: 'ai.onnx.ml', inputs: ['all'], outputs: ['variable'], attributes: { coefficients: reference.number.coefficients, intercepts: [reference.number.intercept] }, floats: ['coefficients', 'intercepts'] },
  ],
};

const { left, right, feature, threshold, value } = reference.tree;
const ids = left.map((_child, id) => id);
const isLeaf = (id: number): boolean => (left[id] ?? -1) < 0;
const leaves = ids.filter(isLeaf);
/** As skl2onnx writes a DecisionTreeRegressor, in float. */
const tree: ForeignModel = {
  mlOpset: 1,
  inputs: [{ name: 'X', type: FLOAT, dims: ['rows', 2] }],
  outputs: [{ name: 'variable', type: FLOAT, dims: rowsOf(1) }],
  nodes: [
    {
      op: 'TreeEnsembleRegressor',
      domain: 'ai.onnx.ml',
      inputs: ['X'],
      outputs: ['variable'],
      attributes: {
        n_targets: 1,
        nodes_nodeids: ids,
        nodes_treeids: ids.map(() => 0),
        nodes_featureids: feature.map((one) => Math.max(0, one)),
        nodes_modes: ids.map((id) => (isLeaf(id) ? 'LEAF' : 'BRANCH_LEQ')),
        nodes_truenodeids: left.map((one) => Math.max(0, one)),
        nodes_falsenodeids: right.map((one) => Math.max(0, one)),
        nodes_values: threshold,
        target_nodeids: leaves,
        target_treeids: leaves.map(() => 0),
        target_ids: leaves.map(() => 0),
        target_weights: leaves.map((id) => value[id] ?? 0),
      },
      floats: ['nodes_values', 'target_weights'],
    },
  ],
};

let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
});
afterAll(() => opened.close());

const table = { id: 'in', type: 'test/values', params: { columns: reference.columns.map((name) => ({ name, type: 'float' })), rows: reference.rows } };

async function imported(name: string, model: ForeignModel | Uint8Array, params: object, withTable = true) {
  const file = path.join(opened.projectDir, `${name}.onnx`);
  writeFileSync(file, model instanceof Uint8Array ? model : foreignFile(model));
  const edges: [string, string][] = [['in.table', 'predict.table'], ['model.model', 'predict.model']];
  const document = fixtureDocument({ nodes: [table, { id: 'model', type: 'train/import-onnx', params: { path: file, ...params } }, { id: 'predict', type: 'evaluate/predict', params: {} }], edges: [...edges, ...(withTable ? [['in.table', 'model.table'] as [string, string]] : [])] }, opened.engine.catalogue);
  const configured = await opened.engine.configure(document);
  const { nodes } = await opened.run(document, ['predict']);
  const diagnostics = [...(configured.configurations['model']?.diagnostics ?? []), ...(nodes['model']?.diagnostics ?? [])];
  const isDone = nodes['predict']?.status === 'succeeded';
  const promised = configured.configurations['predict']?.outputs['table'];
  const made = isDone ? await opened.table(document, 'predict', 'table') : null;
  if (made !== null && promised?.kind === 'table' && promised.schema !== null) expect(made.schema).toEqual(promised.schema);
  return { diagnostics, made: (made?.rows ?? []).map((row) => row.slice(reference.columns.length)), document };
}

const near = (found: unknown, expected: number | undefined): void => expect(Math.abs(Number(found) / (expected ?? Number.NaN) - 1)).toBeLessThan(1e-4);

describe('a file from elsewhere', () => {
  it('classifies as scikit-learn does, with text labels and a list of maps at its end', async () => {
    const { made, diagnostics } = await imported('classifier', classifier, { target: 'species' });
    expect(diagnostics).toEqual([]);
    expect(made.map(([label]) => label)).toEqual(reference.classes.predicted);
    for (const [row, probabilities] of reference.classes.probabilities.entries()) for (const [cls, p] of probabilities.entries()) expect(Math.abs(Number(made[row]?.[1 + cls]) - p)).toBeLessThan(1e-5);
  });

  it('becomes probabilities from one score, under names that the contract has for itself, its classes put in order', async () => {
    const [first = '', second = ''] = reference.two.labels;
    const { made } = await imported('logit', logit, { target: 'sex', predicts: 'classes', scores: 'logits', classes: `${first}, ${second}` });
    for (const [row, p] of reference.two.second.entries()) expect(Math.abs(Number(made[row]?.[2]) - p)).toBeLessThan(1e-5);
    // The very score of the other class: the app sorts classes, so that columns change places.
    const turned = await imported('logit', logit, { target: 'sex', predicts: 'classes', scores: 'logits', classes: `${second}, ${first}` });
    for (const [row, p] of reference.two.second.entries()) expect(Math.abs(Number(turned.made[row]?.[1]) - p)).toBeLessThan(1e-5);
  });

  it('predicts numbers from an input a column, without a table too', async () => {
    const { made, diagnostics } = await imported('regression', regression, { target: 'mass' }, false);
    expect(diagnostics).toEqual([]);
    for (const [row, expected] of reference.number.predicted.entries()) near(made[row]?.[0], expected);
  });

  it('takes a tree, with its columns listed', async () => {
    const missing = await imported('tree', tree, { target: 'mass' });
    expect(missing.diagnostics[0]).toMatchObject({ code: 'columns-missing', message: 'The input “X” takes 2 columns, and the table has 4 that fit.' });
    const { made } = await imported('tree', tree, { target: 'mass', inputs: [{ input: 'X', columns: 'bill_length_mm, bill_depth_mm' }] });
    for (const [row, expected] of reference.tree.predicted.entries()) near(made[row]?.[0], expected);
  });

  it('goes into an exported file that answers alike', async () => {
    const { document } = await imported('classifier', classifier, { target: 'species' });
    const file = path.join(opened.projectDir, 'out.onnx');
    const node = fixtureDocument({ nodes: [{ id: 'out', type: 'deploy/export-onnx', params: { path: file } }], edges: [] }, opened.engine.catalogue).nodes;
    const more = { ...document, nodes: [...document.nodes, ...node], edges: [...document.edges, { id: 'out', from: { node: 'model', port: 'model' }, to: { node: 'out', port: 'model' } }] };
    const { nodes } = await opened.run(more, ['out']);
    expect(nodes['out']?.status).toBe('succeeded');
    expect(readFileSync(file).length).toBeGreaterThan(500);
  });
});

describe('a file that cannot be used', () => {
  const codes = async (name: string, model: ForeignModel | Uint8Array, params: object = {}): Promise<string> => {
    const { diagnostics } = await imported(name, model, params);
    const [first] = diagnostics.filter(({ severity }) => severity === 'error');
    return `${first?.code ?? 'none'}: ${first?.message ?? ''}`;
  };
  it('is named: cut off, other operators, old ones, images, one row at a time', async () => {
    const whole = foreignFile(classifier);
    expect(await codes('cut', whole.slice(0, whole.length / 2))).toMatch(/^onnx-damaged: “cut.onnx” is not a readable ONNX model/);
    expect(await codes('empty', new Uint8Array())).toMatch(/^onnx-damaged/);
    expect(await codes('other', { ...regression, nodes: [{ op: 'FancyLayer', inputs: reference.columns.slice(0, 3), outputs: ['variable'] }] })).toMatch(/^onnx-unsupported: “other.onnx” uses the operator .*FancyLayer/);
    expect(await codes('old', { ...logit, opset: 6 })).toContain('written for operators of version 6');
    expect(await codes('image', { ...logit, inputs: [{ name: 'prediction', type: FLOAT, dims: ['rows', 3, 8, 8] }] })).toContain('“prediction” as a tensor of 4 dimensions');
    expect(await codes('half', { ...logit, inputs: [{ name: 'prediction', type: 10, dims: rowsOf(4) }] })).toContain('a tensor of float16');
    expect(await codes('single', { ...logit, inputs: [{ name: 'prediction', type: FLOAT, dims: [1, 4] }] })).toContain('a tensor of exactly one row');
  });

  it('says what is wrong with its mapping before it runs', async () => {
    expect(await codes('logit', logit, { predicts: 'classes', classes: 'a, b, c' })).toContain('There are 3 classes, but the output “label” has one value a row');
    expect(await codes('classifier', classifier, { output: 'nothing' })).toContain('The file has no output “nothing”');
    expect(await codes('classifier', classifier, { output: 'output_label' })).toContain('gives labels as text, without probabilities');
    expect(await codes('classifier', classifier, { inputs: [{ input: 'float_input', columns: 'a, b' }] })).toContain('takes 4 columns, but 2 are listed');
  });

  it('warns where what should be probabilities are none', async () => {
    const { diagnostics } = await imported('logit', { ...logit, outputs: [{ name: 'label', type: FLOAT, dims: rowsOf(1) }] }, { predicts: 'classes', classes: 'a, b' });
    expect(diagnostics.map(({ code }) => code)).toContain('no-probabilities');
  });
});

it('takes numbers of classes for labels', async () => {
  const model: ForeignModel = {
    inputs: [{ name: 'bill_length_mm', type: FLOAT, dims: rowsOf(1) }],
    outputs: [{ name: 'cls', type: INT64, dims: ['rows'] }],
    constants: [{ name: 'limit', dims: [1], floats: [45] }, { name: 'shape', dims: [1], floats: [-1] }],
    nodes: [
      { op: 'Greater', inputs: ['bill_length_mm', 'limit'], outputs: ['longer'] },
      { op: 'Cast', inputs: ['longer'], outputs: ['number'], attributes: { to: INT64 } },
      { op: 'Cast', inputs: ['shape'], outputs: ['flat'], attributes: { to: INT64 } },
      { op: 'Reshape', inputs: ['number', 'flat'], outputs: ['cls'] },
    ],
  };
  const { made } = await imported('labels', model, { target: 'long', classes: 'short, long' });
  // Sorted: long before short.
  expect(made).toEqual(reference.rows.map(([length = 0]) => (length > 45 ? ['long', 1, 0] : ['short', 0, 1])));
});
