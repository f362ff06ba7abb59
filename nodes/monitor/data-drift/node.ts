import { z } from 'zod';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { driftOutputMeta, driftOutputPorts, driftParams, modelReference } from '#app/sdk/drift.ts';
import { defineNode } from '#app/sdk/node.ts';

export const comparedTypes = ['boolean', 'integer', 'float', 'string'] as const;

export const paramsSchema = z.object({
  columns: z.array(z.string()).max(2000).default([]).meta({ title: 'Columns', description: 'None chosen: all numbers, texts and true/false of both tables.', control: 'columns', from: 'current', types: [...comparedTypes] }),
  model: modelReference.meta({ title: 'Or what a model was trained on', description: 'A registered model, such as churn or churn@production: its training rows are the reference where no table is connected.', control: 'text', placeholder: 'none' }),
  ...driftParams,
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/data-drift',
  version: 1,
  title: 'Data Drift',
  summary: 'Whether a new batch still looks like the reference, column by column, with a threshold that chance passes once in so many batches.',
  keywords: ['drift', 'covariate shift', 'psi', 'population stability', 'kolmogorov-smirnov', 'jensen-shannon', 'chi-square', 'wasserstein', 'evidently', 'nannyml', 'monitoring', 'skew'],
  inputs: [
    { name: 'reference', title: 'Reference', kind: 'table', arity: 'optional', summary: 'How it should be: the training table, or a reference profile that was saved.' },
    { name: 'current', title: 'Current', kind: 'table', arity: 'one', summary: 'The new batch.' },
  ],
  outputs: driftOutputPorts,
  params: paramsSchema,
  describe: ({ method, batches, columns }, say) => {
    const what = columns.length === 0 ? say`all columns` : columns.length === 1 ? say`1 column` : say`${columns.length} columns`;
    return method === 'fixed' ? what : say`${what}, one false alarm in ${batches}`;
  },
  configure: (context) => {
    const { columns, model } = context.params;
    const isConnected = (context.inputs['reference']?.length ?? 0) > 0;
    return {
      outputs: driftOutputMeta,
      diagnostics: [
        ...(isConnected || model !== '' ? [] : [paramMissing(['model'], 'There is nothing to compare with.', 'Connect a reference table, or name a registered model.')]),
        ...checkColumns(schemaAt(context, 'current'), columns.map((name, i) => ({ param: ['columns', i], name, types: comparedTypes, words: 'numbers, text and true/false are compared' }))),
      ],
    };
  },
});
