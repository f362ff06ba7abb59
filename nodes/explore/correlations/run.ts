import { PenstockError } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { aboutDistinct, anovas, categorySql, chiSquare, clusterOrder, contingencies, correct, kendallPairs, pearsonPairs, spearmanPairs, studentTwoSided, type Pair } from '#app/ml/index.ts';
import type { Column } from '#app/relation/types.ts';
import { chosenOf, isNumber, numberSql } from '#app/sdk/analysis.ts';
import { chartTable } from '#app/sdk/chart-node.ts';
import type { NodeExecutor, RunContext } from '#app/sdk/node.ts';
import type { Report, ReportBlock, TableValue } from '#app/sdk/ports.ts';
import { pairTypes, type CorrelationsParams } from './node.ts';

/** Columns drawn in the heat map, and those whose cells hold numbers. */
const drawn = 80;
const lettered = 20;

interface Found {
  readonly a: number;
  readonly b: number;
  readonly measure: string;
  readonly value: number;
  readonly rows: number;
  readonly p: number;
}

export const executor: NodeExecutor<CorrelationsParams> = {
  async run(context) {
    const { inputs, params, tables, report } = context;
    const input = chartTable(inputs);
    const columns = await usable(context, input);
    const notes: string[] = [];
    const found = [...(await ofNumbers(context, input, columns, notes)), ...(await ofCategories(context, input, columns)), ...(await ofMixed(context, input, columns))];
    if (found.length > 0 && found.every(({ value }) => Number.isNaN(value))) {
      report({ severity: 'warning', code: 'no-spread', message: 'No pair has an association: every column is constant, or too few rows have both values.', remedy: 'Choose other columns.', place: { param: ['columns'] } });
    }
    const corrected = correct(found.map(({ p }) => p), params.correction);
    const sorted = found
      .map((one, i) => ({ ...one, corrected: corrected[i] ?? Number.NaN }))
      .sort((x, y) => strength(y.value) - strength(x.value) || x.a - y.a || x.b - y.b);
    const name = (i: number): string => columns[i]?.name ?? '';
    const pairs = await tables.fromColumns(
      [
        { name: 'column_a', type: 'string', values: sorted.map(({ a }) => name(a)) },
        { name: 'column_b', type: 'string', values: sorted.map(({ b }) => name(b)) },
        { name: 'measure', type: 'string', values: sorted.map(({ measure }) => measure) },
        { name: 'association', type: 'float', values: sorted.map(({ value }) => value) },
        { name: 'strength', type: 'float', values: sorted.map(({ value }) => Math.abs(value)) },
        { name: 'rows', type: 'integer', values: sorted.map(({ rows }) => rows) },
        { name: 'p_value', type: 'float', values: sorted.map(({ p }) => p) },
        { name: 'p_corrected', type: 'float', values: sorted.map((one) => one.corrected) },
      ],
      'pairs',
    );
    const known = sorted.filter(({ value }) => !Number.isNaN(value));
    const strongest = known[0];
    const total = await tables.count(input.relation);
    const blocks: ReportBlock[] = [
      {
        type: 'metrics',
        metrics: [
          { name: 'Rows', value: total, format: 'count' },
          { name: 'Columns', value: columns.length, format: 'count' },
          { name: 'Pairs', value: found.length, format: 'count' },
          { name: 'Strongest', value: strongest === undefined ? 0 : Math.abs(strongest.value), format: 'number', help: strongest === undefined ? 'No pair has an association.' : `${name(strongest.a)} with ${name(strongest.b)}; 1 would be a perfect one.` },
          { name: 'Unlikely by chance', value: known.filter((one) => one.corrected < 0.05).length, format: 'count', help: 'Pairs with a corrected p-value below 0.05. With many rows even weak pairs are among them: look at the strength.' },
        ],
      },
      heatMap(columns, known, params.method !== 'pearson' || params.categories),
      {
        type: 'table',
        title: 'Strongest pairs',
        columns: [{ name: 'column', type: 'string' }, { name: 'with', type: 'string' }, { name: 'measure', type: 'string' }, { name: 'association', type: 'float' }, { name: 'rows', type: 'integer' }, { name: 'p', type: 'float' }, { name: 'p corrected', type: 'float' }],
        rows: known.slice(0, params.shown).map((one) => [name(one.a), name(one.b), one.measure, one.value, one.rows, one.p, one.corrected]),
      },
    ];
    if (notes.length > 0) blocks.push({ type: 'text', markdown: notes.join(' ') });
    const made: Report = { title: 'Correlations', blocks };
    return { report: { kind: 'report', report: made }, pairs };
  },
};

const strength = (value: number): number => (Number.isNaN(value) ? -1 : Math.abs(value));

/** Columns with too many categories are left out, with a word about it. */
async function usable({ params, tables, report }: RunContext<CorrelationsParams>, input: TableValue): Promise<Column[]> {
  const columns = chosenOf(input.schema, params.columns, params.categories ? pairTypes : ['integer', 'float']);
  const categories = columns.filter(({ type }) => type === 'string');
  const counts = await aboutDistinct(tables, input.relation, categories);
  // The count may be a few percent off; contingency tables that are a little bigger do no harm.
  const many = new Set(categories.filter((_, i) => (counts[i] ?? 0) > params.values * 1.1).map(({ name }) => name));
  if (many.size > 0) {
    const names = [...many].slice(0, 5).map((name) => `“${name}”`).join(', ');
    report({ severity: 'info', code: 'columns-left-out', message: `Left out, because of more than ${params.values} different values: ${names}${many.size > 5 ? ` and ${many.size - 5} more` : ''}.`, remedy: 'Raise the limit, or group rare values first.', place: { param: ['values'] } });
  }
  const left = columns.filter(({ name }) => !many.has(name));
  if (left.length >= 2) return left;
  throw new PenstockError('too-few-columns', `Fewer than two columns are left: the others have more than ${params.values} different values.`, { remedy: 'Choose other columns, or raise the limit.', place: { param: ['values'] } });
}

function pairsOf(columns: readonly Column[], fits: (a: Column, b: Column) => boolean): Pair[] {
  return columns.flatMap((a, i) => columns.flatMap((b, j): Pair[] => (j > i && fits(a, b) ? [[i, j]] : [])));
}

async function ofNumbers({ params, tables, progress, signal, report }: RunContext<CorrelationsParams>, input: TableValue, all: readonly Column[], notes: string[]): Promise<Found[]> {
  const places = all.flatMap(({ type }, i) => (isNumber(type) ? [i] : []));
  const columns = places.map((i) => all[i]).filter((column) => column !== undefined);
  const pairs = pairsOf(columns, () => true);
  if (pairs.length === 0) return [];
  progress(0, 'Numbers');
  const question = { tables, relation: input.relation, columns, pairs, progress: (done: number) => { signal.throwIfAborted(); progress(0.6 * done, 'Numbers'); } };
  const at = (i: number): number => places[i] ?? 0;
  if (params.method === 'kendall') {
    const { answers, sampled } = await kendallPairs(question, params.kendallRows);
    if (sampled !== null) {
      const words = `Kendall’s tau is that of a random sample of ${formatCount(sampled)} rows.`;
      notes.push(words);
      report({ severity: 'info', code: 'sampled', message: words, remedy: 'Take more rows, or use Spearman, which takes all.', place: { param: ['kendallRows'] } });
    }
    return pairs.map(([a, b], i) => ({ a: at(a), b: at(b), measure: 'Kendall', value: answers[i]?.value ?? Number.NaN, rows: answers[i]?.rows ?? 0, p: answers[i]?.p ?? Number.NaN }));
  }
  const ranked = params.method === 'spearman' ? await spearmanPairs(question) : { answers: await pearsonPairs(question), approximate: 0 };
  if (ranked.approximate > 0) notes.push(`For ${formatCount(ranked.approximate)} pairs with missing values the ranks are those of each column alone.`);
  return pairs.map(([a, b], i) => {
    const { value, rows } = ranked.answers[i] ?? { value: Number.NaN, rows: 0 };
    const p = rows > 2 ? studentTwoSided(value * Math.sqrt((rows - 2) / Math.max(0, 1 - value * value)), rows - 2) : Number.NaN;
    return { a: at(a), b: at(b), measure: params.method === 'spearman' ? 'Spearman' : 'Pearson', value, rows, p };
  });
}

async function ofCategories({ tables, progress }: RunContext<CorrelationsParams>, input: TableValue, columns: readonly Column[]): Promise<Found[]> {
  const pairs = pairsOf(columns, (a, b) => !isNumber(a.type) && !isNumber(b.type));
  if (pairs.length === 0) return [];
  const tablesOf = await contingencies(tables, input.relation, columns.map(categorySql), pairs, (done) => progress(0.6 + 0.2 * done, 'Categories'));
  return pairs.map(([a, b], i) => {
    const table = tablesOf[i];
    const test = table === undefined ? null : chiSquare(table);
    return { a, b, measure: 'Cramér’s V', value: test?.cramer ?? Number.NaN, rows: table?.rows ?? 0, p: test?.p ?? Number.NaN };
  });
}

async function ofMixed({ tables, progress, signal }: RunContext<CorrelationsParams>, input: TableValue, columns: readonly Column[]): Promise<Found[]> {
  const numbers = columns.flatMap((column, i) => (isNumber(column.type) ? [i] : []));
  const categories = columns.flatMap((column, i) => (isNumber(column.type) ? [] : [i]));
  if (numbers.length === 0) return [];
  const found: Found[] = [];
  for (const [done, at] of categories.entries()) {
    signal.throwIfAborted();
    progress(0.8 + (0.15 * done) / categories.length, 'Numbers by category');
    const key = columns[at];
    if (key === undefined) continue;
    const answers = await anovas(tables, input.relation, categorySql(key), numbers.flatMap((i) => { const column = columns[i]; return column === undefined ? [] : [numberSql(column)]; }));
    numbers.forEach((i, k) => found.push({ a: Math.min(at, i), b: Math.max(at, i), measure: 'Correlation ratio', value: answers[k]?.eta ?? Number.NaN, rows: answers[k]?.rows ?? 0, p: answers[k]?.p ?? Number.NaN }));
  }
  return found;
}

function heatMap(columns: readonly Column[], found: readonly Found[], mixed: boolean): ReportBlock {
  const of = columns.map((_, i) => columns.map((_column, j): number | null => (i === j ? 1 : null)));
  for (const { a, b, value } of found) {
    const [row, other] = [of[a], of[b]];
    if (row !== undefined) row[b] = value;
    if (other !== undefined) other[a] = value;
  }
  // Of very many columns those with the strongest partners are drawn.
  const best = of.map((row, i) => Math.max(0, ...row.map((value, j) => (i === j || value === null ? 0 : Math.abs(value)))));
  const kept = columns.map((_, i) => i).sort((a, b) => (best[b] ?? 0) - (best[a] ?? 0)).slice(0, drawn).sort((a, b) => a - b);
  const order = clusterOrder(kept.map((i) => kept.map((j) => (i === j ? 0 : 1 - Math.abs(of[i]?.[j] ?? 0))))).map((k) => kept[k] ?? 0);
  const names = order.map((i) => columns[i]?.name ?? '');
  const z = order.map((i) => order.map((j) => of[i]?.[j] ?? null));
  const signed = found.some(({ value }) => value < 0) || !mixed;
  return {
    type: 'chart',
    chart: {
      title: 'Which columns go together',
      x: { title: '', scale: 'category' },
      y: { title: '', scale: 'category' },
      colour: { title: 'Association', ...(signed ? { centre: 0 } : {}) },
      series: [{ name: 'Association', mark: 'heatmap', x: names, y: names, z, ...(names.length <= lettered ? { text: z.map((row) => row.map((value) => (value === null ? '' : value.toFixed(2).replace('-', '−')))) } : {}) }],
      note: `Similar columns stand side by side.${kept.length < columns.length ? ` The ${kept.length} columns with the strongest partners, of ${columns.length}.` : ''}`,
    },
  };
}
