import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import { modelDiagnostics, signatureAt, understandingInputs } from '#app/sdk/understanding.ts';

export const paramsSchema = z.object({
  method: z
    .enum(['none', 'platt', 'isotonic'])
    .default('none')
    .meta({ title: 'Calibrate', description: 'What the model that comes out has appended.', control: 'select', labels: { none: 'Only measure', platt: 'By a curve (Platt)', isotonic: 'By a rising line (isotonic)' } }),
  bins: z.int().min(2).max(50).default(10).meta({ title: 'Bins', control: 'number', min: 2, max: 50 }),
  strategy: z
    .enum(['quantile', 'uniform'])
    .default('quantile')
    .meta({ title: 'Bins have', control: 'select', labels: { quantile: 'Equally many rows', uniform: 'Equal widths' } }),
});

export type Params = z.output<typeof paramsSchema>;

export const definition = defineNode({
  type: 'evaluate/calibration',
  version: 1,
  title: 'Calibration',
  summary: 'Whether probabilities can be taken at their word: reliability diagram, Brier score and its parts; and a model whose probabilities are put right.',
  keywords: ['reliability', 'brier', 'platt', 'isotonic', 'ece', 'expected calibration error', 'log loss', 'recalibrate', 'CalibratedClassifierCV', 'calibration_curve'],
  inputs: understandingInputs,
  outputs: [
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation' },
    { name: 'model', title: 'Model', kind: 'model', summary: 'The model with its probabilities put right; the same model where it is only measured.' },
    { name: 'table', title: 'Bins', kind: 'table', summary: 'The points of the reliability diagram.' },
  ],
  params: paramsSchema,
  describe: ({ method, bins }, say) => `${{ none: say`measures`, platt: 'Platt', isotonic: say`isotonic` }[method]}, ${say`${bins} bins`}`,
  configure: (context) => ({
    outputs: {
      evaluation: { kind: 'evaluation' },
      model: { kind: 'model', signature: signatureAt(context) },
      table: {
        kind: 'table',
        schema: [
          { name: 'class', type: 'string' },
          { name: 'probabilities', type: 'string' },
          { name: 'rows', type: 'integer' },
          { name: 'given', type: 'float' },
          { name: 'observed', type: 'float' },
          { name: 'low', type: 'float' },
          { name: 'high', type: 'float' },
        ],
      },
    },
    diagnostics: modelDiagnostics(context, { task: 'classification', truth: true }),
  }),
});
