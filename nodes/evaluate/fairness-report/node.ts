import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { modelDiagnostics, signatureAt, understandingInputs } from '#app/sdk/understanding.ts';

export const protectedTypes = ['boolean', 'integer', 'float', 'string'] as const;

export const paramsSchema = z.object({
  columns: z.array(z.string()).max(4).default([]).meta({ title: 'Protected columns', description: 'Whose groups are compared: sex, age, origin … The model need not use them.', control: 'columns', from: 'table', types: [...protectedTypes] }),
  intersections: z.boolean().default(true).meta({ title: 'Combinations too', description: 'Groups by all these columns together.', control: 'switch' }),
  favourable: z.string().default('').meta({ title: 'Favourable class', description: 'The outcome that people want: credit, job … Empty: the last class (true, 1, yes).', control: 'text', placeholder: 'automatic' }),
  mitigation: z
    .enum(['none', 'demographic-parity', 'equal-opportunity'])
    .default('demographic-parity')
    .meta({ title: 'Thresholds by group for', description: 'For the first column: what it would take. For models that predict classes.', control: 'select', labels: { none: 'Nothing', 'demographic-parity': 'Equal selection rates', 'equal-opportunity': 'Equal true positive rates' } }),
  cuts: z
    .string()
    .regex(/^[-+\d.eE,;\s]*$/, 'Only numbers, with commas between them.')
    .default('')
    .meta({ title: 'Edges for number columns', description: 'Such as 25, 40, 65. Empty: equally many rows in each range.', control: 'text', placeholder: 'automatic' }),
  bins: z.int().min(2).max(10).default(4).meta({ title: 'Ranges of a number column', control: 'number', min: 2, max: 10, advanced: true }),
  smallest: z.int().min(1).max(100_000).default(30).meta({ title: 'Fewest rows to compare', description: 'Smaller groups are shown and marked, but not compared.', control: 'number', min: 1, max: 100_000, advanced: true }),
  gap: z.number().min(0).max(0.5).default(0.02).meta({ title: 'Gap that may be left', description: 'Between the rates of the groups, with thresholds of their own.', control: 'slider', min: 0, max: 0.5, step: 0.01, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/fairness-report',
  version: 2,
  title: 'Fairness Report',
  summary: 'How a model treats groups of people: selection rates, errors and their gaps with intervals, and the thresholds that would even them out.',
  keywords: ['bias', 'discrimination', 'disparate impact', 'four-fifths', 'demographic parity', 'equal opportunity', 'equalised odds', 'equalized odds', 'protected attribute', 'fairlearn', 'aif360', 'responsible ai'],
  inputs: understandingInputs,
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'groups', title: 'Groups', kind: 'table', summary: 'Every measure of every group with its interval.' },
    { name: 'thresholds', title: 'Thresholds', kind: 'table', summary: 'A threshold for each group of the first column, before and after.' },
  ],
  migrate: { 1: (params) => params },
  params: paramsSchema,
  describe: ({ columns }, say) => (columns.length === 0 ? say`no protected column yet` : columns.join(', ').slice(0, 59)),
  configure: (context) => {
    const { columns, favourable } = context.params;
    const signature = signatureAt(context);
    const diagnostics: Diagnostic[] = [
      ...modelDiagnostics(context, { truth: true }),
      ...(columns.length === 0 ? [paramMissing(['columns'], 'No protected column is chosen.', 'Choose the columns whose groups are to be compared, such as sex or age.')] : []),
      ...checkColumns(schemaAt(context), columns.map((name, i) => ({ param: ['columns', i], name, types: protectedTypes, words: 'groups are made of text, numbers and true/false' }))),
    ];
    if (favourable !== '' && signature?.classes !== undefined && !signature.classes.includes(favourable)) diagnostics.push({ severity: 'error', code: 'unknown-class', message: `The model has no class “${favourable}”.`, remedy: `Choose one of ${signature.classes.slice(0, 10).join(', ')}.`, place: { param: ['favourable'] } });
    const numbers = (names: readonly string[]) => names.map((name) => ({ name, type: 'float' as const }));
    return {
      outputs: {
        report: { kind: 'report' },
        groups: {
          kind: 'table',
          schema: [{ name: 'column', type: 'string' }, { name: 'group', type: 'string' }, { name: 'rows', type: 'integer' }, { name: 'few_rows', type: 'boolean' }, { name: 'measure', type: 'string' }, ...numbers(['value', 'low', 'high'])],
        },
        thresholds: {
          kind: 'table',
          schema: [{ name: 'column', type: 'string' }, { name: 'group', type: 'string' }, { name: 'rows', type: 'integer' }, ...numbers(['threshold', 'selection_before', 'selection_after', 'true_positive_before', 'true_positive_after', 'accuracy_before', 'accuracy_after'])],
        },
      },
      diagnostics,
    };
  },
});
