import { readFile } from 'node:fs/promises';
import { PenstockError } from '#app/core/errors.ts';
import type { ModelSignature } from '#app/sdk/ports.ts';
import type { GoldenRows } from '../model/parity.ts';
import { toFeeds, type RawColumns } from '../model/raw-columns.ts';
import { openScorer } from '../model/scorer.ts';
import { decodeModel } from '../onnx/decode.ts';
import { createRunner } from '../onnx/runner.ts';
import { treesOfModel } from '../trees/from-onnx.ts';
import { expectedRaw } from '../trees/tree-shap.ts';
import { runTask } from '../worker/run-task.ts';
import { featureOwners, type Contributions } from './contributions.ts';
import { linearOfModel } from './linear-of-model.ts';
import type { HeldRows } from './model-rows.ts';
import { sampledContributions } from './sampled-shap.ts';
import { showing, together } from './shap.ts';

/** A loaded model that says why it answers as it does, record by record. */
export interface RecordExplainer {
  readonly method: Contributions['method'];
  /**
   * Contributions of each raw column to the output `cls` (index of the class; 0 for numbers). Sampling stops after `ms` with what there is, and
   * says how far it came; exact values are not cut short.
   * @throws PenstockError `explain-timeout` where not one order of columns was gone through in time.
   */
  explain(columns: RawColumns, rows: number, cls: number, ms: number): Promise<Contributions>;
  close(): Promise<void>;
}

/** Orders of columns that are tried at most for a record. */
const permutations = 64;
/** Rows of the training data that stand in for what is not known. */
const backgroundRows = 64;

const heldRows = (columns: RawColumns, rows: number): HeldRows => ({ rows, numbers: Float64Array.from({ length: rows }, (_unused, row) => row + 1), columns, truth: new Float64Array(), extras: [] });

/**
 * Exact for trees and weighted sums, sampled for everything else. Means and what stands in for the unknown come from the golden rows, which are
 * rows of the training data.
 * @throws PenstockError `model-unreadable`.
 */
export async function openExplainer(file: string | Uint8Array, signature: ModelSignature, golden: Pick<GoldenRows, 'rows' | 'inputs'>): Promise<RecordExplainer> {
  const { graph } = decodeModel(typeof file === 'string' ? await readFile(file) : file);
  const width = signature.features.length;
  const background = heldRows(golden.inputs, golden.rows);
  const trees = treesOfModel(graph);
  const linear = trees === null ? linearOfModel(graph, width) : null;
  const features = trees?.features ?? ((linear?.link === 'identity') === (signature.task === 'regression') ? linear?.features : undefined);
  if (features === undefined || golden.rows === 0) return sampledExplainer(file, signature, heldRows(golden.inputs, Math.min(golden.rows, backgroundRows)));

  const runner = await createRunner(showing(graph, features, width));
  const read = async ({ columns, rows }: HeldRows): Promise<Float32Array> => {
    const { [features]: found } = await runner.run(toFeeds(signature.inputs, columns, 0, rows), { outputs: [features] });
    if (found?.data instanceof Float32Array) return found.data;
    throw new PenstockError('model-output', 'The model does not show its features.', { remedy: 'Train the model again.' });
  };
  const matrix = await read(background);
  const owner = await featureOwners(signature, background, matrix, read);
  const close = (): Promise<void> => runner.close();
  if (trees !== null) {
    const { ensemble, link } = trees;
    const isShare = link === 'identity' && signature.task === 'classification';
    const expected = expectedRaw(ensemble);
    return {
      method: 'trees',
      close,
      async explain(columns, rows, cls) {
        const { values } = await runTask('tree-shap', { ensemble, matrix: await read(heldRows(columns, rows)), rows, width });
        return together(signature, owner, rows, cls, ensemble.outputs, isShare, 'trees', (output) => ({ base: expected[output] ?? Number.NaN, of: (row, feature) => values[(row * width + feature) * ensemble.outputs + output] ?? Number.NaN }));
      },
    };
  }
  const { weights, bias } = linear ?? { weights: new Float64Array(), bias: new Float64Array() };
  const means = meansOf(matrix, golden.rows, width);
  const weight = (feature: number, output: number): number => weights[feature * bias.length + output] ?? 0;
  return {
    method: 'linear',
    close,
    async explain(columns, rows, cls) {
      const own = await read(heldRows(columns, rows));
      return together(signature, owner, rows, cls, bias.length, false, 'linear', (output) => ({
        base: means.reduce((sum, mean, feature) => sum + weight(feature, output) * mean, bias[output] ?? 0),
        of: (row, feature) => weight(feature, output) * ((own[row * width + feature] ?? Number.NaN) - (means[feature] ?? 0)),
      }));
    },
  };
}

function meansOf(matrix: Float32Array, rows: number, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let at = 0; at < matrix.length; at += 1) means[at % width] = (means[at % width] ?? 0) + (matrix[at] ?? 0) / rows;
  return means;
}

async function sampledExplainer(file: string | Uint8Array, signature: ModelSignature, background: HeldRows): Promise<RecordExplainer> {
  const scorer = await openScorer(file, signature);
  return {
    method: 'sampled',
    close: () => scorer.close(),
    async explain(columns, rows, cls, ms) {
      // Not given to the scorer: an abort there would cost it its worker.
      const signal = AbortSignal.timeout(ms);
      const { found } = await sampledContributions({ signature, held: heldRows(columns, rows), background, cls, permutations, seed: 1, resume: null, signal, progress: () => undefined, score: (given, count) => scorer.score(given, count) });
      if (found !== null) return found;
      throw new PenstockError('explain-timeout', `No explanation was found within ${ms} ms.`, { remedy: 'Ask for fewer records at a time, or allow more time.' });
    },
  };
}
