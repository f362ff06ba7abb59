import { z } from 'zod';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { ChartSpec } from './ports.ts';

/** Charts computed where the data are: what to draw is described, the engine counts, and the picture has a few thousand marks at most. */

const column = z.string().min(1);
const byColumn = column.nullable().default(null);

export const measureFns = ['count', 'sum', 'avg', 'median', 'min', 'max', 'stddev', 'count_distinct'] as const;
/** A number for each group of rows: `column` is null only for `count` of rows. */
const measure = z.object({ fn: z.enum(measureFns), column: column.nullable().default(null) }).default({ fn: 'count', column: null });

export const timeBuckets = ['auto', 'none', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

const histogram = z.object({
  kind: z.literal('histogram'),
  /** Numbers, dates or timestamps. */
  column,
  /** About this many; edges are round numbers. */
  bins: z.int().min(2).max(500).default(30),
  /** Width of a bin in the column's unit; null: chosen from `bins`. */
  width: z.number().positive().nullable().default(null),
  /** Bins of equal width in powers of ten; zero and negative values have no place. */
  log: z.boolean().default(false),
  by: byColumn,
  height: z.enum(['count', 'share']).default('count'),
});

const bars = z.object({
  kind: z.literal('bars'),
  category: column,
  measure,
  by: byColumn,
  /** Values with a bar of their own, the most frequent ones; the rest is “Other”. */
  top: z.int().min(1).max(200).default(20),
  order: z.enum(['height', 'name', 'value']).default('height'),
  layout: z.enum(['stack', 'group', 'share']).default('stack'),
  /** Rows whose category is missing get a bar. */
  missing: z.boolean().default(true),
  /** Bars as shares: of all rows, or with `by` of the rows of each colour. Counts only. */
  share: z.boolean().default(false),
});

const box = z.object({
  kind: z.literal('box'),
  columns: z.array(column).min(1).max(50),
  by: byColumn,
  /** At most so many outlying points are drawn for a box; all are counted. */
  outliers: z.int().min(0).max(1000).default(100),
  log: z.boolean().default(false),
});

const scatter = z.object({
  kind: z.literal('scatter'),
  x: column,
  y: column,
  colour: byColumn,
  size: byColumn,
  /** Rows drawn one by one; above it `above` says how. */
  points: z.int().min(10).max(50_000).default(5000),
  above: z.enum(['auto', 'density', 'sample']).default('auto'),
  trend: z.enum(['none', 'all', 'groups']).default('none'),
  xLog: z.boolean().default(false),
  yLog: z.boolean().default(false),
});

const line = z.object({
  kind: z.literal('line'),
  x: column,
  /** One line each; none with `fn` count: the number of rows. */
  y: z.array(column).max(20).default([]),
  fn: z.enum(measureFns).default('avg'),
  by: byColumn,
  bucket: z.enum(timeBuckets).default('auto'),
  /** The range from the smallest to the largest value, behind means and medians. */
  band: z.boolean().default(true),
  yLog: z.boolean().default(false),
});

const heatmap = z.object({
  kind: z.literal('heatmap'),
  x: column,
  y: column,
  measure,
  /** Numbers and dates in about this many bins, categories the most frequent ones. */
  bins: z.int().min(2).max(200).default(20),
  /** Counts as shares of the row, the column or the whole table. */
  share: z.enum(['none', 'row', 'column', 'all']).default('none'),
});

export const chartQuerySchema = z.discriminatedUnion('kind', [histogram, bars, box, scatter, line, heatmap]);

/** What to draw of a table. Names are those of its columns. */
export type ChartQuery = z.output<typeof chartQuerySchema>;
export type ChartQueryOf<K extends ChartQuery['kind']> = Extract<ChartQuery, { kind: K }>;
export type ChartMeasure = z.output<typeof measure>;

/** A query with defaults for what is left open. */
export const chartQuery = (query: z.input<typeof chartQuerySchema>): ChartQuery => chartQuerySchema.parse(query);

export const measureTitles: Readonly<Record<ChartMeasure['fn'], string>> = {
  count: 'Rows',
  sum: 'Sum',
  avg: 'Mean',
  median: 'Median',
  min: 'Smallest',
  max: 'Largest',
  stddev: 'Standard deviation',
  count_distinct: 'Different values',
};

/** “Mean of price”, “Rows”. */
export const measureTitle = ({ fn, column: of }: ChartMeasure): string => (of === null ? measureTitles[fn] : fn === 'count' ? `Rows with ${of}` : `${measureTitles[fn]} of ${of}`);

export interface ChartServices {
  /**
   * Computes a chart over all rows of a relation, by a few aggregations.
   * @throws PenstockError `unknown-column`, `column-type`, `chart-bins` with the column as its place.
   */
  chart(relation: Relation, schema: Schema, query: ChartQuery): Promise<ChartSpec>;
}
