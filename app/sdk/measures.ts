import { z } from 'zod';

/** Measures as people choose them: the params that nodes with an aggregation share (Group By, Pivot). */

const functions = ['count', 'count_distinct', 'sum', 'avg', 'min', 'max', 'median', 'quantile', 'stddev', 'variance', 'mode', 'first', 'string_agg'] as const;

/** One measure of input `from`. @param labels words for each function (`aggregateTitles` of app/relation) */
export const measureSchema = (labels: Readonly<Record<string, string>>, from = 'table') =>
  z.object({
    fn: z.enum(functions).default('count').meta({ title: 'Measure', control: 'select', labels }),
    column: z.string().default('').meta({ title: 'Column', control: 'column', from, description: 'For count: empty counts rows, a column counts its values that are not missing.' }),
    fraction: z.number().min(0).max(1).default(0.5).meta({ title: 'Fraction', control: 'number', min: 0, max: 1, step: 0.05, visibleWhen: { param: 'fn', in: ['quantile'] } }),
    name: z.string().default('').meta({ title: 'Name', control: 'text', placeholder: 'automatic' }),
  });

export type MeasureParams = z.output<ReturnType<typeof measureSchema>>;

/** Name of a measure’s column: the one given, else made of its column and function. */
export function measureName({ fn, column, fraction, name }: MeasureParams): string {
  if (name.trim() !== '') return name.trim();
  if (column === '') return fn;
  return fn === 'quantile' ? `${column}_q${String(Math.round(fraction * 1000) / 10).replace('.', '_')}` : `${column}_${fn}`;
}
