import { z } from 'zod';
import { aggregateTitles } from '#app/relation/index.ts';
import { paramMissing } from '#app/sdk/configuration.ts';
import { measureName, measureSchema } from '#app/sdk/measures.ts';
import { defineNode } from '#app/sdk/node.ts';

const measure = measureSchema(aggregateTitles);

const params = z.object({
  keys: z.array(z.string()).default([]).meta({ title: 'Group by', control: 'columns', from: 'table', description: 'One row comes out for each combination of values; without a column, one row in all.' }),
  measures: z.array(measure).default([{ fn: 'count', column: '', fraction: 0.5, name: '' }]).meta({ title: 'Measures', control: 'rows' }),
});

export type GroupByParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'transform/group-by',
  version: 1,
  title: 'Group By',
  summary: 'Puts rows with equal values together and computes counts, sums, means and other measures.',
  keywords: ['aggregate', 'summarise', 'summarize', 'count', 'sum', 'average', 'pivot', 'statistics'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'table', title: 'Groups', kind: 'table', summary: 'One row for each group; rows with missing keys form groups of their own. The order is not fixed.' }],
  params,
  describe: ({ keys, measures }, say) => {
    const names = measures.map(measureName).join(', ');
    return keys.length === 0 ? names || say`No measure yet` : names === '' ? say`different values by ${keys.join(', ')}` : say`${names} by ${keys.join(', ')}`;
  },
  configure: ({ params: { keys, measures } }) => ({
    diagnostics: [
      ...(keys.length === 0 && measures.length === 0 ? [paramMissing(['measures'], 'There is nothing to group by and nothing to measure.', 'Choose columns to group by, or add a measure.')] : []),
      ...measures.flatMap(({ fn, column }, i) =>
        column === '' && fn !== 'count' ? [paramMissing(['measures', i, 'column'], `The ${aggregateTitles[fn]} in row ${i + 1} has no column.`, 'Choose a column.')] : [],
      ),
    ],
  }),
});
