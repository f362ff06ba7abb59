import { normal, uniform } from '../random.ts';
import { trainInput } from '../testing.ts';
import { trainLearner } from '../train.ts';

/** Trains a small network on the GPU where there is one, and prints what came of it; a process of its own for device.test.ts. */
const next = uniform(4);
const points = Array.from({ length: 300 }, () => [normal(next), normal(next)]);
const ring = trainInput(points, points.map(([a = 0, b = 0]) => Number(a * a + b * b > 1.4)), 2);
const { metrics, details } = await trainLearner('mlp', { hiddenLayers: [16], dropout: 0.1, epochs: 12, batchSize: 64, learningRate: 0.03, device: 'gpu', earlyStopping: false }, ring, { seed: 2 });
process.stdout.write(`\nfound:${JSON.stringify({ accuracy: metrics['validationAccuracy'], notes: details.notes })}\n`, () => process.exit(0));
