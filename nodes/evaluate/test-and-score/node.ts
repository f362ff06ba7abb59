import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import { checkColumns } from '#app/sdk/chart-node.ts';
import { paramMissing, schemaAt } from '#app/sdk/configuration.ts';
import { defineNode, type ConfigureResult } from '#app/sdk/node.ts';
import type { LearnerSpec, PortMeta } from '#app/sdk/ports.ts';
import { likelyKey } from '#app/sdk/row-key.ts';
import { learnerProblems, scoresSchema, testedSchema } from '#app/sdk/scores.ts';

export const groupTypes = ['boolean', 'integer', 'string', 'date'] as const;
export const timeTypes = ['date', 'timestamp', 'integer', 'float'] as const;

const classFolds = ['k-fold', 'repeated-k-fold', 'random'];
const grouped = ['group-k-fold', 'leave-one-group-out'];

export const paramsSchema = z.object({
  method: z
    .enum(['k-fold', 'repeated-k-fold', 'random', 'group-k-fold', 'leave-one-group-out', 'time'])
    .default('k-fold')
    .meta({
      title: 'Method',
      control: 'select',
      labels: { 'k-fold': 'K-fold', 'repeated-k-fold': 'Repeated k-fold', random: 'Random repeats', 'group-k-fold': 'Group k-fold', 'leave-one-group-out': 'Leave one group out', time: 'By time' },
      description: 'K-fold tests every row once. Groups keep all rows of a person, a shop … on one side. By time trains on the past and tests on what comes after.',
    }),
  folds: z.int().min(2).max(100).default(5).meta({ title: 'Folds', control: 'number', min: 2, max: 100, visibleWhen: { param: 'method', in: ['k-fold', 'repeated-k-fold', 'group-k-fold', 'time'] } }),
  repeats: z.int().min(1).max(100).default(5).meta({ title: 'Repeats', control: 'number', min: 1, max: 100, visibleWhen: { param: 'method', in: ['repeated-k-fold', 'random'] }, description: 'Each time the rows are divided anew; more repeats, steadier scores.' }),
  share: z.number().gt(0).lt(1).default(0.8).meta({ title: 'Training share', control: 'slider', min: 0.1, max: 0.95, step: 0.05, visibleWhen: { param: 'method', in: ['random'] }, description: 'The part of the rows that is trained on; the rest is tested.' }),
  stratified: z.boolean().default(true).meta({ title: 'Stratified', control: 'switch', visibleWhen: { param: 'method', in: classFolds }, description: 'Gives every fold the same mix of classes. Of no meaning for numbers.' }),
  group: z.string().default('').meta({ title: 'Groups', control: 'column', from: 'table', types: groupTypes, visibleWhen: { param: 'method', in: grouped }, description: 'Rows that are equal in this column are trained on or tested together.' }),
  time: z.string().default('').meta({ title: 'Time', control: 'column', from: 'table', types: timeTypes, visibleWhen: { param: 'method', in: ['time'] } }),
  windows: z
    .enum(['expanding', 'rolling'])
    .default('expanding')
    .meta({ title: 'Train on', control: 'select', labels: { expanding: 'All of the past', rolling: 'The latest blocks' }, visibleWhen: { param: 'method', in: ['time'] } }),
  window: z.int().min(1).max(100).default(3).meta({ title: 'Latest blocks', control: 'number', min: 1, max: 100, visibleWhen: { param: 'windows', in: ['rolling'] }, description: 'How many blocks before the tested one are trained on.' }),
  key: z.array(z.string()).default([]).meta({ title: 'Key', control: 'columns', from: 'table', advanced: true, description: 'Columns that tell a row from others, such as a number of its own: dividing the rows is then quicker. Without one, all columns together decide.' }),
  confidence: z.number().gt(0).lt(1).default(0.95).meta({ title: 'Confidence', control: 'slider', min: 0.5, max: 0.99, step: 0.01, advanced: true, description: 'Of the intervals around means.' }),
  seed: z.int().min(0).max(4_294_967_295).default(42).meta({ title: 'Seed', control: 'number', min: 0, step: 1, advanced: true, description: 'Another seed gives other folds.' }),
});

export type Params = z.output<typeof paramsSchema>;

function methodProblems(schema: Schema | null, { method, group, time }: Params): Diagnostic[] {
  if (grouped.includes(method)) {
    if (group === '') return [paramMissing(['group'], 'There is no column that says which rows belong together.', 'Choose a column, for example the customer, or another method.')];
    return checkColumns(schema, [{ param: ['group'], name: group, types: groupTypes, words: 'groups are text, true/false, whole numbers or dates' }]);
  }
  if (method !== 'time') return [];
  if (time === '') return [paramMissing(['time'], 'There is no column to order the rows by time.', 'Choose a date, a date and time, or a number.')];
  return checkColumns(schema, [{ param: ['time'], name: time, types: timeTypes, words: 'a time is a date, a date and time, or a number' }]);
}

/** A group that is also learnt from tells a model nothing about rows of other groups. */
function groupAsFeature(schema: Schema | null, learners: readonly LearnerSpec[], { method, group }: Params): Diagnostic[] {
  const type = schema?.find((column) => column.name === group)?.type;
  if (!grouped.includes(method) || type === undefined || type === 'date') return [];
  if (!learners.some((learner) => learner.target !== group && (learner.features === null || learner.features.includes(group)))) return [];
  return [{ severity: 'info', code: 'group-is-feature', message: `The learners also learn from “${group}”, whose tested values they have never seen.`, remedy: 'Choose the features in the learners’ nodes without it.', place: { param: ['group'], column: group } }];
}

function classesKnown(target: Column, { task }: LearnerSpec): readonly string[] | null | undefined {
  if (task === 'regression') return null;
  return target.type === 'boolean' ? ['false', 'true'] : undefined;
}

export const definition = defineNode({
  type: 'evaluate/test-and-score',
  version: 1,
  title: 'Test and Score',
  summary: 'Says how good learners are on rows they did not see: cross-validation, random repeats, whole groups, or the future after the past.',
  keywords: ['cross validation', 'cross_val_score', 'cross_validate', 'k-fold', 'StratifiedKFold', 'GroupKFold', 'TimeSeriesSplit', 'holdout', 'X-Partitioner', 'backtest', 'accuracy', 'evaluate'],
  inputs: [
    { name: 'table', title: 'Table', kind: 'table', arity: 'one', summary: 'Rows to train on and to test, with the target.' },
    { name: 'learner', title: 'Learners', kind: 'learner', arity: 'many', summary: 'The Learner outputs of train nodes, all with the same target.' },
  ],
  outputs: [
    { name: 'evaluation', title: 'Evaluation', kind: 'evaluation', summary: 'Means with intervals, and the spread over the folds.' },
    { name: 'scores', title: 'Scores', kind: 'table', summary: 'One row for each learner and fold; for Compare Models.' },
    { name: 'predictions', title: 'Predictions', kind: 'table', summary: 'The tested rows with what was predicted for them.' },
  ],
  rowsOf: { predictions: { input: 'table', by: 'values' } },
  params: paramsSchema,
  describe: ({ method, folds, repeats, share, group, time }, say) =>
    ({
      'k-fold': say`${folds} folds`,
      'repeated-k-fold': say`${folds} folds, ${repeats} times`,
      random: say`${repeats} times ${Math.round(share * 100)} % to train on`,
      'group-k-fold': say`${folds} folds, whole ${group || '…'}`,
      'leave-one-group-out': say`without each ${group || '…'}`,
      time: say`${folds} folds by ${time || '…'}`,
    })[method],
  configure: (context): ConfigureResult => {
    const { inputs, params } = context;
    const schema = schemaAt(context);
    const metas = inputs['learner'] ?? [];
    const learners = metas.flatMap((meta) => (meta.kind === 'learner' && meta.learner !== null ? [meta.learner] : []));
    const [first] = learners;
    const problems = learnerProblems(schema, learners);
    const target = schema?.find((column) => column.name === first?.target);
    const known = first !== undefined && problems.length === 0 && learners.length === metas.length;
    const classes = target === undefined || first === undefined ? undefined : classesKnown(target, first);
    const outputs: Record<string, PortMeta> = {
      evaluation: { kind: 'evaluation' },
      scores: { kind: 'table', schema: known ? scoresSchema(first.task) : null },
      predictions: { kind: 'table', schema: known && schema !== null && target !== undefined && classes !== undefined ? testedSchema(schema, target, classes).schema : null },
    };
    return { outputs, diagnostics: [...methodProblems(schema, params), ...problems, ...groupAsFeature(schema, learners, params)] };
  },
  suggest: (context) => {
    const key = likelyKey(schemaAt(context));
    return key === undefined || context.params.key.length > 0 ? null : { key: [key] };
  },
});
