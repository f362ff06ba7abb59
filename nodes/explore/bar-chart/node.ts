import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns, groupTypes, measureInWords, numberTypes } from '#app/sdk/chart-node.ts';
import { measureFns } from '#app/sdk/charts.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  category: z.string().default('').meta({ title: 'Bars', description: 'One bar for each value of this column.', control: 'column', from: 'table', types: [...groupTypes], onChart: true }),
  fn: z.enum(measureFns).default('count').meta({
    title: 'Height',
    control: 'select',
    labels: { count: 'Number of rows', sum: 'Sum', avg: 'Mean', median: 'Median', min: 'Smallest value', max: 'Largest value', stddev: 'Standard deviation', count_distinct: 'Number of different values' },
  }),
  column: z.string().default('').meta({ title: 'Of column', control: 'column', from: 'table', onChart: true, visibleWhen: { param: 'fn', in: ['sum', 'avg', 'median', 'min', 'max', 'stddev', 'count_distinct'] } }),
  colour: z.string().default('').meta({ title: 'Colour by', description: 'Splits each bar by the nine most frequent values; the rest is “Other”.', control: 'column', from: 'table', types: [...groupTypes], onChart: true }),
  layout: z.enum(['stack', 'group', 'share']).default('stack').meta({ title: 'Colours stand', control: 'select', labels: { stack: 'On one another', group: 'Side by side', share: 'On one another, as shares of 100 %' } }),
  order: z.enum(['height', 'name', 'value']).default('height').meta({ title: 'Order', control: 'select', labels: { height: 'Highest first', name: 'By name', value: 'By value (numbers, dates)' } }),
  top: z.int().min(1).max(200).default(20).meta({ title: 'Bars at most', description: 'The most frequent values have a bar; the rest is “Other”.', control: 'slider', min: 1, max: 200, step: 1 }),
  missing: z.boolean().default(true).meta({ title: 'A bar for missing values', control: 'switch', advanced: true }),
});

export type BarChartParams = z.output<typeof params>;

const words: Readonly<Record<BarChartParams['fn'], string>> = { count: 'Rows', sum: 'Sum', avg: 'Mean', median: 'Median', min: 'Smallest', max: 'Largest', stddev: 'Deviation', count_distinct: 'Different' };

export const definition = defineNode({
  type: 'explore/bar-chart',
  version: 1,
  title: 'Bar Chart',
  summary: 'A bar for each category: how many rows, or a sum, mean or median; stacked, side by side or as shares.',
  keywords: ['column chart', 'bar plot', 'stacked', 'categories', 'histogram of categories', 'value counts', 'countplot', 'pareto', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Chart', kind: 'report' }],
  params,
  describe: ({ category, fn, column, colour }, say) => {
    if (category === '') return say`No category yet`;
    const by = colour === '' ? category : say`${category} and ${colour}`;
    return say`${measureInWords(fn, fn === 'count' ? '' : column, say)} by ${by}`;
  },
  configure: (context) => {
    const { category, fn, column, colour, layout } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schemaAt(context), [
      { param: ['category'], name: category, types: groupTypes, words: 'it makes no categories' },
      { param: ['colour'], name: colour, types: groupTypes, words: 'it makes no colours' },
      { param: ['column'], name: fn === 'count' ? '' : column, types: fn === 'count_distinct' ? [...groupTypes, 'binary'] : [...numberTypes, 'boolean'], words: `the ${words[fn].toLowerCase()} is of numbers` },
    ]);
    if (category === '') diagnostics.push(paramMissing(['category'], 'No column is chosen for the bars.', 'Choose a column with categories.'));
    if (fn !== 'count' && column === '') diagnostics.push(paramMissing(['column'], `No column is chosen for the ${words[fn].toLowerCase()}.`, 'Choose a column, or count rows.'));
    if (colour !== '' && layout !== 'group' && fn !== 'count' && fn !== 'sum') {
      diagnostics.push({ severity: 'error', code: 'chart-stack', message: `Bars of a ${words[fn].toLowerCase()} cannot stand on one another: their sum means nothing.`, remedy: 'Put the colours side by side, or draw a count or a sum.', place: { param: ['layout'] } });
    }
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.category !== '') return null;
    const category = schema.find(({ type }) => type === 'string') ?? schema.find(({ type }) => type === 'boolean');
    return category === undefined ? null : { category: category.name };
  },
});
