import { PenstockError } from '#app/core/errors.ts';
import { call, col, filter, lit, named } from '#app/relation/build.ts';
import type { Relation } from '#app/relation/types.ts';
import type { RecipeStep, WordPlaces } from '#app/sdk/ports.ts';
import { writtenDown, type ColumnState, type FitTables } from './columns.ts';
import { numberOf } from './statistics.ts';
import { readSpellings, wordRows } from './text.ts';

type WordsStep = Extract<RecipeStep, { step: 'words' }>;

/**
 * Free text as the places of its words, in reading order: the words (in lower case) in at least `minRows` rows, the `size` in most rows
 * (ties by the word), get the places 1, 2 … Words are cut and spelled as in the text step. Missing text is 0 everywhere.
 * @throws PenstockError `no-words`.
 */
export async function applyWords(step: WordsStep, columns: readonly ColumnState[], relation: Relation, tables: FitTables, note: (message: string) => void): Promise<void> {
  for (const state of columns) {
    if (state.kind !== 'text' || state.encoded !== null) continue;
    state.encoded = [];
    const words = await writtenDown(wordRows(state.expr, { shortest: 1, lowerCase: true }, relation), 'words', tables);
    const once: Relation = { op: 'aggregate', input: words, keys: [named('word', col('word')), named('row', col('row'))], measures: [] };
    const counted: Relation = { op: 'aggregate', input: once, keys: [named('word', col('word'))], measures: [{ name: 'rows', fn: 'count' }] };
    const frequent = filter(counted, call('greater_than_or_equal', col('rows'), lit(step.minRows)));
    const sorted: Relation = { op: 'sort', input: frequent, keys: [{ expr: col('rows'), descending: true, nulls: 'last' }, { expr: col('word'), descending: false, nulls: 'last' }] };
    const known = await writtenDown({ op: 'limit', input: sorted, count: step.size, offset: 0 }, 'vocabulary', tables);
    const found = (await tables.rows(known, step.size)).rows.map(([word, rows]) => ({ word: String(word), rows: numberOf(rows ?? null) }));
    if (found.length === 0) {
      throw new PenstockError('no-words', `No word of “${state.column.name}” occurs in ${step.minRows} of the training rows, so there is nothing to learn from.`, {
        remedy: 'Choose a column of texts, or lower the number of rows a word must occur in.',
        place: { param: ['minRows'] },
      });
    }
    const vocabulary = found.sort((a, b) => b.rows - a.rows || (a.word < b.word ? -1 : 1)).map(({ word }) => word);
    const text: WordPlaces = {
      column: state.column.name,
      expr: state.expr,
      places: await readSpellings({ op: 'join', kind: 'semi', left: words, right: known, on: [{ left: 'word', right: 'word' }], rightSuffix: '_known' }, vocabulary, tables),
      length: step.length,
    };
    const long = await longTexts(words, step.length, tables);
    if (long > 0) note(`${long === 1 ? `One text of “${state.column.name}” is` : `${long} texts of “${state.column.name}” are`} longer than ${step.length} words; only the beginning is read.`);
    state.terms = { text, names: Array.from({ length: step.length }, (_unused, index) => `word ${index + 1}`) };
  }
}

async function longTexts(words: Relation, length: number, tables: FitTables): Promise<number> {
  const counted: Relation = { op: 'aggregate', input: words, keys: [named('row', col('row'))], measures: [{ name: 'words', fn: 'count' }] };
  const [[count = 0] = []] = (await tables.rows({ op: 'aggregate', input: filter(counted, call('greater_than', col('words'), lit(length))), keys: [], measures: [{ name: 'rows', fn: 'count' }] })).rows;
  return numberOf(count);
}

/** Writes the places of each row's words (`wordsOf`) to `out[row × stride + positions[word]]`; the rest is 0 already. */
export function fillPlaces({ places, length }: WordPlaces, words: readonly (string | null)[], out: Float32Array, stride: number, positions: readonly number[]): void {
  const known = new Map(places.flatMap((spellings, index) => spellings.map((spelling) => [spelling, index + 1] as const)));
  for (const [row, line] of words.entries()) {
    let at = 0;
    for (const word of line?.split(' ') ?? []) {
      if (word === '') continue;
      if (at === length) break;
      out[row * stride + (positions[at] ?? 0)] = known.get(word) ?? 0;
      at += 1;
    }
  }
}
