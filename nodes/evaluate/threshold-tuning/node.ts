import { z } from 'zod';
import { defineNode } from '#app/sdk/node.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import { modelDiagnostics, signatureAt, understandingInputs } from '#app/sdk/understanding.ts';

const cost = (title: string, description: string, value: number) => z.number().min(0).default(value).meta({ title, description, control: 'number', min: 0, step: 0.5, visibleWhen: { param: 'by', in: ['cost'] } });

export const paramsSchema = z.object({
  by: z
    .enum(['cost', 'f1', 'balanced-accuracy', 'precision', 'recall', 'positive-rate'])
    .default('cost')
    .meta({
      title: 'Choose by',
      control: 'select',
      labels: { cost: 'Lowest cost', f1: 'Best F1', 'balanced-accuracy': 'Best balanced accuracy', precision: 'A wanted precision', recall: 'A wanted recall', 'positive-rate': 'A wanted share called positive' },
    }),
  falsePositive: cost('Cost of a false alarm', 'A row that is called positive and is not.', 1),
  falseNegative: cost('Cost of a miss', 'A positive row that is not called so.', 1),
  hit: cost('Gain of a hit', 'A positive row that is called so.', 0),
  wanted: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .meta({ title: 'Wanted', description: 'Precision and recall: at least this. Share: at most this.', control: 'slider', min: 0, max: 1, step: 0.01, visibleWhen: { param: 'by', in: ['precision', 'recall', 'positive-rate'] } }),
  positive: z.string().default('').meta({ title: 'Positive class', description: 'The class to find. Empty: the last one (true, 1, yes).', control: 'text', placeholder: 'automatic' }),
  repeats: z.int().min(0).max(2000).default(200).meta({ title: 'Samples for the interval', description: 'Tables drawn from this one with replacement; 0: no interval.', control: 'number', min: 0, max: 2000, advanced: true }),
});

export type Params = z.output<typeof paramsSchema>;


export const definition = defineNode({
  type: 'evaluate/threshold-tuning',
  version: 1,
  title: 'Threshold Tuning',
  summary: 'From which probability on a row is called positive: by costs, or for a wanted precision, recall or share; and the model with that threshold.',
  keywords: ['threshold', 'cut-off', 'cutoff', 'cost', 'decision', 'cost-sensitive', 'precision', 'recall', 'operating point', 'TunedThresholdClassifierCV', 'binary'],
  inputs: understandingInputs,
  outputs: [
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation' },
    { name: 'model', title: 'Model', kind: 'model', summary: 'The model whose classes go by the chosen threshold; its probabilities stay.' },
    { name: 'table', title: 'Thresholds', kind: 'table', summary: 'What each threshold gives.' },
  ],
  params: paramsSchema,
  describe: ({ by, falsePositive, falseNegative, wanted }, say) => {
    const share = `${Math.round(wanted * 100)} %`;
    return {
      cost: say`false alarm ${falsePositive}, miss ${falseNegative}`,
      f1: say`best F1`,
      'balanced-accuracy': say`best balanced accuracy`,
      precision: say`precision ≥ ${share}`,
      recall: say`recall ≥ ${share}`,
      'positive-rate': say`share called positive ≤ ${share}`,
    }[by];
  },
  configure: (context) => {
    const { by, falsePositive, falseNegative, hit, positive } = context.params;
    const signature = signatureAt(context);
    const diagnostics: Diagnostic[] = modelDiagnostics(context, { task: 'classification', binary: true, truth: true });
    if (by === 'cost' && falsePositive + falseNegative + hit === 0) diagnostics.push({ severity: 'error', code: 'no-costs', message: 'Every cost is 0, so that every threshold is as good as another.', remedy: 'Say what a false alarm and a miss cost.', place: { param: ['falsePositive'] } });
    if (positive !== '' && signature?.classes !== undefined && !signature.classes.includes(positive)) diagnostics.push({ severity: 'error', code: 'unknown-class', message: `The model has no class “${positive}”.`, remedy: `Choose one of ${signature.classes.slice(0, 10).join(', ')}.`, place: { param: ['positive'] } });
    const whole = ['true_positives', 'false_positives', 'false_negatives', 'true_negatives'].map((name) => ({ name, type: 'integer' as const }));
    const numbers = ['precision', 'recall', 'positive_rate', 'accuracy', 'f1', 'cost'].map((name) => ({ name, type: 'float' as const }));
    return {
      outputs: {
        evaluation: { kind: 'evaluation' },
        model: { kind: 'model', signature },
        table: { kind: 'table', schema: [{ name: 'threshold', type: 'float' }, ...whole, ...numbers, { name: 'chosen', type: 'boolean' }] },
      },
      diagnostics,
    };
  },
});
