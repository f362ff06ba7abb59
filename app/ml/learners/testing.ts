import { encodeModel } from '../onnx/encode.ts';
import { createRunner } from '../onnx/runner.ts';
import { attachHead } from './heads.ts';
import type { LearnerHead, TrainHooks, TrainInput, TrainMessage } from './types.ts';

/** Hooks for tests that call a trainer directly: nothing cancels, live points are collected. */
export function quietHooks(): TrainHooks & { readonly messages: TrainMessage[] } {
  const messages: TrainMessage[] = [];
  return { messages, cancelled: () => false, check: () => undefined, progress: () => undefined, send: (message) => messages.push(message) };
}

/** Rows given one by one as a TrainInput. */
export function trainInput(rows: readonly (readonly number[])[], target: readonly number[], classes: number, weights?: readonly number[]): TrainInput {
  return {
    task: classes === 0 ? 'regression' : 'classification',
    matrix: Float32Array.from(rows.flat()),
    rows: rows.length,
    features: (rows[0] ?? []).map((_, j) => `x${j}`),
    target: Float64Array.from(target),
    classes,
    ...(weights === undefined ? {} : { weights: Float64Array.from(weights) }),
  };
}

/** Outputs of a head over a matrix [rows × size], by name; int64 as numbers. */
export async function runHead(head: LearnerHead, matrix: Float32Array, size: number): Promise<Record<string, number[]>> {
  const { nodes, initializers, outputs } = attachHead(head, 'features');
  const model = encodeModel({ name: 'head', inputs: [{ name: 'features', type: 'float', shape: ['rows', size] }], outputs, nodes, initializers });
  const runner = await createRunner(model);
  const result = await runner.run({ features: { dims: [matrix.length / size, size], data: matrix } });
  await runner.close();
  return Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, Array.from<unknown, number>(data as ArrayLike<unknown>, Number)]));
}
