import { PenstockError } from '#app/core/errors.ts';
import { encodeModel } from '../../onnx/encode.ts';
import { openNativeSession, tensor } from '../../worker/ort.ts';
import type { TaskAnswer } from '../../worker/tasks.ts';
import { rowWeights } from '../class-weights.ts';
import { fitNetwork } from '../network/training-loop.ts';
import { outputKind } from '../network/losses.ts';
import { uniform } from '../random.ts';
import { parseParams, type RawTrained, type RawTrainPayload } from '../raw-types.ts';
import { splitRows } from '../split.ts';
import type { TrainHooks } from '../types.ts';
import { placesGraph, textGraph } from './model-graph.ts';
import { initialParameters, type TextSpec, textNetwork } from './network.ts';
import { textParams } from './params.ts';
import { fitVocabulary, padWords, readWords, type Vocabulary, wordsIn } from './vocabulary.ts';

/** Rows measured at a time. */
const measuredRows = 1024;
const goldenRows = 60;

/**
 * Worker side: words of the training part get places, places become numbers, a text is the mean of its words or their mean weighted by
 * attention (softmax of the product with a learnt query), and dense layers tell the classes. Words that are not known are read over.
 * @throws PenstockError `no-words`, `one-class`, `params-invalid`, `diverged`; CancelledError.
 */
export async function trainTextInWorker(payload: RawTrainPayload, hooks: TrainHooks): Promise<TaskAnswer<RawTrained>> {
  const { values, target, classes, tensor: input } = payload;
  const params = parseParams(textParams, payload.params, 'Text Classifier');
  const seed = (params.seed ?? payload.seed) >>> 0;
  const next = uniform(seed);
  const rows = values.length;
  const about = { task: 'classification' as const, rows, target, classes, matrix: new Float32Array(), features: [] };
  const weights = rowWeights(about, params.classWeights);
  const { training, validation } = splitRows(about, params.validationFraction, next);

  hooks.progress(0, 'Reading the words');
  const vocabulary = fitVocabulary(values, training, { size: params.vocabulary, minRows: params.minRows }, hooks.check);
  if (vocabulary.spellings.length === 0) {
    throw new PenstockError('no-words', `No word occurs in ${params.minRows} of the ${training.length} training rows, so there is nothing to learn from.`, {
      remedy: 'Choose a column of texts, or lower the number of rows a word must occur in.',
      place: { param: ['minRows'] },
    });
  }
  const places = readWords(values, vocabulary, params.length, hooks.check);
  const spec: TextSpec = { kind: outputKind('classification', classes), classes, words: vocabulary.spellings.length, weighted: weights !== undefined, params };
  const weight = weights === undefined ? null : Float32Array.from(weights);
  const column = (of: ArrayLike<number>, rowsOf: Int32Array) => tensor('float32', Float32Array.from(rowsOf, (row) => of[row] ?? 0), [rowsOf.length, 1]);
  const fitted = await fitNetwork(
    textNetwork(spec),
    initialParameters(spec, next),
    {
      training,
      validation,
      measuredRows,
      weights: weight,
      feeds: (chosen) => {
        const { data, width } = padWords(places, chosen);
        return { places: tensor('int32', data, [chosen.length, width]), target: column(target, chosen), ...(weight === null ? {} : { weights: column(weight, chosen) }) };
      },
    },
    { ...params, seed },
    next,
    hooks,
  );
  hooks.progress(0.97, 'Writing the model');
  const { measured, bestEpoch } = fitted;
  const sample = goldenTexts(values);
  return {
    result: {
      graph: textGraph(spec, vocabulary, params.length, fitted.parameters, input),
      golden: { values: sample, ...(await expected(spec, vocabulary, params.length, fitted.parameters, sample)) },
      metrics: {
        trainingLoss: fitted.trainingLoss,
        epochs: fitted.epochs,
        ...(bestEpoch === null ? {} : { bestEpoch }),
        words: vocabulary.spellings.length,
        ...(validation.length > 0 ? { validationLoss: measured.loss, validationAccuracy: measured.accuracy ?? 0 } : { trainingAccuracy: measured.accuracy ?? 0 }),
      },
      details: { iterations: fitted.steps, notes: [...remarks(values, places, params.length), ...fitted.notes] },
      rows,
    },
  };
}

function remarks(values: readonly (string | null)[], places: readonly Int32Array[], length: number): string[] {
  const empty = places.filter((words) => !words.some((place) => place > 0)).length;
  const long = values.filter((text) => text !== null && text.length > length && wordsIn(text).length > length).length;
  return [
    ...(empty === 0 ? [] : [`${empty === 1 ? 'One text has' : `${empty} texts have`} no known word; the model can only give them the usual mix of classes.`]),
    ...(long === 0 ? [] : [`${long === 1 ? 'One text is' : `${long} texts are`} longer than ${length} words; only the beginning is read.`]),
  ];
}

/** Texts of the table, one without words, one never seen, and one in other letters. */
function goldenTexts(values: readonly (string | null)[]): string[] {
  const sample = values.slice(0, goldenRows).map((text) => text ?? '');
  const [first = ''] = sample;
  return [...sample, '', '\u2603 … !', first.toUpperCase(), `  ${first},${first} `];
}

async function expected(spec: TextSpec, vocabulary: Vocabulary, length: number, vector: Float32Array, texts: readonly string[]): Promise<{ label: number[]; probabilities: number[][] }> {
  const session = await openNativeSession(encodeModel(placesGraph(spec, vector)), 'training');
  try {
    const { data, width } = padWords(readWords(texts, vocabulary, length, () => undefined), Int32Array.from(texts.keys()));
    const found = await session.run({ places: tensor('int32', data, [texts.length, width]) });
    const all = Array.from(found['probabilities']?.data as Float32Array);
    return { label: Array.from(found['label']?.data as BigInt64Array, Number), probabilities: texts.map((_, row) => all.slice(row * spec.classes, (row + 1) * spec.classes)) };
  } finally {
    await session.release();
  }
}
