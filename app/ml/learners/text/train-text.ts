import { type Tensor, tensor } from '../../worker/ort.ts';
import { rowWeights } from '../class-weights.ts';
import { outputKind } from '../network/losses.ts';
import { fitNetwork } from '../network/training-loop.ts';
import { uniform } from '../random.ts';
import { splitRows } from '../split.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { textHead } from './head.ts';
import { initialParameters, type TextSpec, textNetwork } from './network.ts';
import type { TextParams } from './params.ts';

/** Rows measured at a time. */
const measuredRows = 1024;

/**
 * Classes from the words of a text, which come as places in a vocabulary (a recipe's `words` step): places become numbers, a text is the
 * mean of its words or their mean weighted by attention (softmax of the product with a learnt query), and dense layers tell the classes.
 * Words that are not known are read over.
 * @throws PenstockError `one-class`, `diverged`; CancelledError.
 */
export async function trainText(input: TrainInput, params: TextParams, hooks: TrainHooks, runSeed: number): Promise<TrainedLearner> {
  const { matrix, rows, target, classes } = input;
  const length = input.features.length;
  const seed = (params.seed ?? runSeed) >>> 0;
  const next = uniform(seed);
  const weights = rowWeights(input, params.classWeights);
  const { training, validation } = splitRows(input, params.validationFraction, next);
  // Codes of the places: 0 is that of no word.
  const words = (input.categories?.[0] ?? 1) - 1;
  const lengths = Int32Array.from({ length: rows }, (_, row) => matrix.subarray(row * length, (row + 1) * length).findLastIndex((place) => place > 0) + 1);
  const spec: TextSpec = { kind: outputKind('classification', classes), classes, words, weighted: weights !== undefined, params };
  const weight = weights === undefined ? null : Float32Array.from(weights);
  const column = (of: ArrayLike<number>, rowsOf: Int32Array): Tensor => tensor('float32', Float32Array.from(rowsOf, (row) => of[row] ?? 0), [rowsOf.length, 1]);
  const fitted = await fitNetwork(
    textNetwork(spec),
    initialParameters(spec, next),
    {
      training,
      validation,
      measuredRows,
      weights: weight,
      feeds: (chosen) => {
        const { data, width } = batchPlaces(matrix, length, lengths, chosen);
        return { places: tensor('int32', data, [chosen.length, width]), target: column(target, chosen), ...(weight === null ? {} : { weights: column(weight, chosen) }) };
      },
    },
    { ...params, seed },
    next,
    hooks,
  );
  const { measured, bestEpoch } = fitted;
  const empty = lengths.reduce((count, own) => count + (own === 0 ? 1 : 0), 0);
  return {
    head: textHead(spec, length, fitted.parameters),
    metrics: {
      trainingLoss: fitted.trainingLoss,
      epochs: fitted.epochs,
      ...(bestEpoch === null ? {} : { bestEpoch }),
      words,
      ...(validation.length > 0 ? { validationLoss: measured.loss, validationAccuracy: measured.accuracy ?? 0 } : { trainingAccuracy: measured.accuracy ?? 0 }),
    },
    details: {
      iterations: fitted.steps,
      notes: [...(empty === 0 ? [] : [`${empty === 1 ? 'One text has' : `${empty} texts have`} no known word; the model can only give them the usual mix of classes.`]), ...fitted.notes],
    },
  };
}

/** Places of the chosen rows, as wide as the longest of them; at least one column. */
function batchPlaces(matrix: Float32Array, length: number, lengths: Int32Array, chosen: Int32Array): { readonly data: Int32Array; readonly width: number } {
  const width = chosen.reduce((longest, row) => Math.max(longest, lengths[row] as number), 1);
  const data = new Int32Array(chosen.length * width);
  for (const [i, row] of chosen.entries()) data.set(matrix.subarray(row * length, row * length + width), i * width);
  return { data, width };
}
