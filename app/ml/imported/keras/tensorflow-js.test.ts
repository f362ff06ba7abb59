import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type * as Core from '@tensorflow/tfjs-core';
import type * as Layers from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { normal, uniform } from '../../learners/random.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { createRunner } from '../../onnx/runner.ts';
import { closeIdleWorkers } from '../../worker/run-task.ts';
import { convertKeras } from './convert.ts';
import { readKerasFile } from './read-file.ts';

const load = createRequire(import.meta.url);
const tf = load('@tensorflow/tfjs-core') as typeof Core;
// Otherwise it recommends its package for Node. Not IS_TEST: that takes what its gradients keep for a leak, in every file of this process.
tf.env().set('PROD', true);
load('@tensorflow/tfjs-backend-cpu');
const { layers: l, input, model, sequential } = load('@tensorflow/tfjs-layers') as typeof Layers;

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-tfjs-'));
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  closeIdleWorkers();
});

type Model = Layers.LayersModel;
const next = uniform(21);
const rows = 5;

/** Random numbers for every weight: positive ones where they are variances. */
function randomise(made: Model): void {
  made.setWeights(
    made.weights.map(({ shape, originalName }) => {
      const size = (shape as number[]).reduce((product, dim) => product * dim, 1);
      return tf.tensor(Float32Array.from({ length: size }, () => (originalName.endsWith('variance') ? 0.5 + next() : 0.5 * normal(next))), shape as number[]);
    }),
  );
}

async function save(made: Model, name: string, change: (file: { modelTopology: object; weightsManifest: { paths: string[] }[] }) => void = () => undefined): Promise<string> {
  const file = path.join(folder, `${name}.json`);
  await made.save({
    save: async ({ modelTopology, weightSpecs, weightData, format, generatedBy }) => {
      const bytes = new Uint8Array(weightData as ArrayBuffer);
      const half = Math.floor(bytes.length / 2);
      const paths = [`${name}.1of2.bin`, `${name}.2of2.bin`];
      writeFileSync(path.join(folder, paths[0] as string), bytes.subarray(0, half));
      writeFileSync(path.join(folder, paths[1] as string), bytes.subarray(half));
      const description = { format, generatedBy, modelTopology: modelTopology as object, weightsManifest: [{ paths, weights: weightSpecs }] };
      change(description);
      writeFileSync(file, JSON.stringify(description));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return file;
}

/** What the ONNX file answers, farthest from what TensorFlow.js answers. */
async function difference(made: Model, name: string, make: () => number = () => normal(next)): Promise<number> {
  const shapes = made.inputs.map(({ shape }) => shape.slice(1) as number[]);
  const given = shapes.map((shape) => Float32Array.from({ length: rows * shape.reduce((a, b) => a * b, 1) }, make));
  const tensors = given.map((data, i) => tf.tensor(data, [rows, ...(shapes[i] ?? [])]));
  const expected = [made.predict(tensors.length === 1 ? (tensors[0] as Core.Tensor) : tensors)].flat().map((tensor) => (tensor as Core.Tensor).dataSync());
  const graph = convertKeras(await readKerasFile(await save(made, name)));
  const runner = await createRunner(encodeModel(graph));
  const answers = await runner.run(Object.fromEntries(graph.inputs.map((one, i) => [one.name, { dims: [rows, (given[i]?.length ?? 0) / rows], data: given[i] as Float32Array }])));
  await runner.close();
  const found = graph.outputs.map((output) => answers[output.name]?.data as Float32Array);
  expect(found.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  // Not all the same number, which an empty network would give too.
  expect(new Set(found.flatMap((data) => Array.from(data))).size).toBeGreaterThan(1);
  return Math.max(...expected.flatMap((data, i) => Array.from(data, (value, at) => Math.abs(value - (found[i]?.[at] ?? Number.NaN)))));
}

const chain = (inputShape: number[], ...rest: Layers.layers.Layer[]): Model => sequential({ layers: [l.inputLayer({ inputShape }), ...rest] });
/** Its default, orthogonal matrices, needs methods that are not loaded here; all weights are replaced anyway. */
const plain = { recurrentInitializer: 'glorotNormal' } as const;

const models: Readonly<Record<string, () => Model>> = {
  'dense layers': () => chain([4], l.dense({ units: 5, activation: 'relu' }), l.dropout({ rate: 0.3 }), l.dense({ units: 3, activation: 'softmax', useBias: false })),
  'batch normalisation, ELU, leaky and parametric ReLU': () => chain([4], l.batchNormalization({}), l.elu({}), l.dense({ units: 4 }), l.leakyReLU({ alpha: 0.2 }), l.dense({ units: 3 }), l.prelu({}), l.batchNormalization({ center: false, epsilon: 0.01 })),
  'layer normalisation and softmax': () => chain([6], l.layerNormalization({}), l.dense({ units: 3 }), l.softmax({})),
  'an image through convolutions': () =>
    chain([9, 8, 2], l.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }), l.maxPooling2d({ poolSize: 2 }), l.zeroPadding2d({ padding: [[1, 0], [2, 1]] }), l.conv2d({ filters: 3, kernelSize: [2, 3], strides: 2 }), l.flatten(), l.dense({ units: 2 })),
  'strides with padding, dilation, average pooling': () => chain([7, 9, 3], l.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }), l.averagePooling2d({ poolSize: 2, padding: 'same' }), l.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2, padding: 'same' }), l.globalMaxPooling2d({})),
  'depthwise and separable convolutions': () => chain([6, 6, 3], l.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }), l.separableConv2d({ filters: 4, kernelSize: 2, depthMultiplier: 2, activation: 'tanh' }), l.globalAveragePooling2d({})),
  'a series through convolutions': () => chain([12, 2], l.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' }), l.maxPooling1d({ poolSize: 2 }), l.conv1d({ filters: 3, kernelSize: 2, strides: 2 }), l.averagePooling1d({ poolSize: 2, strides: 1, padding: 'same' }), l.globalAveragePooling1d({})),
  'a long short-term memory': () => chain([5, 3], l.lstm({ ...plain, units: 4, returnSequences: true }), l.lstm({ ...plain, units: 3, recurrentActivation: 'sigmoid', activation: 'relu' })),
  'gated recurrent units': () => chain([5, 3], l.gru({ ...plain, units: 4, returnSequences: true, goBackwards: true }), l.gru({ ...plain, units: 2, useBias: false, goBackwards: true })),
  'simple recurrent layers': () => chain([5, 3], l.simpleRNN({ ...plain, units: 4, returnSequences: true }), l.simpleRNN({ ...plain, units: 2, activation: 'linear' })),
  'both directions': () =>
    chain([5, 3], l.bidirectional({ layer: l.lstm({ ...plain, units: 2, returnSequences: true }) as Layers.layers.RNN, mergeMode: 'concat' }), l.bidirectional({ layer: l.gru({ ...plain, units: 3, returnSequences: true }) as Layers.layers.RNN, mergeMode: 'ave' }), l.bidirectional({ layer: l.simpleRNN({ ...plain, units: 2 }) as Layers.layers.RNN, mergeMode: 'sum' })),
  'shapes': () => chain([12], l.reshape({ targetShape: [3, 4] }), l.permute({ dims: [2, 1] }), l.flatten(), l.dense({ units: 2 }), l.repeatVector({ n: 3 }), l.dense({ units: 2, activation: 'tanh' })),
  'a graph with a layer that is used twice': () => {
    const [a, b] = [input({ shape: [3], name: 'left' }), input({ shape: [3], name: 'right' })];
    const shared = l.dense({ units: 4, activation: 'relu' });
    const [x, y] = [shared.apply(a), shared.apply(b)] as [Layers.SymbolicTensor, Layers.SymbolicTensor];
    const parts = [l.add().apply([x, y]), l.multiply().apply([x, y]), l.average().apply([x, y]), l.maximum().apply([x, y]), l.minimum().apply([x, y])] as Layers.SymbolicTensor[];
    const joined = l.concatenate().apply(parts) as Layers.SymbolicTensor;
    return model({ inputs: [a, b], outputs: [l.dense({ units: 2, activation: 'sigmoid' }).apply(joined) as Layers.SymbolicTensor, l.dense({ units: 1 }).apply(joined) as Layers.SymbolicTensor] });
  },
  'a model inside a model': () => chain([4], sequential({ layers: [l.dense({ units: 3, activation: 'tanh', inputShape: [4] }), l.batchNormalization()] }) as unknown as Layers.layers.Layer, l.dense({ units: 2 })),
};

describe('a layers model of TensorFlow.js', () => {
  for (const [name, make] of Object.entries(models)) {
    it(`answers as it does there: ${name}`, async () => {
      const made = make();
      randomise(made);
      expect(await difference(made, name.replaceAll(/\W/g, '-'))).toBeLessThan(1e-5);
    });
  }

  for (const activation of ['elu', 'hardSigmoid', 'linear', 'relu', 'relu6', 'selu', 'sigmoid', 'softmax', 'softplus', 'softsign', 'tanh', 'swish', 'mish', 'gelu', 'gelu_new'] as const) {
    it(`has the activation ${activation}`, async () => {
      const made = chain([6], l.dense({ units: 9, activation }), l.activation({ activation }));
      randomise(made);
      expect(await difference(made, `activation-${activation}`, () => 3 * normal(next))).toBeLessThan(1e-5);
    });
  }

  it('looks words up', async () => {
    const made = chain([4], l.embedding({ inputDim: 7, outputDim: 3 }), l.flatten(), l.dense({ units: 2 }));
    randomise(made);
    expect(await difference(made, 'words', () => Math.floor(7 * next()))).toBeLessThan(1e-5);
  });
});

describe('masked steps', () => {
  const words = (): number => Math.floor(3 * next());
  const embedding = () => l.embedding({ inputDim: 3, outputDim: 3, maskZero: true });
  it.each<[string, () => Model]>([
    ['recurrent layers', () => chain([6], embedding(), l.lstm({ ...plain, units: 3, returnSequences: true }), l.gru({ ...plain, units: 2 }))],
    ['backwards', () => chain([6], embedding(), l.lstm({ ...plain, units: 3, goBackwards: true }))],
    ['all steps', () => chain([6], embedding(), l.simpleRNN({ ...plain, units: 3, returnSequences: true }), l.flatten())],
    ['mean', () => chain([6], embedding(), l.globalAveragePooling1d())],
    ['both directions', () => chain([6], embedding(), l.bidirectional({ layer: l.gru({ ...plain, units: 3, returnSequences: true }) as Layers.layers.RNN, mergeMode: 'concat' }), l.flatten())],
    ['both directions last', () => chain([6], embedding(), l.bidirectional({ layer: l.gru({ ...plain, units: 3 }) as Layers.layers.RNN, mergeMode: 'concat' }))],
  ])('are left out as there: %s', async (name, make) => {
    const made = make();
    randomise(made);
    expect(await difference(made, `masked-${name.replaceAll(' ', '-')}`, words)).toBeLessThan(1e-5);
  });
});

describe('weights of TensorFlow.js', () => {
  const dense = (): Model => chain([4], l.dense({ units: 3, activation: 'relu' }), l.dense({ units: 2 }));
  const codeOf = async (file: string): Promise<string> => {
    const error: unknown = await readKerasFile(file).then((read) => convertKeras(read)).catch((caught: unknown) => caught);
    return error instanceof PenstockError ? `${error.code}: ${error.message}` : 'none';
  };

  it('may be kept in one or two bytes', async () => {
    const made = dense();
    randomise(made);
    for (const [dtype, bytes, most] of [['uint8', 1, 255], ['uint16', 2, 65_535]] as const) {
      const [scale, min] = [4 / most, -2];
      const file = await save(made, `small-${dtype}`, (description) => {
        const [group] = description.weightsManifest as { paths: string[]; weights: { quantization?: object; shape: number[] }[] }[];
        for (const spec of group?.weights ?? []) spec.quantization = { dtype, scale, min };
      });
      const values = made.getWeights().flatMap((tensor) => Array.from(tensor.dataSync()));
      const stored = values.map((value) => Math.round((value - min) / scale));
      const packed = Buffer.alloc(stored.length * bytes);
      for (const [i, value] of stored.entries()) packed.writeUIntLE(value, i * bytes, bytes);
      writeFileSync(path.join(folder, `small-${dtype}.1of2.bin`), packed.subarray(0, 5));
      writeFileSync(path.join(folder, `small-${dtype}.2of2.bin`), packed.subarray(5));
      const { topology, weights } = await readKerasFile(file);
      const read = topology.layers.flatMap((layer) => weights.of(layer).flatMap(({ data }) => Array.from(data)));
      expect(read).toHaveLength(values.length);
      for (const [i, value] of read.entries()) expect(Math.abs(value - (values[i] ?? Number.NaN))).toBeLessThan(scale);
    }
  });

  it('are found under the names that the converter of Keras models gives', async () => {
    const made = dense();
    randomise(made);
    // tensorflowjs_converter keeps Keras' own description inside its own.
    const file = await save(made, 'converted', (description) => Object.assign(description, { modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: description.modelTopology } }));
    const read = await readKerasFile(file);
    expect(read.flavour).toBe('tensorflow.js');
    expect(read.topology.layers.map((layer) => read.weights.of(layer).map(({ dims }) => dims))).toEqual([[], [[4, 3], [3]], [[3, 2], [2]]]);
    expect(convertKeras(read).nodes.length).toBeGreaterThan(3);
  });

  it('that are missing, cut off or elsewhere are named', async () => {
    const made = dense();
    const missing = await save(made, 'missing');
    rmSync(path.join(folder, 'missing.2of2.bin'));
    expect(await codeOf(missing)).toBe('file-missing: The file “missing.2of2.bin” is not there.');
    const cut = await save(made, 'cut');
    writeFileSync(path.join(folder, 'cut.2of2.bin'), '');
    expect(await codeOf(cut)).toContain('keras-damaged: “cut.json” has fewer weights than it says');
    const outside = await save(made, 'outside', ({ weightsManifest: [group] }) => group?.paths.splice(0, 2, '../../etc/passwd'));
    expect(await codeOf(outside)).toBe('keras-damaged: “outside.json” names weights outside its folder (../../etc/passwd).');
    const graph = await save(made, 'graph', (description) => Object.assign(description, { format: 'graph-model' }));
    expect(await codeOf(graph)).toContain('keras-unsupported: “graph.json” is a graph model of TensorFlow.js, which has no layers.');
  });

  it('of layers that cannot be imported: their name, their class and what to do', async () => {
    const made = chain([4, 4, 1], l.conv2dTranspose({ filters: 1, kernelSize: 2, name: 'larger' }), l.flatten());
    expect(await codeOf(await save(made, 'unknown'))).toBe('keras-unsupported: The layer “larger” is of the class Conv2DTranspose, which cannot be imported.');
    const any = sequential({ layers: [l.inputLayer({ batchInputShape: [null, null, 3] }), l.globalAveragePooling1d({})] });
    expect(await codeOf(await save(any, 'any'))).toContain('takes tensors of any size ([any, 3])');
    const larger = dense();
    const wrong = await save(larger, 'wrong', (description) => {
      const [group] = description.weightsManifest as { paths: string[]; weights: { shape: number[] }[] }[];
      group?.weights[0]?.shape.splice(0, 2, 3, 4);
    });
    expect(await codeOf(wrong)).toContain('has weights of the shape 3 × 4 where 4 × 3 are needed');
  });
});
