import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { modelDiagnostics, signatureAt, understandingInputs } from '#app/sdk/understanding.ts';

export const paramsSchema = z.object({
  rows: z.int().min(1).max(50_000).default(1000).meta({ title: 'Most rows', description: 'A larger table is sampled, the same way every time.', control: 'number', min: 1, max: 50_000, step: 100 }),
  cls: z.string().default('').meta({ title: 'Class', description: 'Whose probability is explained first, and in the table. Empty: the second of two classes, else the first.', placeholder: 'second of two, else first' }),
  row: z.int().min(1).default(1).meta({ title: 'Row to look at', description: 'Number of the explained row that the waterfall shows first.', control: 'number', min: 1 }),
  permutations: z.int().min(1).max(1000).default(10).meta({ title: 'Permutations a row', description: 'For models that are sampled: more make the values more exact and take longer.', control: 'number', min: 1, max: 1000, advanced: true }),
  background: z.int().min(1).max(10_000).default(100).meta({ title: 'Background rows', description: 'For models that are sampled: rows that stand in for values that are not known.', control: 'number', min: 1, max: 10_000, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/shap',
  version: 2,
  title: 'SHAP',
  summary: 'Why a model predicts what it does, row by row: what each column adds to or takes from the mean prediction.',
  keywords: ['shapley', 'explain', 'contributions', 'beeswarm', 'waterfall', 'feature attribution', 'xai', 'interpretability', 'treeshap'],
  inputs: understandingInputs.map((port) => (port.name === 'table' ? { ...port, summary: 'Rows to explain, with the raw columns of the model.' } : port)),
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'table', title: 'Contributions', kind: 'table', summary: 'A row for each explained row: a column of contributions for each raw column, the base and the output.' },
  ],
  // The number of each explained row in the table.
  rowsOf: { table: { input: 'table', by: { column: 'row' } } },
  migrate: { 1: (params) => params },
  params: paramsSchema,
  describe: ({ rows, cls }, say) => (cls === '' ? say`${rows} rows` : say`${rows} rows, class ${cls}`.slice(0, 60)),
  configure: (context) => {
    const signature = signatureAt(context);
    // Before fitting, the features are not known.
    const known = signature !== null && signature.features.length > 0;
    const schema = known
      ? [{ name: 'row', type: 'integer' as const }, ...signature.inputs.map(({ name }) => ({ name: `shap_${name}`, type: 'float' as const })), { name: 'base', type: 'float' as const }, { name: 'output', type: 'float' as const }]
      : null;
    return { outputs: { report: { kind: 'report' }, table: { kind: 'table', schema } }, diagnostics: modelDiagnostics(context, { truth: false }) };
  },
});
