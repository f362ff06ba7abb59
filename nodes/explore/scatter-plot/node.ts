import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';

const axisTypes = ['integer', 'float', 'date', 'timestamp'];
const axis = (title: string) => z.string().default('').meta({ title, control: 'column', from: 'table', types: axisTypes });

const params = z.object({
  x: axis('X axis'),
  y: axis('Y axis'),
  colour: z.string().default('').meta({
    title: 'Colour by',
    description: 'Text, true/false: a colour for each of the nine most frequent values. Numbers: a colour scale.',
    control: 'column',
    from: 'table',
    types: ['boolean', 'integer', 'float', 'string'],
  }),
  points: z.int().min(10).max(50_000).default(5000).meta({ title: 'Points', description: 'A bigger table is sampled down to about this many.', control: 'number', min: 10, max: 50_000, step: 100 }),
  xLog: z.boolean().default(false).meta({ title: 'Logarithmic x axis', control: 'switch', advanced: true }),
  yLog: z.boolean().default(false).meta({ title: 'Logarithmic y axis', control: 'switch', advanced: true }),
});

export type ScatterPlotParams = z.output<typeof params>;

export const definition = defineNode({
  type: 'explore/scatter-plot',
  version: 1,
  title: 'Scatter Plot',
  summary: 'One point a row: two columns against each other, coloured by a third.',
  keywords: ['xy', 'points', 'correlation', 'relationship', 'cloud', 'plot', 'chart'],
  inputs: [{ name: 'table', title: 'Table', kind: 'table', arity: 'one' }],
  outputs: [{ name: 'report', title: 'Chart', kind: 'report' }],
  params,
  describe: ({ x, y, colour }) => {
    if (x === '' || y === '') return 'No axes yet';
    return colour === '' ? `${y} against ${x}` : `${y} against ${x}, by ${colour}`;
  },
  configure: (context) => {
    const schema = schemaAt(context);
    const { x, y, colour } = context.params;
    const diagnostics: Diagnostic[] = [];
    const check = (param: 'x' | 'y' | 'colour', name: string, types: readonly string[] | null): void => {
      const column = schema?.find((candidate) => candidate.name === name);
      if (schema === null) return;
      if (column === undefined) {
        diagnostics.push({ severity: 'error', code: 'unknown-column', message: `There is no column “${name}” in the table.`, remedy: 'Choose the column again.', place: { param: [param], column: name } });
      } else if (types !== null && !types.includes(column.type)) {
        diagnostics.push({
          severity: 'error',
          code: 'column-type',
          message: `Column “${name}” is ${column.type}; the ${param} axis takes numbers and dates.`,
          remedy: 'Choose another column, or use Distributions for categories.',
          place: { param: [param], column: name },
        });
      }
    };
    if (x === '') diagnostics.push(paramMissing(['x'], 'No column is chosen for the x axis.', 'Choose a number or date column.'));
    else check('x', x, axisTypes);
    if (y === '') diagnostics.push(paramMissing(['y'], 'No column is chosen for the y axis.', 'Choose a number or date column.'));
    else check('y', y, axisTypes);
    if (colour !== '') check('colour', colour, null);
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
