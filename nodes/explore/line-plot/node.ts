import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { axisTypes, checkColumns, groupTypes, numberTypes } from '#app/sdk/chart-node.ts';
import { measureFns, timeBuckets } from '#app/sdk/charts.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  x: z.string().default('').meta({ title: 'Along', description: 'A date, a time or a number.', control: 'column', from: 'table', types: [...axisTypes], onChart: true }),
  y: z.array(z.string()).max(20).default([]).meta({ title: 'Lines', description: 'One line each; none chosen: the number of rows.', control: 'columns', from: 'table', types: [...numberTypes, 'boolean'] }),
  fn: z.enum(measureFns).exclude(['count_distinct']).default('avg').meta({
    title: 'Of several rows',
    description: 'Rows at one place, or in one step of time, become one point.',
    control: 'select',
    labels: { avg: 'Mean', sum: 'Sum', median: 'Median', min: 'Smallest value', max: 'Largest value', stddev: 'Standard deviation', count: 'Number of values' },
  }),
  colour: z.string().default('').meta({ title: 'Colour by', description: 'A line for each of the nine most frequent values; the rest is “Other”.', control: 'column', from: 'table', types: [...groupTypes], onChart: true }),
  bucket: z.enum(timeBuckets).default('auto').meta({
    title: 'Steps of time',
    control: 'select',
    labels: { auto: 'By the range', none: 'None: every value', second: 'Seconds', minute: 'Minutes', hour: 'Hours', day: 'Days', week: 'Weeks', month: 'Months', quarter: 'Quarters', year: 'Years' },
  }),
  band: z.boolean().default(true).meta({ title: 'Show the range', description: 'From the smallest to the largest value, behind a mean or median.', control: 'switch', advanced: true }),
  yLog: z.boolean().default(false).meta({ title: 'Logarithmic y axis', control: 'switch', advanced: true }),
});

export type LinePlotParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/line-plot',
  version: 1,
  title: 'Line Plot',
  summary: 'Numbers along time or another number; long series in steps that fit the range, with the range of values around the mean.',
  keywords: ['time series', 'line chart', 'trend', 'over time', 'series', 'area', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Chart', kind: 'report' }],
  params,
  describe: ({ x, y, colour }, say) => {
    if (x === '') return say`No axis yet`;
    const what = y.length === 0 ? say`Rows` : y.length <= 2 ? y.join(', ') : say`${y.length} columns`;
    return colour === '' ? say`${what} along ${x}` : say`${what} along ${x} by ${colour}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    const { x, y, colour, bucket } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      { param: ['x'], name: x, types: axisTypes, words: 'a line runs along numbers and dates' },
      ...y.map((name, i) => ({ param: ['y', i], name, types: [...numberTypes, 'boolean'] as const, words: 'a line takes numbers' })),
      { param: ['colour'], name: colour, types: groupTypes, words: 'it makes no colours' },
    ]);
    if (x === '') diagnostics.push(paramMissing(['x'], 'No column is chosen to draw along.', 'Choose a date, time or number column.'));
    const along = schema?.find(({ name }) => name === x)?.type;
    if ((along === 'integer' || along === 'float') && bucket !== 'auto' && bucket !== 'none') {
      diagnostics.push({ severity: 'warning', code: 'no-effect', message: `“${x}” is a number, which has no steps of time.`, remedy: 'Leave the steps to the range, or convert the column to a date.', place: { param: ['bucket'] } });
    }
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.x !== '') return null;
    const x = schema.find(({ type }) => type === 'timestamp' || type === 'date');
    if (x === undefined) return null;
    const y = schema.find(({ type }) => type === 'float') ?? schema.find(({ type }) => type === 'integer');
    return { x: x.name, ...(y === undefined ? {} : { y: [y.name] }) };
  },
});
