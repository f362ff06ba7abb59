import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { windowParam } from '#app/sdk/drift.ts';

const anyValue = ['boolean', 'integer', 'float', 'string'] as const;

export const paramsSchema = z.object({
  predicted: z.string().default('').meta({ title: 'Prediction', control: 'column', from: 'table', types: [...anyValue] }),
  target: z.string().default('').meta({ title: 'Label', description: 'The true value: in the labels, or in the table where none are connected.', control: 'column', from: 'labels', types: [...anyValue] }),
  id: z.string().default('').meta({ title: 'Id', description: 'If labels are connected: by which they find their prediction.', control: 'column', from: 'table' }),
  time: z.string().default('').meta({ title: 'Time', description: 'Of the prediction. Empty: ten parts in the order of the rows.', control: 'column', from: 'table', types: ['date', 'timestamp'] }),
  window: windowParam,
  metric: z
    .enum(['auto', 'accuracy', 'error-rate', 'brier', 'log-loss', 'mae', 'rmse', 'bias'])
    .default('auto')
    .meta({ title: 'Metric', control: 'select', labels: { auto: 'By type: accuracy, or mean absolute error', accuracy: 'Accuracy', 'error-rate': 'Error rate', brier: 'Brier score', 'log-loss': 'Log loss', mae: 'Mean absolute error', rmse: 'Root mean squared error', bias: 'Mean error' } }),
  probability: z.string().default('').meta({ title: 'Probability', description: 'Of the class below, or of the one that was predicted: by it rows without a label are estimated.', control: 'column', from: 'table', types: ['float'] }),
  positive: z.string().max(200).default('').meta({ title: 'Class of the probability', description: 'Empty: the predicted one.', control: 'text', placeholder: 'predicted' }),
  expected: z.number().nullable().default(null).meta({ title: 'Expected', description: 'Empty: that of the evaluation, else of the first half of the windows.', control: 'number', placeholder: 'automatic' }),
  batches: z.int().min(5).max(1000).default(100).meta({ title: 'One false alarm in … batches', control: 'number', min: 5, max: 1000 }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/performance-monitor',
  version: 1,
  title: 'Performance Monitor',
  summary: 'How well predictions turn out over time, as labels come in, what is to be expected of those without one, and whether it has changed.',
  keywords: ['performance', 'delayed labels', 'ground truth', 'concept drift', 'cbpe', 'nannyml', 'change point', 'accuracy', 'monitoring'],
  inputs: [
    { name: 'table', title: 'Predictions', kind: 'table', arity: 'one', summary: 'With a prediction, an id and a time, as the request log has them.' },
    { name: 'labels', title: 'Late labels', kind: 'table', arity: 'optional', summary: 'The true values that have come so far, with the id.' },
    { name: 'evaluation', title: 'Expected', kind: 'evaluation', arity: 'optional', summary: 'The test of the model: what it should be as good as.' },
  ],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'windows', title: 'Windows', kind: 'table', summary: 'The metric of each window with its interval.' },
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', summary: 'For Alert: drift is above 1 where it is worse than chance allows.' },
  ],
  params: paramsSchema,
  describe: ({ predicted, metric }, say) => (predicted === '' ? say`no prediction chosen yet` : metric === 'auto' ? predicted : say`${metric} of ${predicted}`),
  configure: (context) => {
    const { predicted, target, id, time, probability } = context.params;
    const hasLabels = (context.inputs['labels']?.length ?? 0) > 0;
    const table = schemaAt(context, 'table');
    const diagnostics: Diagnostic[] = [
      ...(predicted === '' ? [paramMissing(['predicted'], 'No column with predictions is chosen.', 'Choose the column.')] : []),
      ...(target === '' ? [paramMissing(['target'], 'No column with labels is chosen.', 'Choose the column.')] : []),
      ...(hasLabels && id === '' ? [paramMissing(['id'], 'It is not said by which column labels find their prediction.', 'Choose the id.')] : []),
      ...checkColumns(table, [
        { param: ['predicted'], name: predicted, types: anyValue, words: 'a prediction is a number, text or true/false' },
        { param: ['time'], name: time, types: ['date', 'timestamp'], words: 'a time is a date or timestamp' },
        { param: ['probability'], name: probability, types: ['float', 'integer'], words: 'a probability is a number' },
        ...(hasLabels ? [] : [{ param: ['target'], name: target, types: anyValue, words: 'a label is a number, text or true/false' }]),
      ]),
      ...(hasLabels ? checkColumns(schemaAt(context, 'labels'), [{ param: ['target'], name: target, types: anyValue, words: 'a label is a number, text or true/false' }]) : []),
    ];
    const float = (names: readonly string[]) => names.map((name) => ({ name, type: 'float' as const }));
    return {
      outputs: { report: { kind: 'report' }, windows: { kind: 'table', schema: [{ name: 'window', type: 'string' }, { name: 'rows', type: 'integer' }, { name: 'labelled', type: 'integer' }, ...float(['value', 'low', 'high', 'estimate'])] }, evaluation: { kind: 'evaluation' } },
      diagnostics,
    };
  },
});
