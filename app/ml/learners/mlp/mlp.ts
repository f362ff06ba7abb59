import { type Tensor, tensor } from '../../worker/ort.ts';
import { outputKind } from '../network/losses.ts';
import { fitNetwork } from '../network/training-loop.ts';
import { uniform } from '../random.ts';
import { splitRows } from '../split.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { type NetworkData, networkData } from './data.ts';
import { mlpHead } from './head.ts';
import { type NetworkSpec, initialParameters, mlpNetwork } from './network.ts';
import type { MlpParams } from './params.ts';

/** Rows measured at a time. */
const evaluationRows = 16_384;

/** The data as tensors over the same memory: fed at every run, never copied. */
function dataFeeds({ x, target, weights }: NetworkData, rows: number, features: number): Record<string, Tensor> {
  return {
    x: tensor('float32', x, [rows, features]),
    target: tensor('float32', target, [rows, 1]),
    ...(weights === null ? {} : { weights: tensor('float32', weights, [rows, 1]) }),
  };
}

/**
 * A fully connected network, trained by an ONNX graph of forward pass, gradients and optimiser step that onnxruntime runs once a
 * batch, or by TensorFlow.js. Classes by sigmoid or softmax and cross-entropy, numbers by squared error on the standardised target. Columns far from
 * 0…1 are scaled inside. Live curves by epoch: `loss`, `validationLoss`, `accuracy`. Equal input, params and seed give equal weights on one machine.
 * @throws PenstockError `diverged`, `one-class`, `tensorflow-missing`, `tensorflow-failed`; CancelledError.
 */
export async function trainMlp(input: TrainInput, params: MlpParams, hooks: TrainHooks, runSeed: number): Promise<TrainedLearner> {
  const seed = (params.seed ?? runSeed) >>> 0;
  const next = uniform(seed);
  const data = networkData(input, params.classWeights);
  const { training, validation } = splitRows(input, params.validationFraction, next);
  const spec: NetworkSpec = {
    kind: outputKind(input.task, input.classes),
    features: input.features.length,
    classes: input.classes,
    weighted: data.weights !== null,
    params,
  };
  const fitted = await fitNetwork(
    mlpNetwork(spec),
    initialParameters(spec, next),
    { training, validation, measuredRows: evaluationRows, weights: data.weights, fixed: dataFeeds(data, input.rows, input.features.length), feeds: (rows) => ({ indices: tensor('int32', rows, [rows.length]) }) },
    { ...params, seed },
    next,
    hooks,
  );

  const { targetScale, scaled } = data;
  const { measured, bestEpoch } = fitted;
  const rmse = Math.sqrt(measured.loss) * targetScale.spread;
  const notes = [...fitted.notes];
  if (scaled.length > 0) notes.unshift(`Features with large or far-off values were scaled inside the model: ${scaled.slice(0, 8).join(', ')}${scaled.length > 8 ? ' …' : ''}.`);
  return {
    head: mlpHead(spec, fitted.parameters, data.scaling, targetScale),
    metrics: {
      trainingLoss: fitted.trainingLoss,
      epochs: fitted.epochs,
      ...(bestEpoch === null ? {} : { bestEpoch }),
      ...(validation.length > 0
        ? {
            validationLoss: measured.loss,
            ...(measured.accuracy === null ? { validationRmse: rmse } : { validationAccuracy: measured.accuracy }),
          }
        : measured.accuracy === null
          ? { trainingRmse: rmse }
          : { trainingAccuracy: measured.accuracy }),
    },
    details: { iterations: fitted.steps, notes },
  };
}
