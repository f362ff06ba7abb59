import { z } from 'zod';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { ask, isNumber, numberSql, quoteColumn, toNumber, toNumberOrNull, type Asked } from '#app/sdk/analysis.ts';
import { binCount, binOf, coarseMap, isCounted, mostCategories, numberBins, type ColumnBins } from './bins.ts';
import { countColumns, type CountedColumn } from './counts.ts';
import type { SampleCodes } from './resample.ts';
import type { TestedColumn } from './calibrate.ts';
import type { StatisticName } from './statistics.ts';

const numbers = z.array(z.number());
const binsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), edges: numbers, discrete: z.boolean() }),
  z.object({ kind: z.literal('category'), values: z.array(z.string()), complete: z.boolean(), singletons: z.number() }),
]);

/** What is kept of a reference table: a few kilobytes a column and a sample of its rows as bin numbers; no values but edges and frequent categories. */
export const tableProfileSchema = z.object({
  format: z.literal('penstock-profile'),
  version: z.literal(1),
  rows: z.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['boolean', 'integer', 'float', 'string']),
      bins: binsSchema,
      counts: numbers,
      missing: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      mean: z.number().nullable(),
      deviation: z.number().nullable(),
    }),
  ),
  /** Columns that are not compared, each with the reason. */
  left: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** Rows drawn together, and by column the bins of the sample's rows in base64; missing is the bin after the last. */
  sample: z.object({ rows: z.number(), block: z.number(), codes: z.array(z.string()) }),
});
export type TableProfile = z.infer<typeof tableProfileSchema>;
export type ProfiledColumn = TableProfile['columns'][number];

/** Rows of the reference that are kept as bin numbers. */
export const sampledRows = 10_000;

export interface ProfileOptions {
  readonly tables: Asked;
  readonly relation: Relation;
  readonly schema: Schema;
  /** Empty: all that can be compared. */
  readonly columns: readonly string[];
  /** Column that says in what order the rows came; '': as they are. */
  readonly order: string;
  /** Rows that hang together; 1: none do. */
  readonly block: number;
  readonly progress?: (fraction: number, message: string) => void;
}

/** Looks at a reference table: a sample for edges and for drawing batches, then one count over all rows. */
export async function profileTable({ tables, relation, schema, columns: chosen, order, block, progress }: ProfileOptions): Promise<TableProfile> {
  const wanted = chosen.length === 0 ? schema : schema.filter(({ name }) => chosen.includes(name));
  const left = wanted.filter((column) => !isCounted(column)).map(({ name, type }) => ({ name, reason: type === 'date' || type === 'timestamp' || type === 'time' ? 'a date moves with time' : `${type} is not compared` }));
  const candidates = wanted.filter(isCounted);
  progress?.(0, 'Sampling the reference');
  const [[counted] = []] = await ask(tables, relation, 'select count(*) from t', ['integer']);
  const rows = toNumber(counted);
  const sample = await sampleRows(tables, relation, candidates, rows, order, block);
  const kept: { column: Column; bins: ColumnBins; at: number }[] = [];
  candidates.forEach((column, at) => {
    const bins = binsFrom(column, sample, at);
    if (typeof bins === 'string') left.push({ name: column.name, reason: bins });
    else kept.push({ column, bins, at });
  });
  progress?.(0.3, 'Counting the reference');
  const facts = await countColumns(tables, relation, kept, (done) => progress?.(0.3 + 0.7 * done, 'Counting the reference'));
  const profiled = kept.map(({ column }, i) => profiledOf(column, facts[i]));
  const codes = kept.map(({ at }, i) => Buffer.from(codesOf(profiled[i]?.bins, sample, at)).toString('base64'));
  return { format: 'penstock-profile', version: 1, rows, columns: profiled, left, sample: { rows: sample.length, block, codes } };
}

type Cell = null | boolean | number | string;

/** The rows, or blocks of rows, whose number has a hash that falls in: about `sampledRows`, in order, the same each time. */
async function sampleRows(tables: Asked, relation: Relation, columns: readonly Column[], rows: number, order: string, block: number): Promise<Cell[][]> {
  if (columns.length === 0 || rows === 0) return [];
  const names = columns.map((column, i) => `${isNumber(column.type) ? numberSql(column) : `${quoteColumn(column.name)}::varchar`} as c${i}`).join(', ');
  const every = Math.max(1, Math.floor(rows / sampledRows));
  const place = `row_number() over (${order === '' ? '' : `order by ${quoteColumn(order)}`}) as place`;
  const plain = columns.map((_, i) => `c${i}`).join(', ');
  const text = `select ${plain} from (select ${names}, ${place} from t) where ${every === 1 ? 'true' : `hash((place - 1) // ${block}) % ${every} = 0`} order by place`;
  return ask(tables, relation, text, columns.map(({ type }) => (isNumber(type) ? 'float' : 'string')), 100_000);
}

/** Bins as far as a sample tells them, or why the column is left out. */
function binsFrom({ type }: Column, sample: readonly Cell[][], at: number): ColumnBins | string {
  if (isNumber(type)) {
    const sorted = Float64Array.from(sample.flatMap((row) => (typeof row[at] === 'number' ? [row[at]] : []))).sort();
    return numberBins(sorted);
  }
  const counts = new Map<string, number>();
  let present = 0;
  for (const row of sample) {
    const value = row[at];
    if (typeof value !== 'string') continue;
    present += 1;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  if (present > 50 && counts.size > present / 2) return 'most of its values occur once';
  // The whole table says which values are the most frequent.
  return { kind: 'category', values: [], complete: false, singletons: 0 };
}

function profiledOf(column: Column, facts: CountedColumn | undefined): ProfiledColumn {
  if (facts === undefined) throw new Error(`no counts of ${column.name}`);
  const { bins, counts, missing, low, high, mean, deviation } = facts;
  const type = z.enum(['boolean', 'integer', 'float', 'string']).parse(column.type);
  const own = bins.kind === 'number' ? { ...bins, edges: [...bins.edges] } : { ...bins, values: [...bins.values] };
  return { name: column.name, type, bins: own, counts: [...counts], missing, low: toNumberOrNull(low), high: toNumberOrNull(high), mean: toNumberOrNull(mean), deviation: toNumberOrNull(deviation) };
}

function codesOf(bins: ColumnBins | undefined, sample: readonly Cell[][], at: number): Uint8Array {
  if (bins === undefined) return new Uint8Array(sample.length);
  const missing = binCount(bins);
  const places = new Map(bins.kind === 'category' ? bins.values.map((value, i) => [value, i]) : []);
  return Uint8Array.from(sample, (row) => {
    const value = row[at];
    if (value === null || value === undefined) return missing;
    return bins.kind === 'number' ? binOf(bins.edges, toNumber(value)) : (places.get(String(value)) ?? bins.values.length);
  });
}

/** A profile's sample as it is drawn from. */
export function sampleOf({ columns, sample }: TableProfile): SampleCodes {
  return { codes: sample.codes.map((text) => new Uint8Array(Buffer.from(text, 'base64'))), bins: columns.map(({ bins }) => binCount(bins) + 1), rows: sample.rows, block: sample.block };
}

/** How a column is tested by a statistic. `low`, `high`: of both tables. */
export function testedColumn({ bins, counts }: ProfiledColumn, statistic: StatisticName, places: Float64Array): TestedColumn {
  const { to, bins: coarse } = coarseMap(bins, counts);
  return { statistic, to, coarse, places, discrete: bins.kind === 'number' && bins.discrete };
}

export { mostCategories };
