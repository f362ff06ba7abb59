import { type OptimiserName, optimiserState } from '../../autodiff/optimiser.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, type Tensor, tensor } from '../../worker/ort.ts';
import { openTrainer } from './device.ts';
import { evaluationGraph, trainingGraph } from './graphs.ts';
import { initialStatistics, maskInput } from './pass.ts';
import type { Stepper, StepperStart, StepValues } from './stepper.ts';

/** Vectors that change from step to step, in two sets of buffers that take turns as input and output: no allocation in a step. */
class TrainingState {
  readonly #names: readonly string[];
  readonly #sets: readonly [Record<string, Tensor>, Record<string, Tensor>];
  #turn = 0;

  constructor(optimizer: OptimiserName, initial: Float32Array, statistics: Float32Array) {
    const vectors: Record<string, Float32Array> = { parameters: initial };
    for (const name of optimiserState(optimizer)) vectors[name] = new Float32Array(initial.length);
    if (statistics.length > 0) vectors['statistics'] = statistics;
    this.#names = Object.keys(vectors);
    const set = (): Record<string, Tensor> => Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, tensor('float32', vector.slice(), [vector.length])]));
    this.#sets = [set(), set()];
  }

  get feeds(): Record<string, Tensor> {
    return this.#sets[this.#turn] ?? {};
  }

  get fetches(): Record<string, Tensor> {
    const other = this.#sets[1 - this.#turn] ?? {};
    return Object.fromEntries(this.#names.map((name) => [`${name}.next`, other[name] as Tensor]));
  }

  /** What a measurement needs. */
  get kept(): Record<string, Tensor> {
    const { parameters, statistics } = this.feeds;
    return { ...(parameters === undefined ? {} : { parameters }), ...(statistics === undefined ? {} : { statistics }) };
  }

  copy(name: 'parameters' | 'statistics'): Float32Array {
    const found = this.feeds[name];
    return found === undefined ? new Float32Array() : (found.data as Float32Array).slice();
  }

  swap(): void {
    this.#turn = 1 - this.#turn;
  }

  /** Copies of all vectors. */
  save(): Record<string, Float32Array> {
    return Object.fromEntries(Object.entries(this.feeds).map(([name, { data }]) => [name, (data as Float32Array).slice()]));
  }

  /** As `save` gave them, of the same network. */
  restore(vectors: Readonly<Record<string, Float32Array>>): void {
    for (const [name, { data }] of Object.entries(this.feeds)) (data as Float32Array).set(vectors[name] ?? []);
  }
}

/** Steps by one ONNX graph of forward pass, gradients and optimiser, on the device asked for. @throws CancelledError. */
export async function openOnnxStepper({ network, initial, options, fixed, trial, steps, hooks }: StepperStart): Promise<Stepper> {
  const state = new TrainingState(options.optimizer, initial, initialStatistics(network.normalised));
  const graph = trainingGraph(network, options);
  const isMasked = graph.inputs.some(({ name }) => name === maskInput);
  const ofStep = ({ numbers, mask }: StepValues): Record<string, Tensor> => ({ numbers: tensor('float32', numbers, [numbers.length]), ...(isMasked ? { [maskInput]: tensor('int64', mask, [1]) } : {}) });
  const trialFeeds = (): Record<string, Tensor> => {
    const { feeds, values } = trial();
    return { ...fixed, ...feeds, ...state.feeds, ...ofStep(values) };
  };
  const trainer = await openTrainer(encodeModel(graph), options.device ?? 'cpu', trialFeeds, steps, hooks);
  const evaluator = await openNativeSession(encodeModel(evaluationGraph(network)), 'training');
  return {
    notes: trainer.notes,
    async step(feeds, values) {
      const found = await trainer.run({ ...fixed, ...feeds, ...state.feeds, ...ofStep(values) }, { ...state.fetches, loss: null });
      state.swap();
      return Number(found['loss']?.data[0]);
    },
    async measure(feeds) {
      const { loss, right } = await evaluator.run({ ...state.kept, ...fixed, ...feeds });
      return { loss: Number(loss?.data[0]), right: right === undefined ? null : Number(right.data[0]) };
    },
    copy: (name) => state.copy(name),
    save: () => state.save(),
    restore: (vectors) => state.restore(vectors),
    async release() {
      await trainer.release().catch(() => undefined);
      await evaluator.release().catch(() => undefined);
    },
  };
}
