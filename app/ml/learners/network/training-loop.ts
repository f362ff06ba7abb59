import { PenstockError } from '#app/core/errors.ts';
import { type OptimiserName, stepNumbers } from '../../autodiff/optimiser.ts';
import { rateAt, type ScheduleName } from '../../autodiff/schedule.ts';
import type { Tensor } from '../../worker/ort.ts';
import { shuffle } from '../random.ts';
import type { TrainHooks, TrainMessage } from '../types.ts';
import type { Device } from './device.ts';
import type { Network } from './graphs.ts';
import { openOnnxStepper } from './onnx-stepper.ts';
import { maskPlace } from './pass.ts';
import type { Backend, Stepper, StepValues } from './stepper.ts';
import { openTensorFlowStepper } from './tensorflow-stepper.ts';

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
  /** Default: the processor. ONNX Runtime alone has a choice. */
  readonly device?: Device;
  /** Default: ONNX Runtime. */
  readonly backend?: Backend;
}

export interface LoopData {
  readonly training: Int32Array;
  /** Rows that are only measured on; may be empty. */
  readonly validation: Int32Array;
  /** Rows measured at a time. */
  readonly measuredRows: number;
  /** Weight of each row, mean 1; null where all are 1. */
  readonly weights: Float32Array | null;
  /** Inputs that are the same in every batch. */
  readonly fixed?: Record<string, Tensor>;
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

async function measure(stepper: Stepper, data: LoopData, rows: Int32Array, hooks: TrainHooks): Promise<Measured> {
  let loss = 0;
  let right = 0;
  let counted = false;
  for (let at = 0; at < rows.length; at += data.measuredRows) {
    hooks.check();
    const found = await stepper.measure(data.feeds(rows.subarray(at, at + data.measuredRows), null));
    loss += found.loss;
    counted = found.right !== null;
    right += found.right ?? 0;
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
 * Trains a network: by an ONNX graph of forward pass, gradients and optimiser step that onnxruntime runs once a batch, or by
 * TensorFlow.js, which runs the same forward pass and differentiates it. Live curves by epoch: `loss`, `validationLoss`, `accuracy`.
 * Runs in a worker. Equal inputs and seed give equal weights on one machine, also where a killed training goes on from its last epoch (a
 * GPU's sums may differ in their last digits).
 * @throws PenstockError `diverged`, those of the backend; CancelledError.
 */
export async function fitNetwork(network: Network, initial: Float32Array, data: LoopData, options: LoopOptions, next: () => number, hooks: TrainHooks): Promise<FittedNetwork> {
  const { epochs, earlyStopping, patience } = options;
  const { training, validation } = data;
  const watched = validation.length > 0 ? validation : training.slice(0, accuracyRows);

  const size = Math.min(options.batchSize, training.length);
  const steps = Math.ceil(training.length / size) * epochs;
  const schedule = { name: options.schedule, learningRate: options.learningRate, warmUp: options.warmUp };
  const valuesOf = (step: number): StepValues => ({ numbers: stepNumbers(rateAt(schedule, step, steps), step), mask: maskPlace(options.seed, step) });
  const open = options.backend === 'tensorflow.js' ? openTensorFlowStepper : openOnnxStepper;
  const trial = (): Record<string, Tensor> => data.feeds(training.subarray(0, size), null);
  const stepper = await open({ network, initial, options: { ...options, batchSize: size }, fixed: data.fixed ?? {}, trial: () => ({ feeds: trial(), values: valuesOf(1) }), steps, hooks });
  let best: Best | null = null;
  let last: Measured = { loss: Number.NaN, accuracy: null };
  let trainingLoss = Number.NaN;
  let epoch = 0;
  let step = 0;
  let stopped = false;
  let said = 0;
  let kept: Pick<Best, 'parameters' | 'statistics'> = { parameters: initial, statistics: new Float32Array() };
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
    stepper.restore(saved.vectors);
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
        const loss = await stepper.step(data.feeds(rows, step), valuesOf(step));
        if (!Number.isFinite(loss)) throw diverged(epoch);
        sum += loss * rows.length;
        const now = performance.now();
        if (now - said > progressEvery) {
          said = now;
          hooks.progress(step / steps, `Epoch ${epoch} of ${epochs}`);
        }
      }
      trainingLoss = sum / training.length;
      last = await measure(stepper, data, watched, hooks);
      if (!Number.isFinite(last.loss)) throw diverged(epoch);
      draw('loss', trainingLoss);
      if (validation.length > 0) draw('validationLoss', last.loss);
      if (last.accuracy !== null) draw('accuracy', last.accuracy);
      if (earlyStopping && validation.length > 0) {
        if (best === null || last.loss < best.measured.loss) best = { measured: last, epoch, parameters: stepper.copy('parameters'), statistics: stepper.copy('statistics') };
        stopped = epoch - best.epoch >= patience;
      }
      checkpoint?.save((): LoopState => ({ epoch, step, vectors: stepper.save(), best, trainingLoss, last, stopped, points }));
    }
    kept = { parameters: stepper.copy('parameters'), statistics: stepper.copy('statistics') };
  } finally {
    await stepper.release().catch(() => undefined);
  }

  const notes: string[] = [...stepper.notes];
  if (stopped) notes.push(`Training stopped early after ${epoch} epochs; the weights are those of epoch ${best?.epoch}, where the validation loss was lowest.`);
  if (earlyStopping && validation.length === 0) notes.push('There was no validation part (too few rows, or a fraction of 0), so training ran for all epochs.');
  if (earlyStopping && !stopped && best?.epoch === epoch && options.schedule === 'constant') notes.push('The validation loss was still falling at the last epoch: more epochs may do better.');
  return {
    parameters: best?.parameters ?? kept.parameters,
    statistics: best?.statistics ?? kept.statistics,
    trainingLoss,
    measured: best?.measured ?? last,
    epochs: epoch,
    bestEpoch: best?.epoch ?? null,
    steps: step,
    notes,
  };
}
