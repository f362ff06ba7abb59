import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode } from '#app/sdk/node.ts';
import { modelDiagnostics, signatureAt, understandingInputs } from '#app/sdk/understanding.ts';

const dependenceTypes = ['boolean', 'integer', 'float', 'string', 'date', 'timestamp'] as const;

const mapColumn = (title: string) => z.string().default('').meta({ title, description: 'Two columns together as a map; empty: none.', control: 'column', from: 'table', types: [...dependenceTypes] });

export const paramsSchema = z.object({
  columns: z.array(z.string()).max(50).default([]).meta({ title: 'Columns', description: 'None chosen: the model’s first eight.', control: 'columns', from: 'table', types: [...dependenceTypes] }),
  positive: z.string().default('').meta({ title: 'Class', description: 'Whose probability is drawn. Empty: of two classes the last one; of more, a line for each.', control: 'text', placeholder: 'automatic' }),
  across: mapColumn('Map: across'),
  up: mapColumn('Map: up'),
  lines: z.int().min(0).max(200).default(50).meta({ title: 'Lines of single rows', description: 'Individual conditional expectation (ICE); 0: none.', control: 'number', min: 0, max: 200 }),
  centred: z.boolean().default(false).meta({ title: 'From a common start', description: 'Every line begins at 0 (centred ICE), so that different shapes show.', control: 'switch' }),
  points: z.int().min(2).max(100).default(20).meta({ title: 'Values a column', description: 'Quantiles from 5 % to 95 %, or the most frequent texts.', control: 'number', min: 2, max: 100, advanced: true }),
  rows: z.int().min(10).max(100_000).default(2000).meta({ title: 'Most rows', description: 'A larger table is sampled, the same way every time.', control: 'number', min: 10, max: 100_000, step: 500, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/partial-dependence',
  version: 1,
  title: 'Partial Dependence / ICE',
  summary: 'How a model’s prediction moves with a column, on average and row by row, and with two columns together.',
  keywords: ['pdp', 'ice', 'individual conditional expectation', 'effect', 'explain', 'marginal effect', 'interaction', 'partial_dependence', 'xai', 'what if'],
  inputs: understandingInputs,
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'table', title: 'Dependence', kind: 'table', summary: 'The mean prediction at each value of each column.' },
  ],
  params: paramsSchema,
  describe: ({ columns, across, up }, say) => {
    const which = columns.length === 0 ? say`the first columns` : columns.length === 1 ? (columns[0] ?? '') : say`${columns.length} columns`;
    return (across === '' || up === '' ? which : `${which}; ${across} × ${up}`).slice(0, 59);
  },
  configure: (context) => {
    const signature = signatureAt(context);
    const { columns, across, up, positive } = context.params;
    const known = new Set(signature?.inputs.map(({ name }) => name));
    const diagnostics: Diagnostic[] = modelDiagnostics(context, { truth: false });
    if (signature !== null) {
      for (const [param, name] of [...columns.map((name) => ['columns', name] as const), ['across', across] as const, ['up', up] as const]) {
        if (name === '' || known.has(name)) continue;
        diagnostics.push({ severity: 'error', code: 'not-in-model', message: `The model of ${signature.target.name} does not use the column “${name}”, so nothing depends on it.`, remedy: `Choose among ${[...known].slice(0, 10).join(', ')}.`, place: { param: [param], column: name } });
      }
      if (positive !== '' && signature.classes !== undefined && !signature.classes.includes(positive)) diagnostics.push({ severity: 'error', code: 'unknown-class', message: `The model has no class “${positive}”.`, remedy: `Choose one of ${signature.classes.slice(0, 10).join(', ')}.`, place: { param: ['positive'] } });
    }
    if (across !== '' && across === up) diagnostics.push({ severity: 'error', code: 'same-column', message: `The map has “${across}” on both sides.`, remedy: 'Choose two different columns.', place: { param: ['up'] } });
    if ((across === '') !== (up === '')) diagnostics.push({ severity: 'warning', code: 'half-a-map', message: 'A map needs two columns; one is chosen.', remedy: 'Choose the other one too, or none.', place: { param: [across === '' ? 'across' : 'up'] } });
    return {
      outputs: {
        report: { kind: 'report' },
        table: {
          kind: 'table',
          schema: [
            { name: 'column', type: 'string' },
            { name: 'value', type: 'string' },
            { name: 'number', type: 'float' },
            { name: 'predicts', type: 'string' },
            { name: 'mean', type: 'float' },
            { name: 'low', type: 'float' },
            { name: 'high', type: 'float' },
            { name: 'share', type: 'float' },
          ],
        },
      },
      diagnostics,
    };
  },
});
