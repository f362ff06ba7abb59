import { PenstockError } from '#app/core/errors.ts';
import { type OptimiserName, optimiserState, stepNumbers } from '../../autodiff/optimiser.ts';
import { rateAt, type ScheduleName } from '../../autodiff/schedule.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { type NativeSession, type Tensor, openNativeSession, tensor } from '../../worker/ort.ts';
import { shuffle } from '../random.ts';
import type { TrainHooks, TrainMessage } from '../types.ts';
import { type Device, openTrainer } from './device.ts';
import { evaluationGraph, type Network, trainingGraph } from './graphs.ts';
import { initialStatistics, maskInput, maskPlace } from './pass.ts';

/** Rows of the training part on which accuracy is measured where there is no validation part. */
const accuracyRows = 10_000;
/** Milliseconds between two progress messages. */
const progressEvery = 100;

export interface LoopOptions {
  readonly epochs: number;
  /** Rows a step. */
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** Share of all steps in which the learning rate rises. */
  readonly warmUp: number;
  readonly optimizer: OptimiserName;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly earlyStopping: boolean;
  readonly patience: number;
  readonly seed: number;
  /** Default: the processor. */
  readonly device?: Device;
}

export interface LoopData {
  readonly training: Int32Array;
  /** Rows that are only measured on; may be empty. */
  readonly validation: Int32Array;
  /** Rows measured at a time. */
  readonly measuredRows: number;
  /** Weight of each row, mean 1; null where all are 1. */
  readonly weights: Float32Array | null;
  /**
   * The batch's inputs. `step`: of the training, from 1, in which rows may be changed at random (augmentation), by seed and step alone, so
   * that a killed training can go on; null: as they are. Tensors are read before the next call.
   */
  feeds(rows: Int32Array, step: number | null): Record<string, Tensor>;
}

export interface Measured {
  readonly loss: number;
  readonly accuracy: number | null;
}

export interface FittedNetwork {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
  readonly trainingLoss: number;
  /** Of the weights that are kept: on the validation part, else on a part of the training rows. */
  readonly measured: Measured;
  readonly epochs: number;
  /** The epoch whose weights are kept; null: the last. */
  readonly bestEpoch: number | null;
  readonly steps: number;
  /** What early stopping did, in sentences. */
  readonly notes: readonly string[];
}

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

interface Best {
  readonly measured: Measured;
  readonly epoch: number;
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/** What a killed training goes on from, after a whole epoch. */
interface LoopState {
  readonly epoch: number;
  readonly step: number;
  readonly vectors: Readonly<Record<string, Float32Array>>;
  readonly best: Best | null;
  readonly trainingLoss: number;
  readonly last: Measured;
  readonly stopped: boolean;
  /** The curves so far. */
  readonly points: readonly TrainMessage[];
}

async function measure(session: NativeSession, data: LoopData, kept: Record<string, Tensor>, rows: Int32Array, hooks: TrainHooks): Promise<Measured> {
  let loss = 0;
  let right = 0;
  let counted = false;
  for (let at = 0; at < rows.length; at += data.measuredRows) {
    hooks.check();
    const found = await session.run({ ...kept, ...data.feeds(rows.subarray(at, at + data.measuredRows), null) });
    loss += Number(found['loss']?.data[0]);
    counted = found['right'] !== undefined;
    right += Number(found['right']?.data[0] ?? 0);
  }
  const { weights } = data;
  const total = weights === null ? rows.length : rows.reduce((sum, row) => sum + (weights[row] as number), 0);
  return { loss: total > 0 ? loss / total : 0, accuracy: counted && total > 0 ? right / total : null };
}

function diverged(epoch: number): PenstockError {
  return new PenstockError('diverged', `Training diverged in epoch ${epoch}: the loss is no longer a finite number.`, {
    remedy: 'Lower the learning rate, scale the features (Preprocess), or limit the gradient norm.',
    place: { param: ['learningRate'] },
  });
}

/**
 * Trains a network by an ONNX graph of forward pass, gradients and optimiser step that onnxruntime runs once a batch. Live curves by
 * epoch: `loss`, `validationLoss`, `accuracy`. Runs in a worker. Equal inputs and seed give equal weights on one machine,
 * also where a killed training goes on from its last epoch (a GPU's sums may differ in their last digits).
 * @throws PenstockError `diverged`; CancelledError.
 */
export async function fitNetwork(network: Network, initial: Float32Array, data: LoopData, options: LoopOptions, next: () => number, hooks: TrainHooks): Promise<FittedNetwork> {
  const { epochs, earlyStopping, patience } = options;
  const { training, validation } = data;
  const state = new TrainingState(options.optimizer, initial, initialStatistics(network.normalised));
  const watched = validation.length > 0 ? validation : training.slice(0, accuracyRows);

  const size = Math.min(options.batchSize, training.length);
  const steps = Math.ceil(training.length / size) * epochs;
  const schedule = { name: options.schedule, learningRate: options.learningRate, warmUp: options.warmUp };
  const graph = trainingGraph(network, { ...options, batchSize: size });
  const isMasked = graph.inputs.some(({ name }) => name === maskInput);
  const ofStep = (step: number): Record<string, Tensor> => ({
    numbers: tensor('float32', stepNumbers(rateAt(schedule, step, steps), step), [3]),
    ...(isMasked ? { [maskInput]: tensor('int64', maskPlace(options.seed, step), [1]) } : {}),
  });
  const trainer = await openTrainer(encodeModel(graph), options.device ?? 'cpu', () => ({ ...data.feeds(training.subarray(0, size), null), ...state.feeds, ...ofStep(1) }), steps, hooks);
  const evaluator = await openNativeSession(encodeModel(evaluationGraph(network)), 'training');
  let best: Best | null = null;
  let last: Measured = { loss: Number.NaN, accuracy: null };
  let trainingLoss = Number.NaN;
  let epoch = 0;
  let step = 0;
  let stopped = false;
  let said = 0;
  const points: TrainMessage[] = [];
  const draw = (name: string, value: number): void => {
    const point = { name, value, step: epoch };
    points.push(point);
    hooks.send(point);
  };
  const { checkpoint } = hooks;
  // A state counts only for the same data, params and seed: see createCheckpoint.
  const saved = (checkpoint?.state ?? null) as LoopState | null;
  if (saved !== null) {
    ({ epoch, step, best, trainingLoss, last, stopped } = saved);
    state.restore(saved.vectors);
    for (let before = 0; before < epoch; before++) shuffle(training, next);
    points.push(...saved.points);
    for (const point of saved.points) hooks.send(point);
  }
  try {
    while (epoch < epochs && !stopped) {
      epoch++;
      shuffle(training, next);
      let sum = 0;
      for (let at = 0; at < training.length; at += size) {
        hooks.check();
        step++;
        const rows = training.subarray(at, at + size);
        const found = await trainer.run({ ...data.feeds(rows, step), ...state.feeds, ...ofStep(step) }, { ...state.fetches, loss: null });
        const loss = Number(found['loss']?.data[0]);
        if (!Number.isFinite(loss)) throw diverged(epoch);
        sum += loss * rows.length;
        state.swap();
        const now = performance.now();
        if (now - said > progressEvery) {
          said = now;
          hooks.progress(step / steps, `Epoch ${epoch} of ${epochs}`);
        }
      }
      trainingLoss = sum / training.length;
      last = await measure(evaluator, data, state.kept, watched, hooks);
      if (!Number.isFinite(last.loss)) throw diverged(epoch);
      draw('loss', trainingLoss);
      if (validation.length > 0) draw('validationLoss', last.loss);
      if (last.accuracy !== null) draw('accuracy', last.accuracy);
      if (earlyStopping && validation.length > 0) {
        if (best === null || last.loss < best.measured.loss) best = { measured: last, epoch, parameters: state.copy('parameters'), statistics: state.copy('statistics') };
        stopped = epoch - best.epoch >= patience;
      }
      checkpoint?.save((): LoopState => ({ epoch, step, vectors: state.save(), best, trainingLoss, last, stopped, points }));
    }
  } finally {
    await trainer.release().catch(() => undefined);
    await evaluator.release().catch(() => undefined);
  }

  const notes: string[] = [...trainer.notes];
  if (stopped) notes.push(`Training stopped early after ${epoch} epochs; the weights are those of epoch ${best?.epoch}, where the validation loss was lowest.`);
  if (earlyStopping && validation.length === 0) notes.push('There was no validation part (too few rows, or a fraction of 0), so training ran for all epochs.');
  if (earlyStopping && !stopped && best?.epoch === epoch && options.schedule === 'constant') notes.push('The validation loss was still falling at the last epoch: more epochs may do better.');
  return {
    parameters: best?.parameters ?? state.copy('parameters'),
    statistics: best?.statistics ?? state.copy('statistics'),
    trainingLoss,
    measured: best?.measured ?? last,
    epochs: epoch,
    bestEpoch: best?.epoch ?? null,
    steps: step,
    notes,
  };
}
