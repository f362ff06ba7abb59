import type { ModelSignature } from '#app/sdk/ports.ts';
import { decodeModel } from '../onnx/decode.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { OnnxGraph } from '#app/relation/emitters/onnx/graph.ts';
import { treesOfModel } from '../trees/from-onnx.ts';
import { runTask } from '../worker/run-task.ts';
import { bothClasses, exactOutput, featureOwners, keptOutputs, summedByColumn, tensorOf, type Contributions, type OutputContributions } from './contributions.ts';
import { linearOfModel } from './linear-of-model.ts';
import type { HeldRows } from './model-rows.ts';

export interface ShapQuestion {
  readonly signature: ModelSignature;
  readonly held: HeldRows;
  /** Index of the class that is looked at first; 0 for numbers. */
  readonly cls: number;
  readonly signal: AbortSignal;
  progress(fraction: number): void;
}

/** Exact values of trees and of weighted sums; null where the model is neither. */
export async function exactContributions(file: Uint8Array, question: ShapQuestion): Promise<Contributions | null> {
  const { graph } = decodeModel(file);
  return (await treeContributions(graph, question)) ?? (await linearContributions(graph, question));
}

/** The model with a tensor of features as a further output. */
export const showing = (graph: OnnxGraph, features: string, width: number): Uint8Array => encodeModel({ ...graph, outputs: [...graph.outputs, { name: features, type: 'float', shape: ['rows', width] }] });

/** Values of a model of trees (see `treeShap`), summed up by raw column: in log-odds for boosting, in probability for forests. */
async function treeContributions(graph: OnnxGraph, { signature, held, cls, signal, progress }: ShapQuestion): Promise<Contributions | null> {
  const found = treesOfModel(graph);
  if (found === null) return null;
  const { ensemble, features, link } = found;
  const width = signature.features.length;
  const file = showing(graph, features, width);
  const read = (rows: HeldRows): Promise<Float32Array> => tensorOf(file, features, width, signature, rows, signal);
  const matrix = await read(held);
  const owner = await featureOwners(signature, held, matrix, read);
  const { values, expected } = await runTask('tree-shap', { ensemble, matrix, rows: held.rows, width }, { signal, onProgress: (fraction) => progress(fraction ?? 0) });
  const isShare = link === 'identity' && signature.task === 'classification';
  return together(signature, owner, held.rows, cls, ensemble.outputs, isShare, 'trees', (output) => ({ base: expected[output] ?? Number.NaN, of: (row, feature) => values[(row * width + feature) * ensemble.outputs + output] as number }));
}

/**
 * Values of a weighted sum, where columns are taken to be known or not each by itself (Štrumbelj & Kononenko 2014): weight × distance from
 * the feature's mean over the held rows. Classes in the scores whose sigmoid or softmax is the probability.
 */
async function linearContributions(graph: OnnxGraph, { signature, held, cls, signal, progress }: ShapQuestion): Promise<Contributions | null> {
  const width = signature.features.length;
  const found = linearOfModel(graph, width);
  if (found === null || (found.link === 'identity') !== (signature.task === 'regression')) return null;
  const { weights, bias } = found;
  const file = showing(graph, found.features, width);
  const read = (rows: HeldRows): Promise<Float32Array> => tensorOf(file, found.features, width, signature, rows, signal);
  const matrix = await read(held);
  const owner = await featureOwners(signature, held, matrix, read);
  progress(0.9);
  const means = new Float64Array(width);
  for (let at = 0; at < matrix.length; at += 1) means[at % width] = (means[at % width] as number) + (matrix[at] as number) / held.rows;
  return together(signature, owner, held.rows, cls, bias.length, false, 'linear', (output) => {
    const weight = (feature: number): number => weights[feature * bias.length + output] as number;
    const base = means.reduce((sum, mean, feature) => sum + weight(feature) * mean, bias[output] as number);
    return { base, of: (row, feature) => weight(feature) * ((matrix[row * width + feature] as number) - (means[feature] as number)) };
  });
}

interface RawOutput {
  readonly base: number;
  of(row: number, feature: number): number;
}

/** Values by raw column and class, of values by feature and raw output. */
export function together(signature: ModelSignature, owner: readonly number[], rows: number, cls: number, rawOutputs: number, isShare: boolean, method: Contributions['method'], raw: (output: number) => RawOutput): Contributions {
  const columns = signature.inputs.map(({ name }) => name);
  const output = (which: number): OutputContributions => {
    const { base, of } = raw(which);
    return exactOutput(summedByColumn(rows, owner, columns.length, of), columns.length, rows, base);
  };
  const kept = keptOutputs(signature, cls, rows, columns.length);
  const isPair = rawOutputs === 1 && signature.task === 'classification';
  const outputs = isPair ? bothClasses(output(0), columns.length, rows, isShare) : Array.from({ length: rawOutputs }, (_unused, which) => (kept.includes(which) ? output(which) : null));
  return { columns, scale: signature.task === 'regression' ? 'prediction' : isShare ? 'probability' : 'log-odds', method, outputs, samples: null };
}
