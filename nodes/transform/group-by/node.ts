import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';

const functions = ['count', 'count_distinct', 'sum', 'avg', 'min', 'max', 'median', 'stddev', 'variance', 'mode', 'string_agg'] as const;

export const paramsSchema = z.object({
  keys: z.array(z.string()).default([]).meta({ title: 'Group by', control: 'columns', description: 'One row comes out for each combination of these; none: one row in all.' }),
  measures: z
    .array(
      z.object({
        fn: z
          .enum(functions)
          .default('count')
          .meta({
            title: 'Measure',
            labels: {
              count: 'Count',
              count_distinct: 'Distinct values',
              sum: 'Sum',
              avg: 'Mean',
              min: 'Minimum',
              max: 'Maximum',
              median: 'Median',
              stddev: 'Standard deviation',
              variance: 'Variance',
              mode: 'Most frequent',
              string_agg: 'Joined text',
            },
          }),
        column: z.string().default('').meta({ title: 'Of column', control: 'column', description: 'Empty with Count: counts rows.' }),
        name: z.string().max(200).default('').meta({ title: 'Name', control: 'text', placeholder: 'automatic' }),
      }),
    )
    .default([{ fn: 'count', column: '', name: '' }])
    .meta({ title: 'Measures', control: 'rows' }),
});

export type Params = z.output<typeof paramsSchema>;

/** Name of a measure's column: the given one, or `mean_of_age`, `rows`. */
export function measureName(measure: Params['measures'][number]): string {
  if (measure.name.trim() !== '') return measure.name.trim();
  if (measure.column === '') return 'rows';
  const words: Record<string, string> = { avg: 'mean', count_distinct: 'distinct', string_agg: 'joined' };
  return `${words[measure.fn] ?? measure.fn}_of_${measure.column}`;
}

export const definition = defineNode({
  type: 'transform/group-by',
  version: 1,
  title: 'Group By',
  summary: 'Summarises groups of rows: counts, sums, means and other measures.',
  keywords: ['group', 'aggregate', 'summarise', 'summarize', 'count', 'sum', 'mean', 'average', 'pivot'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Table', kind: 'table' }],
  params: paramsSchema,
  describe: (params) => `${params.measures.map(measureName).join(', ') || 'groups'}${params.keys.length > 0 ? ` by ${params.keys.join(', ')}` : ''}`,
  configure: ({ params }) => {
    const diagnostics: Diagnostic[] = params.measures.flatMap((measure, index) =>
      measure.column === '' && measure.fn !== 'count'
        ? [
            {
              severity: 'error' as const,
              code: 'param-missing',
              message: `Measure ${index + 1} has no column.`,
              remedy: 'Choose the column it measures.',
              place: { param: ['measures', index, 'column'] },
            },
          ]
        : [],
    );
    if (params.keys.length === 0 && params.measures.length === 0) {
      diagnostics.push({
        severity: 'error',
        code: 'param-missing',
        message: 'There is nothing to group by and nothing to measure.',
        remedy: 'Choose columns to group by, or add a measure.',
        place: { param: ['keys'] },
      });
    }
    return { diagnostics };
  },
});
