import type { Diagnostic } from '#app/core/errors.ts';
import type { Column, Schema } from '#app/relation/types.ts';
import type { LearnerSpec, LearningTask } from './ports.ts';
import { predictedSchema } from './prediction.ts';
import { targetProblem, targetRemedy } from './trainer.ts';

/** Scores of learners by fold: what Test and Score makes and Compare Models and charts read. */

export interface ScoreMetric {
  /** The column's name. */
  readonly name: string;
  readonly title: string;
  readonly task: LearningTask;
  /** True where a higher score is better. */
  readonly higher: boolean;
  /** No score is outside; null: no bound. */
  readonly least: number | null;
  readonly most: number | null;
  /** One plain sentence. */
  readonly help: string;
}

export const scoreMetrics: readonly ScoreMetric[] = [
  { name: 'accuracy', title: 'Accuracy', task: 'classification', higher: true, least: 0, most: 1, help: 'Share of the tested rows predicted right; 1 is best.' },
  { name: 'balanced_accuracy', title: 'Balanced accuracy', task: 'classification', higher: true, least: 0, most: 1, help: 'Mean share predicted right of each class, so that rare classes count as much as frequent ones; 1 is best.' },
  { name: 'log_loss', title: 'Log loss', task: 'classification', higher: false, least: 0, most: null, help: 'How surprised the model is by the true classes; 0 is best.' },
  { name: 'roc_auc', title: 'ROC AUC', task: 'classification', higher: true, least: 0, most: 1, help: 'Chance that a row of a class scores above another row; of several classes the mean, each against the rest; 1 is best, 0.5 is chance.' },
  { name: 'f1_macro', title: 'F1 (macro)', task: 'classification', higher: true, least: 0, most: 1, help: 'Mean over the classes of the harmonic mean of precision and recall; 1 is best.' },
  { name: 'rmse', title: 'RMSE', task: 'regression', higher: false, least: 0, most: null, help: 'Typical error in units of the target, large errors counting more; 0 is best.' },
  { name: 'mae', title: 'MAE', task: 'regression', higher: false, least: 0, most: null, help: 'Mean error without its sign, in units of the target; 0 is best.' },
  { name: 'r2', title: 'R²', task: 'regression', higher: true, least: null, most: 1, help: 'Share of the variation of the tested rows that is explained; 1 is best, 0 is no better than their mean.' },
];

export const metricsOf = (task: LearningTask): readonly ScoreMetric[] => scoreMetrics.filter((metric) => metric.task === task);

/** Which of two scores is better: positive where the first is. */
export const betterBy = (metric: ScoreMetric, difference: number): number => (metric.higher ? difference : -difference);

/** Columns of the table of scores: one row a learner, repeat and fold. */
export function scoresSchema(task: LearningTask): Schema {
  return [
    { name: 'learner', type: 'string' },
    { name: 'repeat', type: 'integer' },
    { name: 'fold', type: 'integer' },
    { name: 'training_rows', type: 'integer' },
    { name: 'test_rows', type: 'integer' },
    ...metricsOf(task).map(({ name }): Column => ({ name, type: 'float' })),
    { name: 'fit_ms', type: 'float' },
    { name: 'score_ms', type: 'float' },
  ];
}

/** Columns of tested rows: who predicted them and when, the row itself with its true value, and what Predict would append. */
export interface TestedSchema {
  readonly schema: Schema;
  readonly learner: string;
  readonly repeat: string;
  readonly fold: string;
}

/** @param classes labels in order; null for regression. */
export function testedSchema(input: Schema, target: Column, classes: readonly string[] | null): TestedSchema {
  const predicted = predictedSchema(input, { task: classes === null ? 'regression' : 'classification', target, inputs: [], features: [], ...(classes === null ? {} : { classes }) });
  const taken = new Set(predicted.map(({ name }) => name.toLowerCase()));
  const free = (wanted: string): string => {
    let name = wanted;
    while (taken.has(name)) name += '_';
    return name;
  };
  const [learner, repeat, fold] = [free('learner'), free('repeat'), free('fold')];
  return { learner, repeat, fold, schema: [{ name: learner, type: 'string' }, { name: repeat, type: 'integer' }, { name: fold, type: 'integer' }, ...predicted] };
}

/**
 * What keeps learners from being scored on a table side by side: their targets and features must be there, and they must predict the
 * same. Known before anything runs, as far as the schema is.
 */
export function learnerProblems(schema: Schema | null, learners: readonly LearnerSpec[]): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const error = (code: string, message: string, remedy: string, column?: string) =>
    problems.push({ severity: 'error', code, message, remedy, place: { port: 'learner', ...(column === undefined ? {} : { column }) } });
  const [first] = learners;
  if (first === undefined) return problems;
  const targets = [...new Set(learners.map((learner) => learner.target))];
  const tasks = new Set(learners.map((learner) => learner.task));
  if (targets.includes('')) error('target-missing', 'A learner has no target column.', 'Choose the target in the learner’s node.');
  else if (targets.length > 1) error('different-targets', `The learners predict different columns (${targets.map((name) => `“${name}”`).join(', ')}), so their scores cannot be compared.`, 'Choose the same target in every learner’s node.');
  if (tasks.size > 1) error('different-tasks', 'Some learners predict classes and others numbers, so their scores cannot be compared.', 'Use one node for those that predict classes and another for those that predict numbers.');
  if (schema === null || problems.length > 0) return problems;
  const target = schema.find((column) => column.name === first.target);
  if (target === undefined) {
    error('target-missing', `The table has no column “${first.target}”, which the learners predict.`, 'Connect a table that has the target, or choose another in the learners’ nodes.', first.target);
    return problems;
  }
  const wrong = targetProblem(first.task, target);
  if (wrong !== null) error('target-type', wrong, targetRemedy(first.task), target.name);
  for (const name of new Set(learners.flatMap((learner) => learner.features ?? []))) {
    if (schema.some((column) => column.name === name)) continue;
    error('unknown-feature', `The table has no column “${name}”, which a learner learns from.`, 'Connect a table that has it, or choose the features again in the learner’s node.', name);
  }
  return problems;
}

/** Columns of a learning curve: one row a size and metric. `training_rows` is the mean over the folds. */
export const curveSchema: Schema = [
  { name: 'share', type: 'float' },
  { name: 'training_rows', type: 'float' },
  { name: 'metric', type: 'string' },
  { name: 'test', type: 'float' },
  { name: 'test_deviation', type: 'float' },
  { name: 'test_low', type: 'float' },
  { name: 'test_high', type: 'float' },
  { name: 'training', type: 'float' },
  { name: 'training_deviation', type: 'float' },
  { name: 'fit_ms', type: 'float' },
];

const higherIsBetter = /(^|_)(auc|accuracy|f1|f_?beta|f_?score|precision|recall|sensitivity|specificity|r2|r_squared|kappa|mcc|lift|gain|average_precision|silhouette|gini|ndcg)(_|$)/;
const lowerIsBetter = /(^|_)(loss|error|errors|rmse|mse|mae|mape|smape|msle|brier|deviance|ece|mce|misclassified|perplexity|pinball|bias|disparity)(_|$)/;

/** Which way a metric is better, by its name in any spelling (`rocAuc`, `ROC and PR: validation_loss`); null: not known. */
export function metricDirection(name: string): 'higher' | 'lower' | null {
  const known = scoreMetrics.find((one) => one.name === name);
  if (known !== undefined) return known.higher ? 'higher' : 'lower';
  const plain = name.slice(name.lastIndexOf(': ') + 1).replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  if (lowerIsBetter.test(plain)) return 'lower';
  return higherIsBetter.test(plain) ? 'higher' : null;
}
