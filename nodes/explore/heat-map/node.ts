import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns, groupTypes, measureInWords, numberTypes } from '#app/sdk/chart-node.ts';
import { measureFns } from '#app/sdk/charts.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const axis = (title: string) => z.string().default('').meta({ title, description: 'Categories, or numbers and dates in bins.', control: 'column', from: 'table', types: [...groupTypes], onChart: true });

const params = z.object({
  x: axis('Columns by'),
  y: axis('Rows by'),
  fn: z.enum(measureFns).default('count').meta({
    title: 'Colour',
    control: 'select',
    labels: { count: 'Number of rows', sum: 'Sum', avg: 'Mean', median: 'Median', min: 'Smallest value', max: 'Largest value', stddev: 'Standard deviation', count_distinct: 'Number of different values' },
  }),
  column: z.string().default('').meta({ title: 'Of column', control: 'column', from: 'table', onChart: true, visibleWhen: { param: 'fn', in: ['sum', 'avg', 'median', 'min', 'max', 'stddev', 'count_distinct'] } }),
  share: z.enum(['none', 'row', 'column', 'all']).default('none').meta({
    title: 'Counts as',
    control: 'select',
    labels: { none: 'Numbers', row: 'Shares of the row', column: 'Shares of the column', all: 'Shares of all rows' },
    visibleWhen: { param: 'fn', in: ['count'] },
  }),
  bins: z.int().min(2).max(200).default(20).meta({ title: 'Bins', description: 'About so many for numbers and dates; at most so many categories.', control: 'slider', min: 2, max: 200, step: 1 }),
});

export type HeatMapParams = z.output<typeof params>;

const words: Readonly<Record<HeatMapParams['fn'], string>> = { count: 'Rows', sum: 'Sum', avg: 'Mean', median: 'Median', min: 'Smallest', max: 'Largest', stddev: 'Deviation', count_distinct: 'Different' };

export const definition = defineNode({
  type: 'explore/heat-map',
  version: 1,
  title: 'Heat Map',
  summary: 'Two columns across each other, coloured by how many rows there are or by a mean, sum or other measure.',
  keywords: ['heatmap', 'crosstab', 'contingency table', 'two-way', 'density', '2d histogram', 'mosaic', 'matrix', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Chart', kind: 'report' }],
  params,
  describe: ({ x, y, fn, column }, say) => (x === '' || y === '' ? say`No axes yet` : say`${measureInWords(fn, fn === 'count' ? '' : column, say)} by ${x} and ${y}`),
  configure: (context) => {
    const { x, y, fn, column } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schemaAt(context), [
      { param: ['x'], name: x, types: groupTypes, words: 'it has neither categories nor bins' },
      { param: ['y'], name: y, types: groupTypes, words: 'it has neither categories nor bins' },
      { param: ['column'], name: fn === 'count' ? '' : column, types: fn === 'count_distinct' ? [...groupTypes, 'binary'] : [...numberTypes, 'boolean'], words: `the ${words[fn].toLowerCase()} is of numbers` },
    ]);
    if (x === '') diagnostics.push(paramMissing(['x'], 'No column is chosen for the columns of the map.', 'Choose a column.'));
    if (y === '') diagnostics.push(paramMissing(['y'], 'No column is chosen for the rows of the map.', 'Choose a column.'));
    if (fn !== 'count' && column === '') diagnostics.push(paramMissing(['column'], `No column is chosen for the ${words[fn].toLowerCase()}.`, 'Choose a column, or count rows.'));
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.x !== '' || context.params.y !== '') return null;
    const categories = schema.filter(({ type }) => type === 'string' || type === 'boolean');
    const [x, y] = categories.length >= 2 ? categories : [...categories, ...schema.filter(({ type }) => type === 'integer' || type === 'float')];
    return x === undefined || y === undefined ? null : { x: x.name, y: y.name };
  },
});
