import { call, cast, col, filter, lit, named, project } from '#app/relation/build.ts';
import { wordSeparators } from '#app/relation/emitters/onnx/words.ts';
import type { Expr, Relation, WindowColumn } from '#app/relation/types.ts';
import type { RecipeStep, TextTerms } from '#app/sdk/ports.ts';
import { byValue } from './categories.ts';
import { writtenDown, type ColumnState, type FitTables } from './columns.ts';
import { numberOf } from './statistics.ts';

type TextStep = Extract<RecipeStep, { step: 'text' }>;

/** Spellings of one word that are looked for; the most frequent ones of the training rows, and lower, title and upper case. */
const MAX_SPELLINGS = 12;

/** The words of a text with single spaces between them; null where the text is missing. */
export const wordsOf = (text: Expr): Expr => call('regexp_replace', text, lit(wordSeparators), lit(' '));

/**
 * Free text as weights of its most frequent terms: words, and runs of words up to `longest`. Words are cut at everything that is no
 * letter or digit, and short ones are left out. Terms kept: those in at least `minRows` rows, the `maxTerms` most frequent by rows (ties
 * by the term); features are words first, then longer terms, each in order of the term. Weights: counts, presence, or counts times
 * ln((1 + n) ÷ (1 + rows with the term)) + 1 over n rows with text, each row scaled to length 1 (as scikit-learn's TfidfVectorizer).
 *
 * Neither backend lower-cases while it applies this: a word is found by any spelling in a list that fitting makes, because what lower
 * case is differs between runtimes and their languages. Missing text and text without a known term is 0 in every feature.
 */
export async function applyText(step: TextStep, columns: readonly ColumnState[], relation: Relation, tables: FitTables, note: (column: string, message: string) => void): Promise<void> {
  for (const state of columns) {
    if (state.kind !== 'text' || state.encoded !== null) continue;
    state.encoded = [];
    const words = await writtenDown(wordRows(state.expr, step, relation), 'words', tables);
    const { terms, texts, hasMore } = await readTerms(words, state, step, relation, tables);
    if (hasMore) note(state.column.name, `“${state.column.name}” has more than ${step.maxTerms} terms in at least ${step.minRows} rows; the most frequent got a feature each.`);
    if (terms.length === 0) {
      note(state.column.name, `No term of “${state.column.name}” occurs in ${step.minRows} rows, so nothing is learnt from it.`);
      continue;
    }
    const vocabulary = [...new Set(terms.flatMap(({ term }) => term.split(' ')))].sort(byValue);
    const place = new Map(vocabulary.map((word, index) => [word, index]));
    const idf = (rows: number): number => (step.weighting === 'tf-idf' ? Math.log((1 + texts) / (1 + rows)) + 1 : 1);
    const text: TextTerms = {
      expr: state.expr,
      shortest: step.shortest,
      words: step.lowerCase ? await readSpellings(filter(words, among(vocabulary)), vocabulary, tables) : vocabulary.map((word) => [word]),
      terms: terms.map(({ term, rows }) => ({ words: term.split(' ').map((word) => place.get(word) ?? 0), weight: idf(rows) })),
      presence: step.weighting === 'presence',
      normalise: step.weighting === 'tf-idf',
    };
    state.terms = { text, names: terms.map(({ term }) => term) };
  }
}

/** One row a word: `row`, `place` within it, `spelling`, `word` (in lower case where wanted). */
export function wordRows(text: Expr, step: Pick<TextStep, 'shortest' | 'lowerCase'>, relation: Relation): Relation {
  const numbered: Relation = { op: 'window', input: project(relation, [named('spelling', wordsOf(text))]), columns: [{ name: 'row', fn: 'row_number', partitionBy: [], orderBy: [] }] };
  const exploded: Relation = { op: 'explode', input: numbered, column: 'spelling', as: 'spelling', delimiter: ' ', elementType: 'string', position: 'place', keepEmpty: false };
  const long = filter(exploded, call('greater_than_or_equal', call('length', col('spelling')), lit(Math.max(1, step.shortest))));
  return project(long, [named('row', col('row')), named('place', col('place')), named('spelling', col('spelling')), named('word', step.lowerCase ? call('lower', col('spelling')) : col('spelling'))]);
}

interface Term {
  readonly term: string;
  /** With the term. */
  readonly rows: number;
}

async function readTerms(words: Relation, state: ColumnState, step: TextStep, relation: Relation, tables: FitTables): Promise<{ terms: Term[]; texts: number; hasMore: boolean }> {
  const following = Array.from({ length: step.longest - 1 }, (_unused, index): WindowColumn => ({
    name: `word_${index + 1}`,
    fn: 'lead',
    arg: col('word'),
    offset: index + 1,
    partitionBy: [col('row')],
    orderBy: [{ expr: col('place'), descending: false, nulls: 'last' }],
  }));
  const runs: Relation = following.length === 0 ? words : { op: 'window', input: words, columns: following };
  const ofLength = Array.from({ length: step.longest }, (_unused, length): Relation => {
    const parts = [col('word'), ...following.slice(0, length).map(({ name }) => col(name))];
    const term = parts.reduce((all, part) => call('concat_operator', call('concat_operator', all, lit(' ')), part));
    const last = parts.at(-1) ?? col('word');
    return project(filter(runs, call('is_not_null', last)), [named('term', term), named('row', col('row')), named('length', lit(length + 1))]);
  });
  const [only] = ofLength;
  const all: Relation = ofLength.length === 1 && only !== undefined ? only : { op: 'union', inputs: ofLength, by: 'position' };
  const keys = [named('term', col('term')), named('length', col('length'))];
  // Grouping twice is quicker than counting different rows in each group.
  const once: Relation = { op: 'aggregate', input: all, keys: [...keys, named('row', col('row'))], measures: [] };
  const counted: Relation = { op: 'aggregate', input: once, keys, measures: [{ name: 'rows', fn: 'count' }] };
  const frequent = filter(counted, call('greater_than_or_equal', col('rows'), lit(step.minRows)));
  const sorted: Relation = { op: 'sort', input: frequent, keys: [{ expr: col('rows'), descending: true, nulls: 'last' }, { expr: col('term'), descending: false, nulls: 'last' }] };
  const { rows } = await tables.rows({ op: 'limit', input: sorted, count: step.maxTerms + 1, offset: 0 }, step.maxTerms + 1);
  const [[texts = 0] = []] = (await tables.rows({ op: 'aggregate', input: relation, keys: [], measures: [{ name: 'texts', fn: 'count', arg: state.expr }] })).rows;
  const kept = rows.slice(0, step.maxTerms).map(([term, length, count]) => ({ term: String(term), length: numberOf(length ?? null), rows: numberOf(count ?? null) }));
  return { terms: kept.sort((a, b) => a.length - b.length || byValue(a.term, b.term)), texts: numberOf(texts), hasMore: rows.length > step.maxTerms };
}

const among = (vocabulary: readonly string[]): Expr => call('is_not_null', call('lookup', col('word'), ...vocabulary.flatMap((word) => [lit(word), lit(1, 'float')])));

/** For each word what it is spelled like in `words`, which has no others; every spelling belongs to one word. */
export async function readSpellings(words: Relation, vocabulary: readonly string[], tables: FitTables): Promise<string[][]> {
  const counted: Relation = { op: 'aggregate', input: words, keys: [named('word', col('word')), named('spelling', col('spelling'))], measures: [{ name: 'rows', fn: 'count' }] };
  const numbered: Relation = {
    op: 'window',
    input: counted,
    columns: [{ name: 'rank', fn: 'row_number', partitionBy: [col('word')], orderBy: [{ expr: col('rows'), descending: true, nulls: 'last' }, { expr: col('spelling'), descending: false, nulls: 'last' }] }],
  };
  const limit = vocabulary.length * MAX_SPELLINGS;
  const { rows } = await tables.rows(project(filter(numbered, call('less_than_or_equal', cast(col('rank'), 'integer'), lit(MAX_SPELLINGS))), [named('word', col('word')), named('spelling', col('spelling'))]), limit);
  const taken = new Set<string>(rows.map(([, spelling]) => String(spelling)));
  const seen = new Map<string, string[]>();
  for (const [word, spelling] of rows) seen.set(String(word), [...(seen.get(String(word)) ?? []), String(spelling)]);
  return vocabulary.map((word) => {
    const spellings = (seen.get(word) ?? []).sort(byValue);
    for (const further of [word, titleCase(word), word.toUpperCase()]) {
      if (taken.has(further)) continue;
      taken.add(further);
      spellings.push(further);
    }
    return spellings;
  });
}

function titleCase(word: string): string {
  const [first = ''] = word;
  return first.toUpperCase() + word.slice(first.length);
}

/** Writes the weights of the terms in each row's words (`wordsOf`) to `out[row × stride + positions[term]]`. */
export function fillTerms(text: TextTerms, words: readonly (string | null)[], out: Float32Array, stride: number, positions: readonly number[]): void {
  const places = new Map(text.words.flatMap((spellings, index) => spellings.map((spelling) => [spelling, index] as const)));
  const byWords = new Map(text.terms.map((term, index) => [term.words.join(' '), index]));
  const lengths = [...new Set(text.terms.map((term) => term.words.length))];
  const weights = new Float64Array(text.terms.length);
  const touched: number[] = [];
  for (const [row, line] of words.entries()) {
    if (line === null) continue;
    const found = line.split(' ').flatMap((word) => (word === '' || characters(word) < text.shortest ? [] : [places.get(word) ?? -1]));
    for (const length of lengths) {
      for (let from = 0; from + length <= found.length; from += 1) {
        const term = byWords.get(length === 1 ? String(found[from]) : found.slice(from, from + length).join(' '));
        if (term === undefined) continue;
        const [weight, sum] = [text.terms[term]?.weight ?? 0, weights[term] ?? 0];
        if (sum === 0) touched.push(term);
        weights[term] = text.presence ? weight : sum + weight;
      }
    }
    const squares = touched.reduce((total, term) => total + (weights[term] ?? 0) ** 2, 0);
    const divisor = text.normalise && squares > 0 ? Math.sqrt(squares) : 1;
    for (const term of touched) {
      out[row * stride + (positions[term] ?? 0)] = (weights[term] ?? 0) / divisor;
      weights[term] = 0;
    }
    touched.length = 0;
  }
}

/** Code points, as both backends count them. */
const characters = (word: string): number => (/[\ud800-\udbff]/.test(word) ? [...word].length : word.length);
