import { PenstockError } from '#app/core/errors.ts';
import { optimiserState, stepNumbers } from '../../autodiff/optimiser.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { type NativeSession, type Tensor, openNativeSession, tensor } from '../../worker/ort.ts';
import { shuffle, uniform } from '../random.ts';
import { splitRows } from '../split.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { type NetworkData, networkData } from './data.ts';
import { mlpHead } from './head.ts';
import { type NetworkSpec, evaluationGraph, initialParameters, trainingGraph } from './network.ts';
import type { MlpParams } from './params.ts';

/** Rows measured at a time. */
const evaluationRows = 16_384;
/** Rows of the training part on which accuracy is measured where there is no validation part. */
const accuracyRows = 10_000;
/** Milliseconds between two progress messages. */
const progressEvery = 100;

/** The data as tensors over the same memory: fed at every run, never copied. */
function dataFeeds({ x, target, weights }: NetworkData, rows: number, features: number): Record<string, Tensor> {
  return {
    x: tensor('float32', x, [rows, features]),
    target: tensor('float32', target, [rows, 1]),
    ...(weights === null ? {} : { weights: tensor('float32', weights, [rows, 1]) }),
  };
}

/** Parameters and optimiser state in two sets of buffers that take turns as input and output: no allocation in a step. */
class TrainingState {
  readonly #names: readonly string[];
  readonly #sets: readonly [Record<string, Tensor>, Record<string, Tensor>];
  #turn = 0;

  constructor(optimizer: MlpParams['optimizer'], initial: Float32Array) {
    this.#names = ['parameters', ...optimiserState(optimizer)];
    const make = (name: string): Tensor => tensor('float32', name === 'parameters' ? initial.slice() : new Float32Array(initial.length), [initial.length]);
    const set = (): Record<string, Tensor> => Object.fromEntries(this.#names.map((name) => [name, make(name)]));
    this.#sets = [set(), set()];
  }

  get feeds(): Record<string, Tensor> {
    return this.#sets[this.#turn] ?? {};
  }

  get fetches(): Record<string, Tensor> {
    const other = this.#sets[1 - this.#turn] ?? {};
    return Object.fromEntries(this.#names.map((name) => [`${name}.next`, other[name] as Tensor]));
  }

  get parameters(): Tensor {
    return this.feeds['parameters'] as Tensor;
  }

  swap(): void {
    this.#turn = 1 - this.#turn;
  }
}

interface Measured {
  readonly loss: number;
  readonly accuracy: number | null;
}

async function measure(session: NativeSession, feeds: Record<string, Tensor>, parameters: Tensor, rows: Int32Array, weights: Float32Array | null, hooks: TrainHooks): Promise<Measured> {
  let loss = 0;
  let right = 0;
  let counted = false;
  for (let at = 0; at < rows.length; at += evaluationRows) {
    hooks.check();
    const part = rows.subarray(at, at + evaluationRows);
    const found = await session.run({ ...feeds, parameters, indices: tensor('int32', part, [part.length]) });
    loss += Number(found['loss']?.data[0]);
    counted = found['right'] !== undefined;
    right += Number(found['right']?.data[0] ?? 0);
  }
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
 * A fully connected network, trained by an ONNX graph of forward pass, gradients and optimiser step that onnxruntime runs once a
 * batch. Classes by sigmoid or softmax and cross-entropy, numbers by squared error on the standardised target. Columns far from
 * 0…1 are scaled inside. Live curves by epoch: `loss`, `validationLoss`, `accuracy`. Equal input, params and seed give equal weights on one machine.
 * @throws PenstockError `diverged`, `one-class`; CancelledError.
 */
export async function trainMlp(input: TrainInput, params: MlpParams, hooks: TrainHooks, runSeed: number): Promise<TrainedLearner> {
  const seed = (params.seed ?? runSeed) >>> 0;
  const next = uniform(seed);
  const data = networkData(input, params.classWeights);
  const { training, validation } = splitRows(input, params.validationFraction, next);
  const spec: NetworkSpec = {
    kind: input.task === 'regression' ? 'regression' : input.classes === 2 ? 'binary' : 'multiclass',
    features: input.features.length,
    classes: input.classes,
    weighted: data.weights !== null,
    params,
  };
  const state = new TrainingState(params.optimizer, initialParameters(spec, next));
  const feeds = dataFeeds(data, input.rows, input.features.length);
  const trainer = await openNativeSession(encodeModel(trainingGraph(spec, seed)), 'training');
  const evaluator = await openNativeSession(encodeModel(evaluationGraph(spec)), 'training');
  const watched = validation.length > 0 ? validation : training.slice(0, accuracyRows);

  const size = Math.min(params.batchSize, training.length);
  const steps = Math.ceil(training.length / size);
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, parameters: new Float32Array(), measured: null as Measured | null };
  let last: Measured = { loss: Number.NaN, accuracy: null };
  let trainingLoss = Number.NaN;
  let epoch = 0;
  let step = 0;
  let stopped = false;
  let said = 0;
  try {
    while (epoch < params.epochs && !stopped) {
      epoch++;
      shuffle(training, next);
      let sum = 0;
      for (let at = 0; at < training.length; at += size) {
        hooks.check();
        step++;
        const indices = training.subarray(at, at + size);
        const numbers = stepNumbers(params.learningRate, step);
        const found = await trainer.run(
          { ...feeds, ...state.feeds, indices: tensor('int32', indices, [indices.length]), numbers: tensor('float32', numbers, [3]) },
          { ...state.fetches, loss: null },
        );
        const loss = Number(found['loss']?.data[0]);
        if (!Number.isFinite(loss)) throw diverged(epoch);
        sum += loss * indices.length;
        state.swap();
        const now = performance.now();
        if (now - said > progressEvery) {
          said = now;
          hooks.progress(step / (steps * params.epochs), `Epoch ${epoch} of ${params.epochs}`);
        }
      }
      trainingLoss = sum / training.length;
      last = await measure(evaluator, feeds, state.parameters, watched, data.weights, hooks);
      if (!Number.isFinite(last.loss)) throw diverged(epoch);
      hooks.send({ name: 'loss', value: trainingLoss, step: epoch });
      if (validation.length > 0) hooks.send({ name: 'validationLoss', value: last.loss, step: epoch });
      if (last.accuracy !== null) hooks.send({ name: 'accuracy', value: last.accuracy, step: epoch });
      if (!params.earlyStopping || validation.length === 0) continue;
      if (last.loss < best.loss) best = { loss: last.loss, epoch, parameters: (state.parameters.data as Float32Array).slice(), measured: last };
      stopped = epoch - best.epoch >= params.patience;
    }
  } finally {
    await trainer.release().catch(() => undefined);
    await evaluator.release().catch(() => undefined);
  }

  const chosen = best.measured ?? last;
  const vector = best.measured === null ? (state.parameters.data as Float32Array).slice() : best.parameters;
  const { targetScale, scaled } = data;
  const rmse = Math.sqrt(chosen.loss) * targetScale.spread;
  const notes: string[] = [];
  if (scaled.length > 0) notes.push(`Features with large or far-off values were scaled inside the model: ${scaled.slice(0, 8).join(', ')}${scaled.length > 8 ? ' …' : ''}.`);
  if (stopped) notes.push(`Training stopped early after ${epoch} epochs; the weights are those of epoch ${best.epoch}, where the validation loss was lowest.`);
  if (params.earlyStopping && validation.length === 0) notes.push('There was no validation part (too few rows, or a fraction of 0), so training ran for all epochs.');
  if (params.earlyStopping && !stopped && best.epoch === epoch && validation.length > 0) notes.push('The validation loss was still falling at the last epoch: more epochs may do better.');
  return {
    head: mlpHead(spec, vector, data.scaling, targetScale),
    metrics: {
      trainingLoss,
      epochs: epoch,
      ...(best.measured === null ? {} : { bestEpoch: best.epoch }),
      ...(validation.length > 0
        ? {
            validationLoss: chosen.loss,
            ...(chosen.accuracy === null ? { validationRmse: rmse } : { validationAccuracy: chosen.accuracy }),
          }
        : chosen.accuracy === null
          ? { trainingRmse: rmse }
          : { trainingAccuracy: chosen.accuracy }),
    },
    details: { iterations: step, notes },
  };
}
