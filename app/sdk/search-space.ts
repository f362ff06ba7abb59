import { z } from 'zod';
import type { Column, Schema } from '#app/relation/types.ts';
import type { LearningTask } from './ports.ts';

/** Which params of a learner are searched, and where: rows of a form, and what they mean. */

export const dimensionRow = z.object({
  param: z.string().default('').meta({ title: 'Parameter', control: 'text', placeholder: 'learningRate', description: 'As the learner calls it; its node’s output Learner shows the names.' }),
  values: z.string().default('').meta({ title: 'Values', control: 'text', placeholder: '0.01, 0.1, 1', description: 'A list: numbers, words, true or false, or lists such as [64, 32]. Empty: a range.' }),
  low: z.number().nullable().default(null).meta({ title: 'From', control: 'number' }),
  high: z.number().nullable().default(null).meta({ title: 'To', control: 'number' }),
  scale: z.enum(['linear', 'log']).default('linear').meta({ title: 'Scale', control: 'select', labels: { linear: 'Linear', log: 'Logarithmic' }, description: 'Logarithmic tries 0.01 … 0.1 as often as 0.1 … 1: for rates and penalties.' }),
  integer: z.boolean().default(false).meta({ title: 'Whole numbers', control: 'switch' }),
});
export type DimensionRow = z.output<typeof dimensionRow>;

/** A param to search. Ranges include both ends; `log` is over positive numbers. */
export type Dimension =
  | { readonly kind: 'choice'; readonly param: string; readonly values: readonly unknown[] }
  | { readonly kind: 'range'; readonly param: string; readonly low: number; readonly high: number; readonly log: boolean; readonly integer: boolean };

export interface SpaceProblem {
  readonly row: number;
  readonly field: keyof DimensionRow;
  readonly message: string;
  readonly remedy: string;
}

/** What the rows mean, and what is wrong with those that mean nothing. */
export function parseSpace(rows: readonly DimensionRow[]): { readonly space: readonly Dimension[]; readonly problems: readonly SpaceProblem[] } {
  const space: Dimension[] = [];
  const problems: SpaceProblem[] = [];
  for (const [row, given] of rows.entries()) {
    const param = given.param.trim();
    const problem = (field: keyof DimensionRow, message: string, remedy: string) => problems.push({ row, field, message, remedy });
    const { low, high, integer } = given;
    const log = given.scale === 'log';
    if (param === '') problem('param', `Row ${row + 1} names no parameter.`, 'Name a parameter of the learner, such as learningRate.');
    else if (rows.slice(0, row).some((other) => other.param.trim() === param)) problem('param', `“${param}” is searched twice.`, 'Take one of the rows out.');
    else if (given.values.trim() !== '') space.push({ kind: 'choice', param, values: splitValues(given.values) });
    else if (low === null || high === null) problem(low === null ? 'low' : 'high', `“${param}” has neither values nor a range.`, 'List its values, or say from where to where.');
    else if (low >= high) problem('high', `The range of “${param}” ends at ${high}, which is not above its start ${low}.`, 'Put the smaller number first.');
    else if (log && low <= 0) problem('low', `“${param}” is searched on a logarithmic scale, which has no ${low}.`, 'Start above 0, or use a linear scale.');
    else if (integer && Math.floor(high) - Math.ceil(low) < 1) problem('high', `Between ${low} and ${high} there are no two whole numbers for “${param}”.`, 'Widen the range.');
    else space.push({ kind: 'range', param, low: integer ? Math.ceil(low) : low, high: integer ? Math.floor(high) : high, log, integer });
  }
  return { space, problems };
}

/** A comma ends a value unless it stands in brackets or quotes; what is not JSON is a word. */
export function splitValues(text: string): unknown[] {
  const parts: string[] = [''];
  let depth = 0;
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (!quoted && (char === '[' || char === '{')) depth += 1;
    if (!quoted && (char === ']' || char === '}')) depth -= 1;
    if (char === ',' && depth <= 0 && !quoted) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return JSON.parse(part) as unknown;
      } catch {
        return part;
      }
    });
}

const range = (param: string, low: number, high: number, scale: 'linear' | 'log' = 'linear', integer = false): DimensionRow => ({ param, values: '', low, high, scale, integer });
const choice = (param: string, values: string): DimensionRow => ({ param, values, low: null, high: null, scale: 'linear', integer: false });

/** What is worth searching of a learner: the few params that decide most, in ranges that hold for most tables. Empty for unknown learners. */
export function suggestedSpace(algorithm: string, task: LearningTask): DimensionRow[] {
  switch (algorithm) {
    case 'gradient-boosting':
      return [range('learningRate', 0.02, 0.3, 'log'), range('maxLeaves', 4, 127, 'log', true), range('minRows', 3, 100, 'log', true), range('l2', 0.001, 10, 'log'), range('featureShare', 0.4, 1), range('rowShare', 0.5, 1)];
    case 'random-forest':
      return [range('minRows', 1, 30, 'log', true), choice('features', 'sqrt, third, all'), choice('maxDepth', '0, 6, 12')];
    case 'decision-tree':
      return [range('maxDepth', 2, 16, 'linear', true), range('minRows', 1, 100, 'log', true)];
    case 'logistic-regression':
      return [range('strength', 0.0001, 1000, 'log')];
    case 'linear-regression':
      return [choice('penalty', 'ridge, lasso, elastic-net'), range('alpha', 0.0001, 100, 'log')];
    case 'mlp':
      return [choice('hiddenLayers', '[32], [64, 32], [128, 64], [128, 128]'), range('learningRate', 0.0003, 0.02, 'log'), range('weightDecay', 0.000001, 0.1, 'log'), range('dropout', 0, 0.5), ...(task === 'classification' ? [choice('batchSize', '64, 256')] : [])];
    case 'text-classifier':
      return [choice('pooling', 'mean, attention'), choice('embedding', '32, 64, 128'), choice('hiddenLayers', '[], [64]'), range('learningRate', 0.0005, 0.02, 'log'), range('dropout', 0, 0.5)];
    case 'convolutional-network':
      return [choice('blocks', '[16, 32], [16, 32, 64], [32, 64, 128]'), range('learningRate', 0.0005, 0.02, 'log'), range('weightDecay', 0.0001, 0.1, 'log'), range('dropout', 0, 0.5)];
    case 'k-nearest-neighbours':
      return [range('neighbours', 1, 60, 'log', true), choice('weights', 'uniform, distance')];
    case 'support-vector-machine':
      return [range('c', 0.01, 1000, 'log'), range('gamma', 0.0001, 10, 'log')];
    case 'naive-bayes':
      return [range('smoothing', 0.01, 10, 'log'), range('varianceShare', 1e-9, 0.1, 'log')];
    default:
      return [];
  }
}

/** The param that says how long a learner goes on, and its usual value: what successive halving by iterations gives less of. */
export const iterationParams: Readonly<Record<string, { readonly param: string; readonly full: number }>> = {
  'gradient-boosting': { param: 'iterations', full: 300 },
  'random-forest': { param: 'trees', full: 100 },
  mlp: { param: 'epochs', full: 50 },
  'text-classifier': { param: 'epochs', full: 20 },
  'convolutional-network': { param: 'epochs', full: 30 },
};

/** Columns of the table of trials: one row a trial, its params last. */
export function trialsSchema(space: readonly Dimension[]): Schema {
  return [
    { name: 'trial', type: 'integer' },
    { name: 'status', type: 'string' },
    { name: 'score', type: 'float' },
    { name: 'deviation', type: 'float' },
    { name: 'folds', type: 'integer' },
    { name: 'budget', type: 'float' },
    { name: 'seconds', type: 'float' },
    { name: 'failure', type: 'string' },
    ...space.map((dimension): Column => ({ name: `param_${dimension.param}`, type: dimension.kind === 'range' ? (dimension.integer ? 'integer' : 'float') : dimension.values.every((value) => typeof value === 'number') ? 'float' : 'string' })),
  ];
}

/** Columns of Auto Train's leaderboard: one row a trial or ensemble, best first. */
export const leaderboardSchema: Schema = [
  { name: 'rank', type: 'integer' },
  { name: 'learner', type: 'string' },
  { name: 'score', type: 'float' },
  { name: 'deviation', type: 'float' },
  { name: 'status', type: 'string' },
  { name: 'budget', type: 'float' },
  { name: 'seconds', type: 'float' },
  { name: 'trial', type: 'integer' },
  { name: 'algorithm', type: 'string' },
  { name: 'params', type: 'string' },
  { name: 'recipe', type: 'string' },
  { name: 'failure', type: 'string' },
];
