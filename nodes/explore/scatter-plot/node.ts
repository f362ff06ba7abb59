import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { axisTypes, checkColumns, groupTypes, numberTypes } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const axis = (title: string) => z.string().default('').meta({ title, control: 'column', from: 'table', types: [...axisTypes], onChart: true });

const params = z.object({
  x: axis('X axis'),
  y: axis('Y axis'),
  colour: z.string().default('').meta({
    title: 'Colour by',
    description: 'Text, true/false: a colour for each of the nine most frequent values. Numbers: a colour scale.',
    control: 'column',
    from: 'table',
    types: ['boolean', 'integer', 'float', 'string'],
    onChart: true,
  }),
  size: z.string().default('').meta({ title: 'Size by', description: 'A number: the bigger, the larger the point.', control: 'column', from: 'table', types: ['integer', 'float'], onChart: true }),
  trend: z.enum(['none', 'all', 'groups']).default('none').meta({
    title: 'Trend line',
    description: 'A least-squares line over all rows, with its R².',
    control: 'select',
    labels: { none: 'None', all: 'One line', groups: 'One line a colour' },
  }),
  points: z.int().min(10).max(50_000).default(5000).meta({ title: 'Points', description: 'Tables up to this many rows are drawn row by row.', control: 'number', min: 10, max: 50_000, step: 100 }),
  above: z.enum(['auto', 'density', 'sample']).default('auto').meta({
    title: 'Bigger tables',
    description: 'A density counts all rows; a sample shows some, and says how far it can be trusted.',
    control: 'select',
    labels: { auto: 'Density, or a sample where there are groups', density: 'Density of all rows', sample: 'A random sample' },
    advanced: true,
  }),
  xLog: z.boolean().default(false).meta({ title: 'Logarithmic x axis', control: 'switch', advanced: true }),
  yLog: z.boolean().default(false).meta({ title: 'Logarithmic y axis', control: 'switch', advanced: true }),
});

export type ScatterPlotParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/scatter-plot',
  version: 2,
  // Bigger tables are drawn as a density since version 2; what was chosen means the same.
  migrate: { 1: (params) => params },
  title: 'Scatter Plot',
  summary: 'Two columns against each other, coloured by a third: points, a density of any number of rows, trend lines.',
  keywords: ['xy', 'points', 'correlation', 'relationship', 'cloud', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Chart', kind: 'report' }],
  params,
  describe: ({ x, y, colour }, say) => {
    if (x === '' || y === '') return say`No axes yet`;
    return colour === '' ? say`${y} against ${x}` : say`${y} against ${x}, by ${colour}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    const { x, y, colour, size, trend } = context.params;
    const diagnostics: Diagnostic[] = checkColumns(schema, [
      { param: ['x'], name: x, types: axisTypes, words: 'the x axis takes numbers and dates', remedy: 'Choose another column, or use Bar Chart or Box Plot for categories.' },
      { param: ['y'], name: y, types: axisTypes, words: 'the y axis takes numbers and dates', remedy: 'Choose another column, or use Bar Chart or Box Plot for categories.' },
      { param: ['colour'], name: colour, types: groupTypes, words: 'it has no colours' },
      { param: ['size'], name: size, types: numberTypes, words: 'the size of points is a number' },
    ]);
    if (x === '') diagnostics.push(paramMissing(['x'], 'No column is chosen for the x axis.', 'Choose a number or date column.'));
    if (y === '') diagnostics.push(paramMissing(['y'], 'No column is chosen for the y axis.', 'Choose a number or date column.'));
    if (trend === 'groups' && colour === '') {
      diagnostics.push({ severity: 'warning', code: 'no-effect', message: 'There is no colour, so that the trend is one line.', remedy: 'Choose a column to colour by.', place: { param: ['trend'] } });
    }
    return { outputs: { report: { kind: 'report' } }, diagnostics };
  },
  suggest: (context) => {
    const schema = schemaAt(context);
    if (schema === null || context.params.x !== '' || context.params.y !== '') return null;
    // Measurements before counts and years.
    const measured = [...schema.filter(({ type }) => type === 'float'), ...schema.filter(({ type }) => type === 'integer')];
    const [x, y] = measured;
    if (x === undefined || y === undefined) return null;
    const colour = schema.find(({ type }) => type === 'string' || type === 'boolean');
    return { x: x.name, y: y.name, ...(colour === undefined ? {} : { colour: colour.name }) };
  },
});
