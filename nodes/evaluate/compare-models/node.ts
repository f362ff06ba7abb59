import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Schema } from '#app/relation/types.ts';
import { schemaAt } from '#app/sdk/configuration.ts';
import { defineNode } from '#app/sdk/node.ts';
import { scoreMetrics, scoresSchema, type ScoreMetric } from '#app/sdk/scores.ts';

const metricNames = scoreMetrics.map(({ name }) => name);

export const paramsSchema = z.object({
  metric: z
    .enum(['auto', ...metricNames])
    .default('auto')
    .meta({ title: 'Metric', control: 'select', labels: { auto: 'First of the table', ...Object.fromEntries(scoreMetrics.map(({ name, title }) => [name, title])) } }),
  reference: z.string().default('').meta({ title: 'Reference', control: 'text', placeholder: 'all pairs', description: 'A learner that each of the others is compared with, as the scores name it. Empty: every pair.' }),
  confidence: z.number().gt(0).lt(1).default(0.95).meta({ title: 'Confidence', control: 'slider', min: 0.8, max: 0.99, step: 0.01, description: 'Of the intervals, and how sure to be before one learner is called better.' }),
});

export type Params = z.output<typeof paramsSchema>;

export const comparisonSchema: Schema = [
  { name: 'learner', type: 'string' },
  { name: 'other', type: 'string' },
  { name: 'metric', type: 'string' },
  { name: 'difference', type: 'float' },
  { name: 'low', type: 'float' },
  { name: 'high', type: 'float' },
  { name: 'deviation', type: 'float' },
  { name: 't', type: 'float' },
  { name: 'p', type: 'float' },
  { name: 'p_corrected', type: 'float' },
  { name: 'folds', type: 'integer' },
  { name: 'better', type: 'string' },
];

/** The metric to compare by; undefined where the table has none of that name. */
export function metricIn(schema: Schema, { metric }: Params): ScoreMetric | undefined {
  const there = scoreMetrics.filter(({ name }) => schema.some((column) => column.name === name && column.type === 'float'));
  return metric === 'auto' ? there[0] : there.find(({ name }) => name === metric);
}

/** What the table lacks of a table of scores. */
export function scoreProblems(schema: Schema, params: Params): Diagnostic[] {
  const remedy = 'Connect the Scores output of Test and Score.';
  const missing = scoresSchema('regression').slice(0, 5).filter(({ name, type }) => !schema.some((column) => column.name === name && column.type === type));
  if (missing.length > 0) {
    return [{ severity: 'error', code: 'no-scores', message: `This is not a table of scores: it has no column ${missing.map(({ name }) => `“${name}”`).join(', ')}.`, remedy, place: { port: 'scores' } }];
  }
  if (metricIn(schema, params) !== undefined) return [];
  const title = scoreMetrics.find(({ name }) => name === params.metric)?.title;
  return [{ severity: 'error', code: 'no-scores', message: title === undefined ? 'The table has no score of a known metric.' : `The table has no score of ${title}.`, remedy: title === undefined ? remedy : 'Choose another metric.', place: { param: ['metric'] } }];
}

export const definition = defineNode({
  type: 'evaluate/compare-models',
  version: 1,
  title: 'Compare Models',
  summary: 'Says which learner is better by a metric, and whether the data can tell, from scores on the same folds.',
  keywords: ['corrected resampled t-test', 'nadeau bengio', 'significance', 'p-value', 'holm', 'paired test', 'difference', 'best model', 'model selection', 'evaluate'],
  inputs: [{ name: 'scores', title: 'Scores', kind: 'table', arity: 'one', summary: 'The Scores output of Test and Score.' }],
  outputs: [
    { name: 'report', title: 'Report', kind: 'report', summary: 'Who is better, with intervals.' },
    { name: 'table', title: 'Comparisons', kind: 'table', summary: 'One row a pair.' },
  ],
  params: paramsSchema,
  describe: ({ metric, reference }, say) => `${metric === 'auto' ? say`learners` : say.text(scoreMetrics.find(({ name }) => name === metric)?.title ?? metric)}, ${reference === '' ? say`every pair` : say`against ${reference}`}`.slice(0, 59),
  configure: (context) => {
    const schema = schemaAt(context, 'scores');
    return { outputs: { report: { kind: 'report' }, table: { kind: 'table', schema: comparisonSchema } }, diagnostics: schema === null ? [] : scoreProblems(schema, context.params) };
  },
});
