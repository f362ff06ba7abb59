import { z } from 'zod';
import { aggregateTitles } from '#app/relation/index.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { measureName, measureSchema } from '#app/sdk/measures.ts';
import { defineNode } from '#app/sdk/node.ts';

const params = z.object({
  keys: z.array(z.string()).default([]).meta({ title: 'Rows', control: 'columns', from: 'table', description: 'One row comes out for each combination of values; without a column, one row in all.' }),
  column: z.string().default('').meta({ title: 'Columns from', control: 'column', from: 'table', description: 'Each of its values becomes a column.' }),
  values: z.array(z.string()).default([]).meta({ title: 'Values', control: 'column-values', from: 'table', of: 'column', description: 'Which values become columns, in this order. None listed: all that are in the data, smallest first.' }),
  missing: z.boolean().default(false).meta({ title: 'Column for missing values', control: 'switch', description: 'A last column for the rows whose value is missing.' }),
  measures: z.array(measureSchema(aggregateTitles)).default([{ fn: 'count', column: '', fraction: 0.5, name: '' }]).meta({ title: 'Measures', control: 'rows', description: 'What the cells show.' }),
  naming: z
    .enum(['automatic', 'value_measure', 'measure_value'])
    .default('automatic')
    .meta({ title: 'Column names', control: 'select', labels: { automatic: 'Value, with several measures value_measure', value_measure: 'Value_measure', measure_value: 'Measure_value' } }),
  empty: z.enum(['missing', 'zero']).default('missing').meta({ title: 'Empty cells', control: 'select', labels: { missing: 'Missing', zero: 'Zero' }, description: 'Where no row has the combination. Counts are zero in any case.' }),
  atMost: z.int().min(1).max(5000).default(500).meta({ title: 'At most', control: 'number', min: 1, max: 5000, unit: 'values', advanced: true, description: 'With more different values than this the node stops: a wrong column would make a table that nobody can read.' }),
});

export type PivotParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/pivot',
  version: 1,
  title: 'Pivot',
  summary: 'Turns the values of a column into columns, with counts, sums or other measures in the cells.',
  keywords: ['pivot table', 'cross tab', 'crosstab', 'pivoting', 'long to wide', 'spread', 'dcast', 'pivot wider', 'contingency', 'unstack'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Pivot table', kind: 'table', summary: 'The row columns, then one column for each value and measure. The order of the rows is not fixed.' }],
  params,
  describe: ({ keys, column, measures }, say) => {
    if (column === '') return say`No column yet`;
    const names = measures.map(measureName).join(', ') || say`no measure`;
    return say`${names} by ${[...(keys.length > 0 ? [keys.join(', ')] : []), column].join(' × ')}`;
  },
  configure: ({ params: { column, measures } }) => ({
    diagnostics: [
      ...(column === '' ? [paramMissing(['column'], 'There is no column whose values become columns.', 'Choose one with few different values.')] : []),
      ...(measures.length === 0 ? [paramMissing(['measures'], 'There is nothing to show in the cells.', 'Add a measure, such as count.')] : []),
      ...measures.flatMap(({ fn, column: of }, i) => (of === '' && fn !== 'count' ? [paramMissing(['measures', i, 'column'], `The ${aggregateTitles[fn]} in row ${i + 1} has no column.`, 'Choose a column.')] : [])),
    ],
  }),
});
