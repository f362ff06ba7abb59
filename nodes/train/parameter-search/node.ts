import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import { defineNode, type ConfigureResult, type Facts } from '#app/sdk/node.ts';
import type { LearnerSpec } from '#app/sdk/ports.ts';
import { learnerProblems, scoreMetrics } from '#app/sdk/scores.ts';
import { dimensionRow, iterationParams, parseSpace, suggestedSpace, trialsSchema, type DimensionRow } from '#app/sdk/search-space.ts';
import { expectedSignature, tableSchema } from '#app/sdk/trainer.ts';

export const paramsSchema = z.object({
  method: z
    .enum(['bayesian', 'halving', 'random', 'grid'])
    .default('bayesian')
    .meta({
      title: 'Method',
      control: 'select',
      labels: { bayesian: 'Bayesian (TPE)', halving: 'Successive halving', random: 'Random', grid: 'Grid' },
      description: 'Bayesian learns from trials where to look next. Halving tries many on little and keeps the best. Grid tries all combinations.',
    }),
  space: z.array(dimensionRow).default([]).meta({ title: 'Search', control: 'rows', description: 'Parameters of the learner and their values or ranges. None: what is worth searching of this learner.' }),
  trials: z.int().min(1).max(10_000).default(30).meta({ title: 'Trials', control: 'number', min: 1, max: 10_000, description: 'At most, besides the learner as it is.' }),
  seconds: z.number().positive().nullable().default(null).meta({ title: 'Time limit', unit: 's', control: 'number', min: 1, description: 'For the search; checking and fitting the best come after it. Empty: none.' }),
  folds: z.int().min(2).max(20).default(5).meta({ title: 'Folds', control: 'number', min: 2, max: 20, description: 'Each trial is fitted so many times and tested on the rows it did not see.' }),
  metric: z
    .enum(['auto', ...scoreMetrics.map(({ name }) => name)])
    .default('auto')
    .meta({ title: 'Metric', control: 'select', labels: { auto: 'Log loss for classes, RMSE for numbers', ...Object.fromEntries(scoreMetrics.map(({ name, title }) => [name, title])) } }),
  budget: z.enum(['rows', 'iterations']).default('rows').meta({ title: 'Little is', control: 'select', labels: { rows: 'A part of the rows', iterations: 'Fewer rounds, trees or epochs' }, visibleWhen: { param: 'method', in: ['halving'] } }),
  eta: z.int().min(2).max(10).default(3).meta({ title: 'One in so many goes on', control: 'number', min: 2, max: 10, visibleWhen: { param: 'method', in: ['halving'] }, description: 'With so many times the budget.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives other folds and other draws.' }),
});
export type Params = z.output<typeof paramsSchema>;

/** The rows that are searched: a person's own, or those suggested for the learner. */
export const spaceRows = ({ space }: Params, learner: LearnerSpec): readonly DimensionRow[] => (space.length > 0 ? space : suggestedSpace(learner.algorithm, learner.task));

/** What `probe` found: by algorithm, the params that it refuses. */
const factsSchema = z.object({ refused: z.record(z.string(), z.array(z.object({ param: z.string(), message: z.string(), remedy: z.string() }))) });

function spaceProblems(params: Params, learner: LearnerSpec, facts: Facts | null): Diagnostic[] {
  const { space, problems } = parseSpace(spaceRows(params, learner));
  const found: Diagnostic[] = problems.map(({ row, field, message, remedy }) => ({ severity: 'error', code: 'search-space', message, remedy, place: { param: ['space', row, field] } }));
  if (learner.algorithm === 'stacking') {
    found.push({ severity: 'error', code: 'nothing-to-search', message: 'A stack of learners has no params of its own to search.', remedy: 'Search the params of its learners, one by one.', place: { port: 'learner' } });
  } else if (space.length === 0 && problems.length === 0) {
    found.push({ severity: 'error', code: 'search-space', message: 'For this learner there is no suggestion of what to search.', remedy: 'Add a row with a parameter and its values or range.', place: { param: ['space'] } });
  }
  const parsed = factsSchema.safeParse(facts);
  const refused = parsed.success ? (parsed.data.refused[learner.algorithm] ?? []) : [];
  for (const { param, message, remedy } of params.space.length > 0 ? refused : []) {
    const row = params.space.findIndex((one) => one.param.trim() === param);
    found.push({ severity: 'error', code: 'param-refused', message, remedy, place: { param: ['space', row, message.startsWith('The learner has no') ? 'param' : 'values'] } });
  }
  if (params.method === 'halving' && params.budget === 'iterations' && iterationParams[learner.algorithm] === undefined) {
    found.push({ severity: 'warning', code: 'no-iterations', message: 'This learner has no rounds, trees or epochs to begin with fewer of; parts of the rows are used.', remedy: 'Choose a part of the rows.', place: { param: ['budget'] } });
  }
  return found;
}

export const definition = defineNode({
  type: 'train/parameter-search',
  version: 1,
  title: 'Parameter Search',
  summary: 'Finds params with which a learner predicts unseen rows best, says how sure that is, and fits them.',
  keywords: ['hyperparameter', 'tuning', 'optimise', 'grid search', 'GridSearchCV', 'RandomizedSearchCV', 'halving', 'hyperband', 'bayesian', 'TPE', 'optuna', 'hyperopt'],
  inputs: [
    { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows to search with and to fit the best on.' },
    { name: 'learner', title: 'Learner', kind: 'learner', arity: 'one', summary: 'The Learner output of a train node: where the search starts.' },
  ],
  outputs: [
    { name: 'learner', title: 'Learner', kind: 'learner', summary: 'The learner with the best params.' },
    { name: 'model', title: 'Model', kind: 'model', summary: 'Fitted with them on all rows.' },
    { name: 'trials', title: 'Trials', kind: 'table', summary: 'One row a trial: its params, score and time.' },
    { name: 'report', title: 'Report', kind: 'report', summary: 'The best params, what they gain and cost, and the score by each param.' },
  ],
  params: paramsSchema,
  describe: ({ method, trials }, say) => `${{ bayesian: say`Bayesian`, halving: say`halving`, random: say`random`, grid: say`grid` }[method]}, ${say`${trials} trials`}`,
  configure: (context): ConfigureResult => {
    const { inputs, params, facts } = context;
    const schema = tableSchema(context);
    const meta = inputs['learner']?.[0];
    const learner = meta?.kind === 'learner' ? meta.learner : null;
    const diagnostics: Diagnostic[] = learner === null ? [] : [...learnerProblems(schema, [learner]), ...spaceProblems(params, learner, facts)];
    const metric = scoreMetrics.find(({ name }) => name === params.metric);
    if (learner !== null && metric !== undefined && metric.task !== learner.task) {
      diagnostics.push({ severity: 'error', code: 'metric-unknown', message: `${metric.title} does not measure predicted ${learner.task === 'classification' ? 'classes' : 'numbers'}.`, remedy: 'Choose another metric.', place: { param: ['metric'] } });
    }
    const target = schema?.find((column) => column.name === learner?.target);
    const isSound = !diagnostics.some(({ severity }) => severity === 'error');
    return {
      outputs: {
        // Which params are best is in the data.
        learner: { kind: 'learner', learner },
        model: { kind: 'model', signature: isSound && learner !== null && schema !== null && target !== undefined ? expectedSignature(schema, target, learner.task, learner.features, learner.recipe) : null },
        trials: { kind: 'table', schema: isSound && learner !== null ? trialsSchema(parseSpace(spaceRows(params, learner)).space) : null },
        report: { kind: 'report' },
      },
      diagnostics,
    };
  },
  suggest: ({ inputs, params }) => {
    const meta = inputs['learner']?.[0];
    const learner = meta?.kind === 'learner' ? meta.learner : null;
    return learner === null || params.space.length > 0 ? null : { space: suggestedSpace(learner.algorithm, learner.task) };
  },
});
