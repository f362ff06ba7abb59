import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { driftOutputMeta, driftOutputPorts, driftParams, predictionNames } from '#app/sdk/drift.ts';
import { defineNode } from '#app/sdk/node.ts';

export const comparedTypes = ['boolean', 'integer', 'float', 'string'] as const;

export const paramsSchema = z.object({
  columns: z.array(z.string()).max(200).default([]).meta({ title: 'Columns with predictions', description: 'None chosen: those of the model, or those that Predict and the request log give.', control: 'columns', from: 'current', types: [...comparedTypes] }),
  ...driftParams,
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/prediction-drift',
  version: 1,
  title: 'Prediction Drift',
  summary: 'Whether a model predicts for a new batch what it predicts for the reference: seen at once, without waiting for labels.',
  keywords: ['drift', 'prediction', 'output drift', 'label shift', 'prior shift', 'scores', 'monitoring', 'evidently'],
  inputs: [
    { name: 'model', title: 'Model', kind: 'model', arity: 'optional', summary: 'Predicts for both tables. Absent: they have columns with predictions.' },
    { name: 'reference', title: 'Reference', kind: 'table', arity: 'one', summary: 'Rows like those the model was tested on, or a reference profile that was saved.' },
    { name: 'current', title: 'Current', kind: 'table', arity: 'one', summary: 'The new batch.' },
  ],
  outputs: driftOutputPorts,
  params: paramsSchema,
  describe: ({ method, batches }, say) => (method === 'fixed' ? say`a limit of my own` : say`one false alarm in ${batches}`),
  configure: (context) => {
    const { columns } = context.params;
    const schema = schemaAt(context, 'current');
    const hasModel = (context.inputs['model']?.length ?? 0) > 0;
    const diagnostics: Diagnostic[] = checkColumns(hasModel ? null : schema, columns.map((name, i) => ({ param: ['columns', i], name, types: comparedTypes, words: 'numbers, text and true/false are compared' })));
    if (!hasModel && columns.length === 0 && schema !== null && predictionNames(schema).length === 0) diagnostics.push(paramMissing(['columns'], 'No columns with predictions are known.', 'Connect the model, or choose the columns that hold predictions.'));
    return { outputs: driftOutputMeta, diagnostics };
  },
});
