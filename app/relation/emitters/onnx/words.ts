import type { Expr } from '../../types.ts';
import type { FragmentBuilder } from './builder.ts';

/** The shape of sdk's TextTerms that the emitter needs. */
export interface TermCounts {
  readonly expr: Expr;
  readonly shortest: number;
  readonly words: readonly (readonly string[])[];
  readonly terms: readonly { readonly words: readonly number[]; readonly weight: number }[];
  readonly presence: boolean;
  readonly normalise: boolean;
}

/**
 * What stands between words, as a regular expression of RE2, which both DuckDB and ONNX Runtime's Tokenizer use: everything but ASCII
 * letters and digits and the characters listed. Ranges rather than classes such as \p{L}, because those differ between versions of
 * Unicode. Punctuation, symbols and white space up to U+303F separate; accents, all scripts and emoji are parts of words.
 */
export const wordSeparators = '[^0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3005-\u3007\u3040-\ud7ff\ue000-\ufdff\ufe70-\ufefe\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\u{10000}-\u{10ffff}]+';

/** The shape of sdk's WordPlaces that the emitter needs. */
export interface PlacedWords {
  readonly expr: Expr;
  readonly places: readonly (readonly string[])[];
  readonly length: number;
}

/** Float32 [rows, length]: the places of the first words of a text tensor [rows, 1]. */
export function emitFirstWords(text: string, { places, length }: PlacedWords, builder: FragmentBuilder): string {
  const list = (values: readonly number[]): string => builder.constant({ type: 'int64', dims: [values.length], data: values });
  const filled = builder.node('Pad', [emitWordPlaces(text, { shortest: 1, words: places }, builder), list([0, 0, 0, length]), builder.constant({ type: 'int64', dims: [], data: [0] })]);
  return builder.cast(builder.node('Slice', [filled, list([0]), list([length]), list([1]), list([1])]), 'float');
}

/** Int64 [rows, words + 1]: the place of each word, from 1; 0 for any other, and after the last. */
function emitWordPlaces(text: string, { shortest, words }: Pick<TermCounts, 'shortest' | 'words'>, builder: FragmentBuilder): string {
  const tokens = builder.node(
    'Tokenizer',
    [text],
    {
      mark: { kind: 'int', value: 0 },
      mincharnum: { kind: 'int', value: shortest },
      pad_value: { kind: 'string', value: '' },
      separators: { kind: 'strings', value: [wordSeparators] },
    },
    'com.microsoft',
  );
  const places = (tensor: string, keys: readonly (readonly [string, number])[]): string =>
    builder.node(
      'LabelEncoder',
      [tensor],
      {
        keys_strings: { kind: 'strings', value: keys.map(([key]) => key) },
        values_int64s: { kind: 'ints', value: keys.map(([, place]) => place) },
        default_int64: { kind: 'int', value: 0 },
      },
      'ai.onnx.ml',
    );
  // [rows, 1, words] and a last place [rows, 1, 1] that is never a word: without it there would be no column where no row has a word.
  const found = places(tokens, words.flatMap((spellings, index) => spellings.map((spelling) => [spelling, index + 1] as const)));
  const end = builder.node('Unsqueeze', [places(text, [['', 0]]), builder.constant({ type: 'int64', dims: [1], data: [2] })]);
  const joined = builder.node('Concat', [found, end], { axis: { kind: 'int', value: 2 } });
  return builder.node('Squeeze', [joined, builder.constant({ type: 'int64', dims: [1], data: [1] })]);
}

/**
 * Float32 [rows, terms]: how often each term occurs in a text tensor [rows, 1] (or whether), times its weight; each row divided by its
 * Euclidean length where wanted. Terms come shorter first, so that their places in TfIdfVectorizer's pool are those of the output.
 */
export function emitTermWeights(text: string, counts: TermCounts, builder: FragmentBuilder): string {
  const { terms } = counts;
  const longest = terms.reduce((most, term) => Math.max(most, term.words.length), 1);
  const before = Array.from({ length: longest }, (_unused, length) => terms.filter((term) => term.words.length <= length));
  const weights = builder.node('TfIdfVectorizer', [emitWordPlaces(text, counts, builder)], {
    mode: { kind: 'string', value: counts.presence ? 'IDF' : 'TFIDF' },
    min_gram_length: { kind: 'int', value: 1 },
    max_gram_length: { kind: 'int', value: longest },
    max_skip_count: { kind: 'int', value: 0 },
    ngram_counts: { kind: 'ints', value: before.map((shorter) => shorter.reduce((total, term) => total + term.words.length, 0)) },
    ngram_indexes: { kind: 'ints', value: [...terms.keys()] },
    pool_int64s: { kind: 'ints', value: terms.flatMap((term) => term.words.map((word) => word + 1)) },
    weights: { kind: 'floats', value: terms.map((term) => term.weight) },
  });
  if (!counts.normalise) return weights;
  const length = builder.node('ReduceL2', [weights], { axes: { kind: 'ints', value: [1] }, keepdims: { kind: 'int', value: 1 } });
  const isEmpty = builder.node('Equal', [length, builder.constant({ type: 'float', dims: [1, 1], data: [0] })]);
  return builder.node('Div', [weights, builder.node('Where', [isEmpty, builder.constant({ type: 'float', dims: [1, 1], data: [1] }), length])]);
}
