import { z } from 'zod';

/** Params that train nodes share, beside target, features and task. */

export const classWeightsParam = z
  .enum(['none', 'balanced'])
  .default('none')
  .meta({ title: 'Class weights', description: 'Balanced gives rare classes as much say as frequent ones.', labels: { none: 'Every row counts the same', balanced: 'Every class counts the same' } });

/** Of networks. */
export const backendParam = z
  .enum(['onnxruntime', 'tensorflow.js'])
  .default('onnxruntime')
  .meta({ title: 'Backend', description: 'What computes the training. TensorFlow.js gives the same network, slower unless its GPU package is installed (penstock gpu install).', labels: { onnxruntime: 'ONNX Runtime', 'tensorflow.js': 'TensorFlow.js' }, advanced: true });

/** Of networks, with ONNX Runtime. */
export const deviceParam = z
  .enum(['cpu', 'auto', 'gpu'])
  .default('cpu')
  .meta({ title: 'Trains on', description: 'The GPU rounds differently: only the processor gives the same network every time.', labels: { cpu: 'The processor', auto: 'Whichever is faster, by a measured step', gpu: 'The GPU where there is one' }, visibleWhen: { param: 'backend', in: ['onnxruntime'] }, advanced: true });

/** `same`: what a seed fixes. Null: a seed of the node's own. */
export const trainingSeedParam = (same: 'network' | 'trees') =>
  z.int().min(0).max(0xffff_ffff).nullable().default(null).meta({ title: 'Seed', description: `Same seed, same ${same}. Empty: a fixed one, so that runs can be compared.`, control: 'number', min: 0, advanced: true });
