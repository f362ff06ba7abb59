import { z } from 'zod';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { windowParam } from '#app/sdk/drift.ts';

const anyValue = ['boolean', 'integer', 'float', 'string'] as const;
const needsTruth = { param: 'measure', in: ['true-positive', 'false-positive', 'accuracy'] };

export const paramsSchema = z.object({
  group: z.string().default('').meta({ title: 'Group', description: 'Whose groups are compared: sex, region …', control: 'column', from: 'table', types: [...anyValue] }),
  predicted: z.string().default('').meta({ title: 'Prediction', control: 'column', from: 'table', types: [...anyValue] }),
  favourable: z.string().max(200).default('true').meta({ title: 'Favourable class', description: 'The outcome that people want.', control: 'text' }),
  measure: z.enum(['selection', 'true-positive', 'false-positive', 'accuracy']).default('selection').meta({ title: 'Measure', control: 'select', labels: { selection: 'Selection rate: who gets it', 'true-positive': 'True positive rate: of those who should, who gets it', 'false-positive': 'False positive rate', accuracy: 'Accuracy' } }),
  target: z.string().default('').meta({ title: 'Label', description: 'The true value.', control: 'column', from: 'table', types: [...anyValue], visibleWhen: needsTruth }),
  time: z.string().default('').meta({ title: 'Time', description: 'Empty: ten parts in the order of the rows.', control: 'column', from: 'table', types: ['date', 'timestamp'] }),
  window: windowParam,
  limit: z.number().min(0.001).max(1).default(0.1).meta({ title: 'Largest gap', description: 'Between the highest and the lowest rate; beyond it is an alarm.', control: 'slider', min: 0.01, max: 1, step: 0.01 }),
  smallest: z.int().min(1).max(100_000).default(30).meta({ title: 'Fewest rows to compare', description: 'Smaller groups are shown but not compared.', control: 'number', min: 1, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'monitor/bias-monitor',
  version: 1,
  title: 'Bias Monitor',
  summary: 'How far groups of people are apart in what a model decides for them, over time, with intervals.',
  keywords: ['bias', 'fairness', 'discrimination', 'disparate impact', 'groups', 'monitoring', 'equal opportunity', 'demographic parity'],
  inputs: [{ name: 'table', title: 'Predictions', kind: 'table', arity: 'one', summary: 'With a prediction and the group of each row.' }],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report' },
    { name: 'groups', title: 'Groups', kind: 'table', summary: 'The rate of each group in each window, with its interval.' },
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', summary: 'For Alert: drift is above 1 where the gap is beyond the largest.' },
  ],
  params: paramsSchema,
  describe: ({ group, limit }, say) => (group === '' ? say`no group chosen yet` : say`gap by ${group} up to ${limit}`),
  configure: (context) => {
    const { group, predicted, target, time, measure } = context.params;
    return {
      outputs: { report: { kind: 'report' }, groups: { kind: 'table', schema: [{ name: 'window', type: 'string' }, { name: 'group', type: 'string' }, { name: 'rows', type: 'integer' }, { name: 'rate', type: 'float' }, { name: 'low', type: 'float' }, { name: 'high', type: 'float' }] }, evaluation: { kind: 'evaluation' } },
      diagnostics: [
        ...(group === '' ? [paramMissing(['group'], 'No group is chosen.', 'Choose the column whose groups are compared.')] : []),
        ...(predicted === '' ? [paramMissing(['predicted'], 'No column with predictions is chosen.', 'Choose the column.')] : []),
        ...(measure !== 'selection' && target === '' ? [paramMissing(['target'], 'This measure needs the true values.', 'Choose the column with them, or look at selection rates.')] : []),
        ...checkColumns(schemaAt(context), [
          { param: ['group'], name: group, types: anyValue, words: 'groups are numbers, text or true/false' },
          { param: ['predicted'], name: predicted, types: anyValue, words: 'a prediction is a number, text or true/false' },
          { param: ['target'], name: target, types: anyValue, words: 'a label is a number, text or true/false' },
          { param: ['time'], name: time, types: ['date', 'timestamp'], words: 'a time is a date or timestamp' },
        ]),
      ],
    };
  },
});
