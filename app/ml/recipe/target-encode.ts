import { PenstockError } from '#app/core/errors.ts';
import { call, cast, col, filter, lit, named, project, when } from '#app/relation/build.ts';
import { freeName } from '#app/relation/free-name.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Expr, Measure, NamedExpr, Relation } from '#app/relation/types.ts';
import type { RecipeStep } from '#app/sdk/ports.ts';
import { numberByCategory, tellable } from './categories.ts';
import { writtenDown, type ColumnState, type EncodedFeature, type FitTables, type FitTarget } from './columns.ts';
import { numberOf, type Cell } from './statistics.ts';

type TargetEncodeStep = Extract<RecipeStep, { step: 'target-encode' }>;

export interface TargetEncodeContext {
  readonly target: FitTarget | undefined;
  readonly seed: number;
  /** Columns that tell rows apart, for their folds. */
  readonly hashed: readonly string[];
  /** The rows to train on; encodings that leave out a row's own fold are joined to them. */
  readonly training: { relation: Relation };
  note(column: string, message: string): void;
}

/** What the rows outside a fold (or all rows) say of one column of the target: mean and population variance. */
interface Prior {
  readonly mean: number;
  readonly variance: number;
}

const noPrior: Prior = { mean: 0, variance: 0 };

/**
 * Each category as the mean of the target among its rows, drawn towards the overall mean the fewer rows it has (Micci-Barreca 2001):
 * λ·mean + (1 − λ)·prior. `fixed`: λ = n ÷ (n + weight), the m-estimate. `auto`: λ = σ²n ÷ (σ²n + s²), with the target's variance σ² and
 * the category's own variance s², empirical Bayes. Numbers: one feature, in standard deviations of the target from its mean; two classes:
 * the share of the second; more classes: the share of each but the last. Unseen, rarer and missing values get the prior.
 *
 * The rows trained on would give away their own target that way, so they see an encoding fitted on the other folds alone; folds go by the
 * portable hash of the row, so that equal rows share one.
 * @throws PenstockError `target-needed`.
 */
export async function applyTargetEncode(
  step: TargetEncodeStep,
  columns: readonly ColumnState[],
  relation: Relation,
  tables: FitTables,
  context: TargetEncodeContext,
): Promise<void> {
  const open = columns.filter((state) => state.encoded === null);
  if (open.length === 0) return;
  const { target, training } = context;
  if (target === undefined) {
    throw new PenstockError('target-needed', 'The recipe has a target-encode step, but there is no target to encode by.', {
      remedy: 'Use an ordinal or one-hot step instead where nothing is predicted.',
    });
  }
  const values = targetColumns(target);
  const fraction = call('hash_fraction', lit(context.seed), ...context.hashed.map(col), target.expr);
  const described = keyedRows(training.relation, step.folds, open, fraction);
  // Three queries read the folds, and their hash costs more than all else.
  const keyed = { ...described, relation: await writtenDown(described.relation, 'training rows with folds', tables) };
  const priors = await readPriors(keyed, step.folds, values, tables);
  training.relation = keyed.relation;
  for (const [index, state] of open.entries()) {
    const found = await readCategories(state, values, step.maxCategories + 1, relation, tables);
    const kept = tellable(found.slice(0, step.maxCategories), ({ value }) => value);
    const categories = kept.map(({ value }) => value);
    const isCut = found.length > kept.length;
    if (isCut) context.note(state.column.name, `“${state.column.name}” has more than ${step.maxCategories} different values; the rarer ones are encoded as the overall mean.`);
    const key = keyed.keys[index] ?? '';
    const taken = schemaOf(training.relation);
    const names = values.map((_value, k) => freeName(`encoding_${index}_${k}`, taken));
    const keptKey = isCut ? numberByCategory({ ...state, expr: col(key) }, categories, categories.map(() => 1)) : col(key);
    training.relation = {
      op: 'join',
      kind: 'left',
      left: training.relation,
      right: encodedOutside(keyed, key, keptKey, values, names, (sums, k) => encodeOutside(step, sums, priors.outside.map((each) => each[k] ?? noPrior), keyed.fold)),
      on: [{ left: key, right: key }, { left: keyed.fold, right: keyed.fold }],
      rightSuffix: '_right',
    };
    state.encoded = values.map(({ suffix }, k): EncodedFeature => {
      const prior = priors.all[k] ?? noPrior;
      const numbers = kept.map(({ rows, moments }) => smoothed(step, rows, moments[k] ?? prior, prior));
      return {
        suffix,
        expr: call('coalesce', numberByCategory(state, categories, numbers), lit(prior.mean, 'float')),
        training: call('coalesce', col(names[k] ?? ''), byFold(keyed.fold, priors.outside.map((each) => each[k]?.mean ?? 0))),
      };
    });
  }
}

interface TargetColumn {
  /** Put behind the column's name. */
  readonly suffix: string;
  readonly expr: Expr;
}

/** The target as the numbers that are averaged. */
function targetColumns({ expr, classes }: FitTarget): TargetColumn[] {
  if (classes.length <= 2) return [{ suffix: '_target', expr }];
  return classes.slice(0, -1).map((label, index) => ({ suffix: `_target=${label}`, expr: indicator(call('equals', expr, lit(index, 'float'))) }));
}

const indicator = (condition: Expr): Expr => when([{ when: condition, then: lit(1, 'float') }], lit(0, 'float'));

/** The rows trained on, with each row's fold and a key to join encodings by for each column. */
interface KeyedRows {
  readonly relation: Relation;
  readonly fold: string;
  readonly keys: readonly string[];
}

function keyedRows(relation: Relation, folds: number, columns: readonly ColumnState[], fraction: Expr): KeyedRows {
  const taken = [...schemaOf(relation)];
  const all = taken.map(({ name }) => named(name, col(name)));
  const add = (wanted: string, expr: Expr): NamedExpr => {
    const name = freeName(wanted, taken);
    taken.push({ name, type: 'string' });
    return named(name, expr);
  };
  const fold = add('fold', cast(call('floor', call('multiply', fraction, lit(folds, 'float'))), 'integer'));
  const keys = columns.map((state, index) => add(`key_${index}`, state.expr));
  return { relation: project(relation, [...all, fold, ...keys]), fold: fold.name, keys: keys.map(({ name }) => name) };
}

interface Sums {
  readonly rows: Expr;
  readonly sum: Expr;
  readonly squares: Expr;
}

/** One row a category and fold, with the columns `names`: encodings made of the sums of the category outside the fold. */
function encodedOutside(rows: KeyedRows, key: string, kept: Expr, values: readonly TargetColumn[], names: readonly string[], encode: (sums: Sums, k: number) => Expr): Relation {
  const { fold } = rows;
  const keys = [named(key, col(key)), named(fold, col(fold))];
  const parts: Relation = { op: 'aggregate', input: filter(rows.relation, call('is_not_null', kept)), keys, measures: sumsOf(values) };
  const totals: Relation = { op: 'aggregate', input: parts, keys: keys.slice(0, 1), measures: sumsOf(values).map(({ name }) => ({ name: `all_${name}`, fn: 'sum', arg: col(name) })) };
  const both: Relation = { op: 'join', kind: 'inner', left: parts, right: totals, on: [{ left: key, right: key }], rightSuffix: '_all' };
  const less = (name: string): Expr => call('subtract', cast(col(`all_${name}`), 'float'), cast(col(name), 'float'));
  const columns = values.map((_value, k) => named(names[k] ?? '', encode({ rows: less('rows'), sum: less(`sum_${k}`), squares: less(`squares_${k}`) }, k)));
  return project(both, [...keys, ...columns]);
}

const sumsOf = (values: readonly TargetColumn[]): Measure[] => [
  { name: 'rows', fn: 'count' },
  ...values.flatMap(({ expr }, k): Measure[] => [
    { name: `sum_${k}`, fn: 'sum', arg: expr },
    { name: `squares_${k}`, fn: 'sum', arg: call('multiply', expr, expr) },
  ]),
];

/** Mean and variance of each column of the target: of all rows, and of the rows outside each fold. */
async function readPriors(keyed: KeyedRows, folds: number, values: readonly TargetColumn[], tables: FitTables): Promise<{ all: Prior[]; outside: Prior[][] }> {
  const { rows } = await tables.rows({ op: 'aggregate', input: keyed.relation, keys: [named(keyed.fold, col(keyed.fold))], measures: sumsOf(values) });
  const sums = rows.map((row) => ({ fold: Number(row[0]), numbers: row.slice(1).map(numberOf) }));
  const priorsWithout = (fold: number | null): Prior[] => {
    const others = sums.filter((each) => each.fold !== fold);
    // A single fold that holds every row has nothing outside.
    const used = others.length === 0 ? sums : others;
    const total = (at: number) => used.reduce((sum, each) => sum + (each.numbers[at] ?? 0), 0);
    const count = total(0);
    return values.map((_value, k) => {
      const mean = total(1 + 2 * k) / count;
      return { mean, variance: Math.max(0, total(2 + 2 * k) / count - mean * mean) };
    });
  };
  return { all: priorsWithout(null), outside: Array.from({ length: folds }, (_unused, fold) => priorsWithout(fold)) };
}

interface Category {
  readonly value: string | number;
  readonly rows: number;
  readonly moments: readonly Prior[];
}

/** The `limit` most frequent categories of a column (ties by value), with the target's moments in each. */
async function readCategories(state: ColumnState, values: readonly TargetColumn[], limit: number, relation: Relation, tables: FitTables): Promise<Category[]> {
  const counted: Relation = {
    op: 'aggregate',
    input: filter(relation, call('is_not_null', state.expr)),
    keys: [named('value', state.expr)],
    measures: [
      { name: 'rows', fn: 'count' },
      ...values.flatMap(({ expr }, k): Measure[] => [
        { name: `mean_${k}`, fn: 'avg', arg: expr },
        { name: `variance_${k}`, fn: 'variance', arg: expr },
      ]),
    ],
  };
  const sorted: Relation = {
    op: 'sort',
    input: counted,
    keys: [
      { expr: col('rows'), descending: true, nulls: 'last' },
      { expr: col('value'), descending: false, nulls: 'last' },
    ],
  };
  const found = await tables.rows({ op: 'limit', input: sorted, count: limit, offset: 0 }, limit);
  return found.rows.flatMap(([value, count, ...rest]): Category[] => {
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    const rows = numberOf(count ?? null);
    return [{ value, rows, moments: values.map((_value, k) => momentsOf(rest[2 * k] ?? null, rest[2 * k + 1] ?? null, rows)) }];
  });
}

/** From the sample variance, which one row does not have. */
function momentsOf(mean: Cell, variance: Cell, rows: number): Prior {
  return { mean: numberOf(mean), variance: rows > 1 ? (numberOf(variance) * (rows - 1)) / rows : 0 };
}

function smoothed(step: TargetEncodeStep, rows: number, own: Prior, prior: Prior): number {
  const share = step.smoothing === 'fixed' ? rows / (rows + step.weight) : (prior.variance * rows) / (prior.variance * rows + own.variance);
  return Number.isFinite(share) ? share * own.mean + (1 - share) * prior.mean : prior.mean;
}

/** As `smoothed`, over sums of the rows outside the fold; null where the category has none there. */
function encodeOutside(step: TargetEncodeStep, sums: Sums, priors: readonly Prior[], fold: string): Expr {
  const { rows, sum, squares } = sums;
  const mean = call('divide', sum, rows);
  const prior = byFold(fold, priors.map((each) => each.mean));
  const encoding = (share: Expr): Expr => call('add', call('multiply', share, mean), call('multiply', call('subtract', lit(1, 'float'), share), prior));
  if (step.smoothing === 'fixed') return when([{ when: call('greater_than', rows, lit(0, 'float')), then: encoding(call('divide', rows, call('add', rows, lit(step.weight, 'float')))) }]);
  const weight = call('multiply', byFold(fold, priors.map((each) => each.variance)), rows);
  const square = call('subtract', call('divide', squares, rows), call('multiply', mean, mean));
  const own = when([{ when: call('greater_than', square, lit(0, 'float')), then: square }], lit(0, 'float'));
  const total = call('add', weight, own);
  return when([{ when: call('and', call('greater_than', rows, lit(0, 'float')), call('greater_than', total, lit(0, 'float'))), then: encoding(call('divide', weight, total)) }]);
}

/** A constant of each fold. */
const byFold = (fold: string, numbers: readonly number[]): Expr =>
  when(numbers.slice(0, -1).map((number, index) => ({ when: call('equals', col(fold), lit(index)), then: lit(number, 'float') })), lit(numbers.at(-1) ?? 0, 'float'));
