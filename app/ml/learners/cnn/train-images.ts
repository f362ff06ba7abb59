import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { readImage } from '../../images/read-image.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, tensor } from '../../worker/ort.ts';
import type { TaskAnswer } from '../../worker/tasks.ts';
import { rowWeights } from '../class-weights.ts';
import { outputKind } from '../network/losses.ts';
import { fitNetwork } from '../network/training-loop.ts';
import { uniform } from '../random.ts';
import { parseParams, type RawTrained, type RawTrainPayload } from '../raw-types.ts';
import { splitRows } from '../split.ts';
import type { TrainHooks } from '../types.ts';
import { putImage, randomMovement } from './augment.ts';
import { cnnGraph, imagesGraph } from './model-graph.ts';
import { channelsOf, type CnnSpec, cnnNetwork, initialParameters } from './network.ts';
import { type CnnParams, cnnParams, sidesOf } from './params.ts';

/** Pixels of all images that are held, as bytes. */
const mostBytes = 4e9;
/** Characters of the golden rows' images. */
const goldenCharacters = 400_000;
/** Share of the progress that reading takes. */
const reading = 0.3;

interface ReadImages {
  /** [rows × size × size × 3] */
  readonly bytes: Uint8Array;
  /** Rows of the table whose image could be read. */
  readonly rows: Int32Array;
  readonly notes: readonly string[];
}

async function readAll(paths: readonly (string | null)[], size: number, hooks: TrainHooks): Promise<ReadImages> {
  const width = 3 * size * size;
  if (paths.length * width > mostBytes) {
    throw new PenstockError('table-too-large', `${formatCount(paths.length)} images of ${size} × ${size} pixels are too much to hold in memory.`, { remedy: 'Choose a smaller image size, or take a sample.', place: { param: ['size'] } });
  }
  const bytes = new Uint8Array(paths.length * width);
  const rows: number[] = [];
  const problems: string[] = [];
  for (const [row, path] of paths.entries()) {
    hooks.check();
    if (row % 16 === 0) hooks.progress((reading * row) / paths.length, `Reading images: ${formatCount(row)} of ${formatCount(paths.length)}`);
    try {
      if (path === null) throw new PenstockError('image-unreadable', 'The path is missing.');
      bytes.set((await readImage(path, size, size)).data, rows.length * width);
      rows.push(row);
    } catch (error) {
      if (!(error instanceof PenstockError) || error.code !== 'image-unreadable') throw error;
      problems.push(`${path?.split(/[\\/]/).at(-1) ?? ''}: ${error.message}`);
    }
  }
  const notes = problems.length === 0 ? [] : [`${problems.length === 1 ? 'One image' : `${formatCount(problems.length)} images`} could not be read and ${problems.length === 1 ? 'was' : 'were'} left out, the first: ${problems[0]}`];
  if (rows.length < 2) throw new PenstockError('image-unreadable', `None of the ${formatCount(paths.length)} images can be read; the first: ${problems[0] ?? ''}`, { remedy: 'Choose the column with the paths of PNG or JPEG files, as Image Folder gives them.', place: { param: ['column'] } });
  return { bytes, rows: Int32Array.from(rows), notes };
}

function checkBlocks({ size, blocks }: CnnParams): void {
  const most = Math.floor(Math.log2(size));
  if ((sidesOf(size, blocks.length).at(-1) ?? 0) >= 1) return;
  throw new PenstockError('params-invalid', `Images of ${size} × ${size} pixels can be halved ${most} times, but there are ${blocks.length} blocks.`, { remedy: 'Use fewer blocks or larger images.', place: { param: ['blocks'] } });
}

/**
 * Worker side: reads the images of the paths, brings them to one size, and trains blocks of convolution, batch normalisation (Ioffe &
 * Szegedy 2015), ReLU and pooling with dense layers after them. Training images are mirrored, moved and turned at random in each epoch.
 * @throws PenstockError `image-unreadable`, `table-too-large`, `one-class`, `params-invalid`, `diverged`; CancelledError.
 */
export async function trainImagesInWorker(payload: RawTrainPayload, hooks: TrainHooks): Promise<TaskAnswer<RawTrained>> {
  const params = parseParams(cnnParams, payload.params, 'Convolutional Network');
  checkBlocks(params);
  const { size, colour } = params;
  const seed = (params.seed ?? payload.seed) >>> 0;
  const next = uniform(seed);
  const { bytes, rows: kept, notes } = await readAll(payload.values, size, hooks);
  const rows = kept.length;
  const target = Float64Array.from(kept, (row) => payload.target[row] ?? 0);
  const { classes } = payload;
  const about = { task: 'classification' as const, rows, target, classes, matrix: new Float32Array(), features: [] };
  const weights = rowWeights(about, params.classWeights);
  const { training, validation } = splitRows(about, params.validationFraction, next);
  const spec: CnnSpec = { kind: outputKind('classification', classes), classes, weighted: weights !== undefined, params };
  const channels = channelsOf(colour);
  const width = channels * size * size;
  const imageOf = (row: number): Uint8Array => bytes.subarray(3 * size * size * row, 3 * size * size * (row + 1));
  const moves = params.flip || params.shift > 0 || params.rotate > 0;
  const column = (of: ArrayLike<number>, chosen: Int32Array) => tensor('float32', Float32Array.from(chosen, (row) => of[row] ?? 0), [chosen.length, 1]);
  const weight = weights === undefined ? null : Float32Array.from(weights);
  const batch = Math.min(params.batchSize, training.length);
  const inner: TrainHooks = { ...hooks, progress: (fraction, message) => hooks.progress(fraction === null ? null : reading + (1 - reading) * fraction, message) };
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
    inner,
  );
  const { measured, bestEpoch, parameters, statistics } = fitted;
  const golden = Array.from({ length: Math.min(rows, 40, Math.max(2, Math.floor(goldenCharacters / (4 * size * size)))) }, (_, row) => imageOf(row));
  return {
    result: {
      graph: cnnGraph(spec, parameters, statistics, payload.tensor),
      golden: await expected(spec, parameters, statistics, golden),
      metrics: {
        trainingLoss: fitted.trainingLoss,
        epochs: fitted.epochs,
        ...(bestEpoch === null ? {} : { bestEpoch }),
        ...(validation.length > 0 ? { validationLoss: measured.loss, validationAccuracy: measured.accuracy ?? 0 } : { trainingAccuracy: measured.accuracy ?? 0 }),
      },
      details: { iterations: fitted.steps, notes: [...notes, ...fitted.notes] },
      rows,
    },
  };
}

/** Images with what the network says of them, by the path that training takes. */
async function expected(spec: CnnSpec, vector: Float32Array, statistics: Float32Array, images: readonly Uint8Array[]): Promise<RawTrained['golden']> {
  const { size, colour } = spec.params;
  const channels = channelsOf(colour);
  const session = await openNativeSession(encodeModel(imagesGraph(spec, vector, statistics)), 'training');
  try {
    const data = new Float32Array(images.length * channels * size * size);
    for (const [i, image] of images.entries()) putImage(image, size, colour, data, i * channels * size * size, null);
    const found = await session.run({ images: tensor('float32', data, [images.length, channels, size, size]) });
    const all = Array.from(found['probabilities']?.data as Float32Array);
    const probabilities = images.map((_, row) => all.slice(row * spec.classes, (row + 1) * spec.classes));
    return { values: images.map((image) => Buffer.from(image).toString('base64')), label: probabilities.map((row) => row.indexOf(Math.max(...row))), probabilities };
  } finally {
    await session.release();
  }
}
