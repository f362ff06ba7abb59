import { PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { call, cast, col, lit, named, when } from '#app/relation/build.ts';
import { nameKey } from '#app/relation/column-types.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { LearningTask } from '#app/sdk/ports.ts';
import { targetProblem, targetRemedy } from '#app/sdk/trainer.ts';
import { baseExpression } from '../recipe/columns.ts';
import { numberOf, Statistics } from '../recipe/statistics.ts';

/** More classes than this is nearly always an identifier chosen as the target by mistake. */
const MAX_CLASSES = 1000;

/** A target ready to be learnt from. */
export interface PreparedTarget {
  /** The input rows whose target is present. */
  readonly relation: Relation;
  readonly rows: number;
  /** Labels in signature order; empty for regression. */
  readonly classes: readonly string[];
  /** Float, never null: the class index, or the standardised value (value − centre) ÷ width. */
  readonly expr: Expr;
  readonly centre: number;
  readonly width: number;
}

/**
 * Leaves out rows without a target (reported), checks that the rest can be learnt from, and gives the target as a number.
 * @throws PenstockError `target-type`, `no-target-values`, `single-class`, `too-many-classes`, `too-few-rows`.
 */
export async function prepareTarget(
  task: LearningTask,
  target: Column,
  input: Relation,
  tables: Pick<TableServices, 'rows'>,
  report: (diagnostic: Diagnostic) => void,
): Promise<PreparedTarget> {
  checkType(task, target);
  const base = task === 'regression' ? baseExpression(target) : labelExpression(target);
  const statistics = new Statistics();
  const all = statistics.ask('count');
  const present = statistics.ask('count', base);
  const regression = task === 'regression' ? { mean: statistics.ask('avg', base), deviation: statistics.ask('stddev', base) } : null;
  await statistics.load(input, tables);
  const rows = numberOf(present());
  const missing = numberOf(all()) - rows;
  const place = { column: target.name, param: ['target'] };
  if (!(rows > 0)) {
    throw new PenstockError(
      'no-target-values',
      numberOf(all()) === 0 ? 'There are no rows to learn from.' : `The target “${target.name}” is missing in every row, so there is nothing to learn.`,
      { remedy: 'Check the filters and joins before this node, or choose another target.', place },
    );
  }
  if (missing > 0) {
    report({
      severity: 'warning',
      code: 'missing-target',
      message: `${missing === 1 ? 'One row has' : `${formatCount(missing)} rows have`} no value of the target “${target.name}” and ${missing === 1 ? 'was' : 'were'} left out.`,
      remedy: 'Nothing, if these are rows to predict later.',
      place,
    });
  }
  const relation: Relation = { op: 'filter', input, predicate: call('is_not_null', base) };
  if (regression !== null) {
    if (rows < 2) throw tooFew(rows, place);
    const deviation = numberOf(regression.deviation());
    const width = deviation > 0 && Number.isFinite(1 / deviation) ? deviation : 1;
    const centre = numberOf(regression.mean());
    if (!(deviation > 0)) {
      report({
        severity: 'warning',
        code: 'constant-target',
        message: `The target “${target.name}” has the same value in every row; the model can only learn that value.`,
        remedy: 'Check that this is the column you want to predict.',
        place,
      });
    }
    const expr = call('multiply', call('subtract', base, lit(centre, 'float')), lit(1 / width, 'float'));
    return { relation, rows, classes: [], expr, centre, width };
  }
  const classes = await readClasses(target, base, relation, rows, tables);
  const expr = when(
    classes.slice(0, -1).map((label, index) => ({ when: call('equals', base, lit(label)), then: lit(index, 'float') })),
    lit(classes.length - 1, 'float'),
  );
  return { relation, rows, classes, expr, centre: 0, width: 1 };
}

/** The class label as text; null where missing. */
export function labelExpression(target: Column): Expr {
  switch (target.type) {
    case 'string':
      return call('nullif', col(target.name), lit(''));
    case 'float':
      return cast(cast(baseExpression(target), 'integer', 'null'), 'string');
    default:
      return cast(col(target.name), 'string');
  }
}

function checkType(task: LearningTask, target: Column): void {
  const problem = targetProblem(task, target);
  if (problem === null) return;
  throw new PenstockError('target-type', problem, {
    remedy: targetRemedy(task),
    place: { column: target.name, param: ['target'] },
  });
}

function tooFew(rows: number, place: PenstockError['place']): PenstockError {
  return new PenstockError('too-few-rows', `There ${rows === 1 ? 'is one row' : `are ${rows} rows`} with a target, which is too few to learn from.`, {
    remedy: 'Give the learner more rows.',
    ...(place === undefined ? {} : { place }),
  });
}

async function readClasses(target: Column, label: Expr, relation: Relation, rows: number, tables: Pick<TableServices, 'rows'>): Promise<string[]> {
  const place = { column: target.name, param: ['target'] };
  if (target.type === 'float') await refuseFractions(target, relation, tables);
  const counted: Relation = {
    op: 'aggregate',
    input: relation,
    keys: [named('label', label)],
    measures: [{ name: 'rows', fn: 'count' }],
  };
  const { rows: found } = await tables.rows({ op: 'limit', input: counted, count: MAX_CLASSES + 1, offset: 0 });
  const labels = found.map(([value]) => String(value));
  const [only] = labels;
  if (labels.length === 1) {
    throw new PenstockError('single-class', `Every row has the target “${target.name}” = ${only ?? ''}; there is nothing to tell apart.`, {
      remedy: 'Check the filters before this node, or choose a target with at least two classes.',
      place,
    });
  }
  if (labels.length > MAX_CLASSES) {
    throw new PenstockError('too-many-classes', `The target “${target.name}” has more than ${MAX_CLASSES} different values in ${formatCount(rows)} rows.`, {
      remedy: target.type === 'string' ? 'It looks like an identifier: choose another target.' : 'Use Linear Regression to predict a number, or choose another target.',
      place,
    });
  }
  refuseSimilar(target, labels);
  return sortLabels(target, labels);
}

/** Each class gets a probability column, and column names that differ only in capital letters are the same to a table. */
function refuseSimilar(target: Column, labels: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const label of labels) {
    const other = seen.get(nameKey(label));
    seen.set(nameKey(label), label);
    if (other === undefined) continue;
    throw new PenstockError('similar-classes', `The target “${target.name}” has the classes “${other}” and “${label}”, which differ only in capital letters.`, {
      remedy: `Make them one with a Formula node, such as lower(${target.name}), or give them different names.`,
      place: { column: target.name, param: ['target'] },
    });
  }
}

async function refuseFractions(target: Column, relation: Relation, tables: Pick<TableServices, 'rows'>): Promise<void> {
  const statistics = new Statistics();
  const value = baseExpression(target);
  const broken = statistics.ask('count', when([{ when: call('not_equals', value, cast(cast(value, 'integer', 'null'), 'float')), then: lit(1) }]));
  await statistics.load(relation, tables);
  if (!(numberOf(broken()) > 0)) return;
  throw new PenstockError('target-type', `“${target.name}” holds numbers with fractions, but this learner predicts classes.`, {
    remedy: 'Use Linear Regression to predict a number, or make classes of it with a Formula node.',
    place: { column: target.name, param: ['target'] },
  });
}

/** False before true, numbers by value, text by code unit. */
function sortLabels(target: Column, labels: readonly string[]): string[] {
  if (target.type === 'integer' || target.type === 'float') {
    return labels.toSorted((a, b) => {
      const [x, y] = [BigInt(a), BigInt(b)];
      return x < y ? -1 : x > y ? 1 : 0;
    });
  }
  return labels.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
