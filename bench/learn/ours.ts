import { readFileSync } from 'node:fs';
import { sharedFloats } from '#app/core/shared-table.ts';
import { headModel } from '#app/ml/model/assemble.ts';
import { train } from '#app/ml/learners/train.ts';
import type { TrainInput } from '#app/ml/learners/types.ts';
import { rankScores, rocAuc } from '#app/ml/metrics/ranking.ts';
import { principalComponents } from '#app/ml/projection/principal.ts';
import { createRunner } from '#app/ml/onnx/runner.ts';
import { runTask } from '#app/ml/worker/run-task.ts';
import { width, type LearnFiles } from './data.ts';

export interface LearnOptions extends LearnFiles {
  readonly what: keyof typeof contestants;
  readonly rounds: number;
}

const floats = (file: string): Float32Array => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};
/** As the app's tables give rows, and as it reads them to train on (tested in `app/ml/model/feature-rows.test.ts`): where kernels work on them. */
function shared(values: Float32Array): Float32Array {
  const copy = sharedFloats(values.length);
  copy.set(values);
  return copy;
}

const features = Array.from({ length: width }, (_, j) => `f${j}`);

/** As scikit-learn and LightGBM are asked in `peer.py`. */
const contestants = {
  boosting: { algorithm: 'gradient-boosting', params: { iterations: 100, earlyStopping: false } },
  forest: { algorithm: 'random-forest', params: { trees: 100 } },
  logistic: { algorithm: 'logistic-regression', params: {} },
  ridge: { algorithm: 'linear-regression', params: { penalty: 'ridge', alpha: 1 } },
  mlp: { algorithm: 'mlp', params: { hiddenLayers: [128, 128], epochs: 5, batchSize: 1024, earlyStopping: false, validationFraction: 0 } },
  mlp512: { algorithm: 'mlp', params: { hiddenLayers: [512, 512], epochs: 5, batchSize: 1024, earlyStopping: false, validationFraction: 0 } },
  pca: null,
  kmeans: null,
} as const;

/** Starts of k-means, whose number of iterations is a matter of luck: its time is the mean over these. */
const seeds = [0, 1, 2, 3, 4];

/** Best wall time of a contestant, with what its model is worth on the test rows. The worker is up before. */
export async function run({ what, rounds, X, y, testX, testY }: LearnOptions): Promise<{ ms: number; auc: number | null }> {
  const matrix = floats(X);
  const target = Float64Array.from(floats(y));
  const rows = target.length;
  const chosen = contestants[what];
  let ms = Infinity;
  let auc: number | null = null;
  for (let round = 0; round <= rounds; round += 1) {
    // A first go on few rows starts the threads and warms the code, as an import does elsewhere.
    const part = round === 0 ? Math.min(rows, 2000) : rows;
    const given = { matrix: shared(matrix.subarray(0, part * width)), target: target.slice(0, part), rows: part };
    const from = performance.now();
    if (chosen === null) {
      await transform(what === 'pca' ? 'pca' : 'kmeans', given);
    } else {
      const input: TrainInput = { task: what === 'ridge' ? 'regression' : 'classification', ...given, features, classes: what === 'ridge' ? 0 : 2 };
      const { head } = await train(chosen.algorithm, chosen.params, input, { seed: 1 });
      const took = performance.now() - from;
      if (round > 0) ms = Math.min(ms, took);
      if (round === rounds && what !== 'ridge') auc = await testAuc(headModel(head, width), head.input, floats(testX), floats(testY));
      continue;
    }
    if (round > 0) ms = Math.min(ms, (performance.now() - from) / (what === 'kmeans' ? seeds.length : 1));
  }
  return { ms, auc };
}

async function transform(what: 'pca' | 'kmeans', { matrix, rows }: { matrix: Float32Array; rows: number }): Promise<void> {
  if (what === 'pca') await principalComponents({ matrix, rows, columns: width }, { standardise: false });
  else for (const seed of seeds) await runTask('k-means', { data: matrix, rows, columns: width, from: 8, to: 8, restarts: 1, maxIterations: 300, tolerance: 1e-4, seed });
}

async function testAuc(model: Uint8Array, input: string, X: Float32Array, y: Float32Array): Promise<number> {
  const runner = await createRunner(model);
  const scores = new Float64Array(y.length);
  const batch = 10_000;
  for (let from = 0; from < y.length; from += batch) {
    const size = Math.min(batch, y.length - from);
    const { probabilities } = await runner.run({ [input]: { dims: [size, width], data: X.slice(from * width, (from + size) * width) } });
    for (let row = 0; row < size; row += 1) scores[from + row] = Number(probabilities?.data[row * 2 + 1]);
  }
  await runner.close();
  return rocAuc(rankScores(scores, y));
}
