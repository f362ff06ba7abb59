import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { type Tensor, tensor } from '../../worker/ort.ts';
import { rowWeights } from '../class-weights.ts';
import { outputKind } from '../network/losses.ts';
import { fitNetwork } from '../network/training-loop.ts';
import { uniform } from '../random.ts';
import { splitRows } from '../split.ts';
import type { TrainHooks, TrainInput, TrainedLearner } from '../types.ts';
import { putImage, randomMovement } from './augment.ts';
import { cnnHead } from './head.ts';
import { channelsOf, type CnnSpec, cnnNetwork, initialParameters } from './network.ts';
import { type CnnParams, sidesOf } from './params.ts';

function checkBlocks(size: number, { blocks }: CnnParams): void {
  const most = Math.floor(Math.log2(size));
  if ((sidesOf(size, blocks.length).at(-1) ?? 0) >= 1) return;
  throw new PenstockError('params-invalid', `Images of ${size} × ${size} pixels can be halved ${most} times, but there are ${blocks.length} blocks.`, { remedy: 'Use fewer blocks or larger images.', place: { param: ['blocks'] } });
}

/** The rows whose image could be read. @throws PenstockError `image-unreadable` where there are hardly any. */
function readRows({ matrix, rows, features }: TrainInput): { readonly kept: Int32Array; readonly notes: readonly string[] } {
  const kept = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !Number.isNaN(matrix[row * features.length]));
  const lost = rows - kept.length;
  if (kept.length < 2) {
    throw new PenstockError('image-unreadable', `${kept.length === 0 ? 'None' : 'Only one'} of the ${formatCount(rows)} images can be read.`, { remedy: 'Choose the column with the paths of PNG or JPEG files, as Image Folder gives them.', place: { param: ['column'] } });
  }
  return { kept, notes: lost === 0 ? [] : [`${lost === 1 ? 'One image' : `${formatCount(lost)} images`} could not be read and ${lost === 1 ? 'was' : 'were'} left out.`] };
}

/**
 * Classes from square images, which come as pixels (a recipe's `pixels` step): blocks of convolution, batch normalisation (Ioffe &
 * Szegedy 2015), ReLU and pooling with dense layers after them. Training images are mirrored, moved and turned at random in each epoch.
 * @throws PenstockError `image-unreadable`, `one-class`, `params-invalid`, `diverged`; CancelledError.
 */
export async function trainImages(input: TrainInput, params: CnnParams, hooks: TrainHooks, runSeed: number): Promise<TrainedLearner> {
  const pixels = input.features.length;
  const size = Math.round(Math.sqrt(pixels));
  checkBlocks(size, params);
  const { colour } = params;
  const { classes, matrix } = input;
  const seed = (params.seed ?? runSeed) >>> 0;
  const next = uniform(seed);
  const { kept, notes } = readRows(input);
  const target = Float64Array.from(kept, (row) => input.target[row] as number);
  const about = { task: 'classification' as const, rows: kept.length, target, classes, matrix: new Float32Array(), features: [], ...(input.weights === undefined ? {} : { weights: Float64Array.from(kept, (row) => input.weights?.[row] ?? 0) }) };
  const weights = rowWeights(about, params.classWeights);
  const { training, validation } = splitRows(about, params.validationFraction, next);
  const spec: CnnSpec = { kind: outputKind('classification', classes), classes, weighted: weights !== undefined, params: { ...params, size } };
  const channels = channelsOf(colour);
  const width = channels * pixels;
  const imageOf = (row: number): Float32Array => matrix.subarray(pixels * (kept[row] as number), pixels * ((kept[row] as number) + 1));
  const moves = params.flip || params.shift > 0 || params.rotate > 0;
  const column = (of: ArrayLike<number>, chosen: Int32Array): Tensor => tensor('float32', Float32Array.from(chosen, (row) => of[row] ?? 0), [chosen.length, 1]);
  const weight = weights === undefined ? null : Float32Array.from(weights);
  const batch = Math.min(params.batchSize, training.length);
  const fitted = await fitNetwork(
    cnnNetwork(spec),
    initialParameters(spec, next),
    {
      // Statistics of a batch of one image are those of its pixels alone: one row is left out where a batch would be so.
      training: training.length % batch === 1 && training.length > 1 ? training.subarray(0, training.length - 1) : training,
      validation,
      measuredRows: params.batchSize,
      weights: weight,
      feeds: (chosen, step) => {
        const moved = moves && step !== null ? uniform((seed ^ 0x5bd1_e995 ^ Math.imul(step, 0x9e37_79b1)) >>> 0) : null;
        const images = new Float32Array(chosen.length * width);
        for (const [i, row] of chosen.entries()) putImage(imageOf(row), size, colour, images, i * width, moved === null ? null : randomMovement(params, size, moved));
        return { images: tensor('float32', images, [chosen.length, channels, size, size]), target: column(target, chosen), ...(weight === null ? {} : { weights: column(weight, chosen) }) };
      },
    },
    { ...params, seed },
    next,
    hooks,
  );
  const { measured, bestEpoch, parameters, statistics } = fitted;
  return {
    head: cnnHead(spec, parameters, statistics),
    metrics: {
      trainingLoss: fitted.trainingLoss,
      epochs: fitted.epochs,
      ...(bestEpoch === null ? {} : { bestEpoch }),
      ...(validation.length > 0 ? { validationLoss: measured.loss, validationAccuracy: measured.accuracy ?? 0 } : { trainingAccuracy: measured.accuracy ?? 0 }),
    },
    details: { rows: kept.length, iterations: fitted.steps, notes: [...notes, ...fitted.notes] },
  };
}
