import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import { scoreMetrics } from '#app/sdk/scores.ts';
import { leaderboardSchema } from '#app/sdk/search-space.ts';
import { configureTrainer, shownTarget, featuresParam, suggestTarget, tableSchema, targetParam, taskOf, taskParam, type TrainerSpec } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  target: targetParam(['string', 'boolean', 'integer', 'float']),
  features: featuresParam,
  task: taskParam,
  seconds: z.number().positive().max(604_800).default(120).meta({ title: 'Time', unit: 's', control: 'number', min: 1, max: 604_800, description: 'For everything. About half of it goes to trials; joining the best, checking and the last fit take the rest, on large tables more than that.' }),
  folds: z.int().min(2).max(20).default(5).meta({ title: 'Folds', control: 'number', min: 2, max: 20, description: 'Each trial is fitted so many times and tested on the rows it did not see.' }),
  metric: z
    .enum(['auto', ...scoreMetrics.map(({ name }) => name)])
    .default('auto')
    .meta({ title: 'Metric', control: 'select', labels: { auto: 'Log loss for classes, RMSE for numbers', ...Object.fromEntries(scoreMetrics.map(({ name, title }) => [name, title])) } }),
  ensembles: z.boolean().default(true).meta({ title: 'Ensembles', control: 'switch', description: 'Several learners together may win: often better, larger and slower to predict. Off: one learner.' }),
  trials: z.int().min(1).max(10_000).default(300).meta({ title: 'Trials', control: 'number', min: 1, max: 10_000, advanced: true, description: 'At most; mostly the time ends first.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives other folds and other draws.' }),
});
export type Params = z.output<typeof paramsSchema>;

/** A learner of the task that stands for all: what is wrong with target and features is wrong for each. */
const anyLearner = ({ task }: Params): TrainerSpec => ({ algorithm: 'gradient-boosting', task, params: {}, takesMissing: true });

export const definition = defineNode({
  type: 'train/auto-train',
  version: 1,
  title: 'Auto Train',
  summary: 'Finds a good model by itself in the time it is given: tries learners, searches their params, joins the best, and says what that gained.',
  keywords: ['automl', 'auto-sklearn', 'autogluon', 'h2o', 'tpot', 'flaml', 'best model', 'leaderboard', 'ensemble', 'model selection'],
  inputs: [{ name: 'table', title: 'Training table', kind: 'table', arity: 'one', summary: 'Rows to learn from. Keep test rows away from it.' }],
  outputs: [
    { name: 'model', title: 'Model', kind: 'model', summary: 'The winner, fitted on all rows.' },
    { name: 'learner', title: 'Learner', kind: 'learner', summary: 'The winner unfitted, for Test and Score.' },
    { name: 'leaderboard', title: 'Leaderboard', kind: 'table', summary: 'One row a trial, best first.' },
    { name: 'report', title: 'Report', kind: 'report', summary: 'The winner, what it gained and cost, and the winner as nodes.' },
  ],
  params: paramsSchema,
  describe: (params, say) => (params.target === '' ? say`no target yet` : say`${shownTarget(params)} in ${params.seconds} s`.slice(0, 60)),
  configure: (context): ConfigureResult => {
    const { params } = context;
    const { outputs, diagnostics } = configureTrainer(context, anyLearner(params));
    const schema = tableSchema(context);
    const target = schema?.find(({ name }) => name === params.target);
    const task = params.task !== 'auto' ? params.task : target === undefined ? null : taskOf(target);
    const metric = scoreMetrics.find(({ name }) => name === params.metric);
    const wrong: Diagnostic[] =
      task === null || metric === undefined || metric.task === task
        ? []
        : [{ severity: 'error', code: 'metric-unknown', message: `${metric.title} does not measure predicted ${task === 'classification' ? 'classes' : 'numbers'}.`, remedy: 'Choose another metric.', place: { param: ['metric'] } }];
    // Dates are features too; the learner that stands for all has no recipe for them.
    const hasDates = schema?.some(({ type }) => type === 'date' || type === 'timestamp') ?? false;
    return {
      outputs: {
        model: hasDates ? { kind: 'model', signature: null } : (outputs?.['model'] ?? { kind: 'model', signature: null }),
        // Which learner wins is in the data.
        learner: { kind: 'learner', learner: null },
        leaderboard: { kind: 'table', schema: leaderboardSchema },
        report: { kind: 'report' },
      },
      diagnostics: [...(diagnostics ?? []), ...wrong],
    };
  },
  suggest: (context) => suggestTarget(context, context.params.task),
});
