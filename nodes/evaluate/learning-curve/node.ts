import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import type { LearningTask } from '#app/sdk/ports.ts';
import { likelyKey } from '#app/sdk/row-key.ts';
import { curveSchema, learnerProblems, metricsOf, scoreMetrics, type ScoreMetric } from '#app/sdk/scores.ts';

const groupTypes = ['boolean', 'integer', 'string', 'date'] as const;

export const paramsSchema = z.object({
  sizes: z
    .array(z.number().gt(0).max(1))
    .max(30)
    .default([0.1, 0.2, 0.4, 0.6, 0.8, 1])
    .meta({ title: 'Training sizes', description: 'Shares of the training rows of a fold, such as 0.1 and 1. The rows of a small size are also those of a larger one.' }),
  folds: z.int().min(2).max(100).default(5).meta({ title: 'Folds', control: 'number', min: 2, max: 100 }),
  repeats: z.int().min(1).max(50).default(1).meta({ title: 'Repeats', control: 'number', min: 1, max: 50, description: 'Each time the rows are divided anew; more repeats, a steadier curve.' }),
  stratified: z.boolean().default(true).meta({ title: 'Stratified', control: 'switch', description: 'Gives every fold the same mix of classes. Of no meaning for numbers and with groups.' }),
  group: z.string().nullable().default(null).meta({ title: 'Keep together', control: 'column', from: 'table', types: groupTypes, placeholder: 'nothing', description: 'Rows that are equal in this column are trained on or tested together, never both.' }),
  metric: z
    .enum(['auto', ...scoreMetrics.map(({ name }) => name)])
    .default('auto')
    .meta({ title: 'Metric', control: 'select', labels: { auto: 'Accuracy, or R² for numbers', ...Object.fromEntries(scoreMetrics.map(({ name, title }) => [name, title])) }, description: 'What the chart and the sentence are about; the table has all.' }),
  key: z.array(z.string()).default([]).meta({ title: 'Key', control: 'columns', from: 'table', advanced: true, description: 'Columns that tell a row from others, such as a number of its own: dividing the rows is then quicker. Without one, all columns together decide.' }),
  confidence: z.number().gt(0).lt(1).default(0.95).meta({ title: 'Confidence', control: 'slider', min: 0.5, max: 0.99, step: 0.01, advanced: true, description: 'Of the intervals in the table.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives other folds.' }),
});

export type Params = z.output<typeof paramsSchema>;

/** The metric of the chart; undefined where it is one of the other task. */
export function metricFor(task: LearningTask, { metric }: Params): ScoreMetric | undefined {
  const all = metricsOf(task);
  return metric === 'auto' ? all.find(({ name }) => name === (task === 'classification' ? 'accuracy' : 'r2')) : all.find(({ name }) => name === metric);
}

function paramProblems(params: Params, task: LearningTask | undefined): Diagnostic[] {
  const problems: Diagnostic[] = [];
  if (new Set(params.sizes).size < 2) {
    problems.push({ severity: 'error', code: 'few-sizes', message: `${params.sizes.length === 0 ? 'There is no training size' : 'There is one training size only'}, so there is no curve.`, remedy: 'Give at least two shares, such as 0.2 and 1.', place: { param: ['sizes'] } });
  }
  if (params.group !== null && params.group !== '' && params.repeats > 1) {
    problems.push({ severity: 'info', code: 'groups-once', message: 'Groups are divided into folds once; repeats are left out.', remedy: 'Set repeats to 1, or use more folds.', place: { param: ['repeats'] } });
  }
  if (task !== undefined && metricFor(task, params) === undefined) {
    const title = scoreMetrics.find(({ name }) => name === params.metric)?.title ?? params.metric;
    problems.push({ severity: 'error', code: 'wrong-metric', message: `${title} is not a score of learners that predict ${task === 'classification' ? 'classes' : 'numbers'}.`, remedy: 'Choose another metric.', place: { param: ['metric'] } });
  }
  return problems;
}

export const definition = defineNode({
  type: 'evaluate/learning-curve',
  version: 1,
  title: 'Learning Curve',
  summary: 'Says whether more rows would make a learner better: its score on rows it saw and did not see, by training size.',
  keywords: ['learning_curve', 'training size', 'sample size', 'more data', 'overfitting', 'underfitting', 'bias variance', 'validation curve', 'evaluate'],
  inputs: [
    { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows to train on and to test, with the target.' },
    { name: 'learner', title: 'Learner', kind: 'learner', arity: 'one', summary: 'The Learner output of a train node.' },
  ],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report', summary: 'The curve and what it says.' },
    { name: 'table', title: 'Scores', kind: 'table', summary: 'One row for each size and metric.' },
  ],
  params: paramsSchema,
  describe: ({ sizes, folds, repeats }, say) => (repeats > 1 ? say`${sizes.length} sizes, ${folds} folds, ${repeats} times` : say`${sizes.length} sizes, ${folds} folds`),
  configure: (context): ConfigureResult => {
    const { params, inputs } = context;
    const schema = schemaAt(context);
    const meta = inputs['learner']?.[0];
    const learner = meta?.kind === 'learner' ? meta.learner : null;
    return {
      outputs: { report: { kind: 'report' }, table: { kind: 'table', schema: curveSchema } },
      diagnostics: [
        ...paramProblems(params, learner?.task),
        ...checkColumns(schema, [{ param: ['group'], name: params.group ?? '', types: groupTypes, words: 'groups are text, true/false, whole numbers or dates' }]),
        ...(learner === null ? [] : learnerProblems(schema, [learner])),
      ],
    };
  },
  suggest: (context) => {
    const key = likelyKey(schemaAt(context));
    return key === undefined || context.params.key.length > 0 ? null : { key: [key] };
  },
});
