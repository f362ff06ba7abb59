import type { ParameterShape } from '../../autodiff/flat-parameters.ts';
import { optimiserState } from '../../autodiff/optimiser.ts';
import { openTensorFlow, withinMemory } from '../../tensorflow/open.ts';
import type { Tf, TfTensor } from '../../tensorflow/operators.ts';
import { TensorGraph } from '../../tensorflow/tensor-graph.ts';
import type { Tensor } from '../../worker/ort.ts';
import { evaluationGraph, forwardGraph, optimiserGraph } from './graphs.ts';
import { initialStatistics, maskInput } from './pass.ts';
import type { Feeds, Stepper, StepperStart, StepValues } from './stepper.ts';

const toTensor = (tf: Tf, { data, dims, type }: Tensor): TfTensor => tf.tensor(data as Float32Array | Int32Array, [...dims], type === 'float32' ? 'float32' : 'int32');
const toTensors = (tf: Tf, feeds: Feeds): Record<string, TfTensor> => Object.fromEntries(Object.entries(feeds).map(([name, one]) => [name, toTensor(tf, one)]));

/** The parameters as tensors of their shapes, cut from one vector. */
function cut(tf: Tf, vector: TfTensor, shapes: readonly ParameterShape[]): TfTensor[] {
  const sizes = shapes.map(({ shape }) => shape.reduce((product, dim) => product * dim, 1));
  return tf.split(vector, sizes).map((piece, i) => tf.reshape(piece, [...(shapes[i]?.shape ?? [])]));
}

/**
 * Steps by TensorFlow.js: it runs the network's forward pass operator by operator and differentiates it by itself; the optimiser is
 * the same as everywhere. Parameters and state stay where it computes.
 * @throws PenstockError `tensorflow-missing`, `tensorflow-failed`; its steps `out-of-memory`, `tensorflow-operator`.
 */
export async function openTensorFlowStepper({ network, initial, options, fixed }: StepperStart): Promise<Stepper> {
  const tensorFlow = await openTensorFlow();
  const { tf, detail } = tensorFlow;
  const { parameters: shapes } = network;
  const forward = new TensorGraph(tf, forwardGraph(network, options));
  const optimiser = new TensorGraph(tf, optimiserGraph(network, options));
  const evaluation = new TensorGraph(tf, evaluationGraph(network));
  const given = toTensors(tf, fixed);
  const stateNames = optimiserState(options.optimizer);
  const vectors = new Map<string, TfTensor>();
  const put = (name: string, vector: Float32Array): void => {
    vectors.get(name)?.dispose();
    vectors.set(name, tf.tensor1d(vector.slice()));
  };
  put('parameters', initial);
  for (const name of stateNames) put(name, new Float32Array(initial.length));
  if (network.normalised.length > 0) put('statistics', initialStatistics(network.normalised));
  const statistics = (): Record<string, TfTensor> => {
    const found = vectors.get('statistics');
    return found === undefined ? {} : { statistics: found };
  };
  const copy = (name: string): Float32Array => (vectors.get(name)?.dataSync() as Float32Array | undefined)?.slice() ?? new Float32Array();

  /** Every vector after the step, and the loss before it. */
  function advance(feeds: Feeds, { numbers, mask }: StepValues): Record<string, TfTensor> {
    const inputs = { ...given, ...toTensors(tf, feeds), ...statistics(), [maskInput]: tf.tensor1d(Int32Array.from(mask, Number)) };
    let kept: TfTensor | null = null;
    const lossOf = (...parameters: TfTensor[]): TfTensor => {
      const named = Object.fromEntries(parameters.map((value, i) => [`parameters.${shapes[i]?.name ?? ''}`, value]));
      const { loss, 'statistics.next': next } = forward.run({ ...inputs, ...named });
      kept = next === undefined ? null : tf.keep(next);
      return loss as TfTensor;
    };
    const parameters = vectors.get('parameters') as TfTensor;
    const { value: loss, grads } = tf.valueAndGrads(lossOf as Parameters<Tf['valueAndGrads']>[0])(cut(tf, parameters, shapes));
    const gradient = tf.concat(grads.map((one) => tf.reshape(one, [-1])));
    const state = Object.fromEntries(stateNames.map((name) => [name, vectors.get(name) as TfTensor]));
    const next = optimiser.run({ numbers: tf.tensor1d(numbers), parameters, gradient, ...state });
    return kept === null ? { loss, ...next } : { loss, ...next, 'statistics.next': kept };
  }

  return {
    notes: [`Trained by ${detail}.`],
    async step(feeds, values) {
      const { loss, ...next } = withinMemory(tensorFlow, () => tf.tidy(() => advance(feeds, values)));
      for (const [name, before] of vectors) {
        vectors.set(name, next[`${name}.next`] as TfTensor);
        before.dispose();
      }
      const [value] = (await loss?.data()) ?? [];
      loss?.dispose();
      return Number(value);
    },
    async measure(feeds) {
      const { loss, right } = withinMemory(tensorFlow, () => tf.tidy(() => evaluation.run({ ...given, ...toTensors(tf, feeds), ...statistics(), parameters: vectors.get('parameters') as TfTensor })));
      const sums = { loss: Number((await loss?.data())?.[0]), right: right === undefined ? null : Number((await right.data())[0]) };
      loss?.dispose();
      right?.dispose();
      return sums;
    },
    copy,
    save: () => Object.fromEntries([...vectors.keys()].map((name) => [name, copy(name)])),
    restore: (saved) => {
      for (const [name, vector] of Object.entries(saved)) put(name, vector);
    },
    release: async () => {
      for (const graph of [forward, optimiser, evaluation]) graph.release();
      for (const tensor of [...vectors.values(), ...Object.values(given)]) tensor.dispose();
    },
  };
}
