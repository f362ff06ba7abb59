import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { rankScores, rocAuc } from '#app/ml/metrics/ranking.ts';
import { width, type LearnFiles } from './data.ts';

export interface TensorFlowOptions extends LearnFiles {
  readonly rounds: number;
}

const load = createRequire(import.meta.url);
const floats = (file: string): Float32Array => {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

/** The network of `ours.ts` as a person writes it with TensorFlow.js' layers, on WebAssembly: best wall time of a fit, with what its model is worth. */
export async function run({ rounds, X, y, testX, testY }: TensorFlowOptions): Promise<{ ms: number; auc: number }> {
  // The build's file brings gradients and WebAssembly; the layers find both, since all copies share one engine.
  load('../../dist/tensorflow/tensorflow.cjs');
  const tf = load('@tensorflow/tfjs-core') as typeof Core;
  const layers = load('@tensorflow/tfjs-layers') as typeof Layers;
  await tf.setBackend('wasm');
  const [features, classes] = [floats(X), floats(y)];
  const rows = classes.length;
  let ms = Infinity;
  let predict: Layers.Sequential['predict'] = () => tf.scalar(0);
  for (let round = 0; round <= rounds; round += 1) {
    const part = round === 0 ? Math.min(rows, 2000) : rows;
    const from = performance.now();
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 128, activation: 'relu', inputShape: [width] }), layers.layers.dense({ units: 128, activation: 'relu' }), layers.layers.dense({ units: 1, activation: 'sigmoid' })] });
    model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
    const [x, target] = [tf.tensor2d(features.subarray(0, part * width), [part, width]), tf.tensor2d(classes.subarray(0, part), [part, 1])];
    await model.fit(x, target, { epochs: 5, batchSize: 1024, shuffle: true, verbose: 0 });
    predict = model.predict.bind(model);
    tf.dispose([x, target]);
    if (round > 0) ms = Math.min(ms, performance.now() - from);
  }
  const truth = floats(testY);
  const scores = (predict(tf.tensor2d(floats(testX), [truth.length, width]), { batchSize: 10_000 }) as Core.Tensor).dataSync();
  return { ms, auc: rocAuc(rankScores(Float64Array.from(scores), truth)) };
}
