import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRunner } from '#app/ml/onnx/runner.ts';
import { encodeModel } from '#app/ml/onnx/encode.ts';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import type { ModelValue } from '#app/sdk/ports.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds the server of bundles where it is older than its sources; gives its folder. */
export function builtServer(): string {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.mjs'), 'bundle-server'], { cwd: root, stdio: 'ignore' });
  return path.join(root, 'dist/bundle-server');
}

/** A small classifier on text, numbers with gaps and booleans, with the operators that real ones use. */
const graph: OnnxGraph = {
  name: 'test',
  inputs: [
    { name: 'plan', type: 'string', shape: ['rows', 1] },
    { name: 'age', type: 'double', shape: ['rows', 1] },
    { name: 'label_input', type: 'double', shape: ['rows', 1] },
  ],
  outputs: [
    { name: 'label', type: 'int64', shape: ['rows'] },
    { name: 'probabilities', type: 'float', shape: ['rows', 2] },
  ],
  nodes: [
    {
      op: 'OneHotEncoder',
      domain: 'ai.onnx.ml',
      inputs: ['plan'],
      outputs: ['plan_hot3'],
      attributes: { cats_strings: { kind: 'strings', value: ['basic', 'größe'] }, zeros: { kind: 'int', value: 1 } },
    },
    { op: 'Reshape', inputs: ['plan_hot3', 'two'], outputs: ['plan_hot'] },
    { op: 'Concat', inputs: ['age', 'label_input'], outputs: ['numbers'], attributes: { axis: { kind: 'int', value: 1 } } },
    { op: 'Cast', inputs: ['numbers'], outputs: ['floats'], attributes: { to: { kind: 'int', value: 1 } } },
    { op: 'Imputer', domain: 'ai.onnx.ml', inputs: ['floats'], outputs: ['imputed'], attributes: { imputed_value_floats: { kind: 'floats', value: [40, 0] }, replaced_value_float: { kind: 'float', value: Number.NaN } } },
    { op: 'Scaler', domain: 'ai.onnx.ml', inputs: ['imputed'], outputs: ['scaled'], attributes: { offset: { kind: 'floats', value: [40, 0] }, scale: { kind: 'floats', value: [0.1, 1] } } },
    { op: 'Concat', inputs: ['plan_hot', 'scaled'], outputs: ['features'], attributes: { axis: { kind: 'int', value: 1 } } },
    { op: 'Gemm', inputs: ['features', 'weights', 'bias'], outputs: ['logits'] },
    { op: 'Softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: { kind: 'int', value: 1 } } },
    { op: 'ArgMax', inputs: ['probabilities'], outputs: ['label'], attributes: { axis: { kind: 'int', value: 1 }, keepdims: { kind: 'int', value: 0 } } },
  ],
  initializers: [
    { name: 'two', type: 'int64', dims: [2], data: [-1, 2] },
    { name: 'weights', type: 'float', dims: [4, 2], data: [0.5, -0.5, -1.25, 1.25, 0.3, -0.3, 0.75, -0.1] },
    { name: 'bias', type: 'float', dims: [2], data: [0.1, -0.2] },
  ],
};

export interface TestBundle {
  readonly onnx: Uint8Array;
  readonly golden: Uint8Array;
  readonly model: ModelValue;
  readonly rows: readonly Readonly<Record<string, null | boolean | number | string>>[];
  readonly probabilities: readonly (readonly number[])[];
}

/** The model, and golden rows answered by the native runtime. */
export async function testBundle(): Promise<TestBundle> {
  const onnx = encodeModel(graph);
  const plan = ['basic', 'größe', '', 'never seen', 'basic'];
  const age = [20, 63.5, Number.NaN, 40, -1];
  const label = [0, 1, Number.NaN, 1, 0];
  const runner = await createRunner(onnx);
  try {
    const outputs = await runner.run({ plan, age: Float64Array.from(age), label_input: Float64Array.from(label) }, {});
    const flat = Array.from(outputs['probabilities']?.data as Float32Array);
    const probabilities = plan.map((_text, row) => flat.slice(row * 2, row * 2 + 2));
    const gap = (values: readonly number[]): (number | null)[] => values.map((value) => (Number.isNaN(value) ? null : value));
    const inputs = { plan: plan.map((text) => (text === '' ? null : text)), age: gap(age), label: gap(label).map((value) => (value === null ? null : value === 1)) };
    const golden = { rows: plan.length, inputs, outputs: { label: Array.from(outputs['label']?.data as ArrayLike<number>, Number), probabilities } };
    return {
      onnx,
      golden: Buffer.from(JSON.stringify(golden)),
      probabilities,
      rows: plan.map((_text, row) => ({ plan: inputs.plan[row] ?? null, age: inputs.age[row] ?? null, label: inputs.label[row] ?? null })),
      model: {
        kind: 'model',
        onnx: 'a'.repeat(64),
        golden: 'b'.repeat(64),
        signature: {
          task: 'classification',
          target: { name: 'churned', type: 'boolean' },
          inputs: [
            { name: 'plan', type: 'string' },
            { name: 'age', type: 'float' },
            { name: 'label', type: 'boolean' },
          ],
          classes: ['false', 'true'],
          features: ['plan', 'age', 'label'],
        },
        algorithm: 'logistic-regression',
        params: { l2: 0.5 },
        metrics: { trainingLoss: 0.31 },
        rows: 1234,
      },
    };
  } finally {
    await runner.close();
  }
}
