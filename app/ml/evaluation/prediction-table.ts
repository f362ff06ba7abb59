import { PenstockError } from '#app/core/errors.ts';
import { call, col, lit, named, when } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { LearningTask, PortValue, TableValue } from '#app/sdk/ports.ts';
import { findPredictionColumns, type PredictionColumns } from '#app/sdk/prediction.ts';
import { labelExpression } from '../model/target.ts';
import { numberOf } from '../recipe/statistics.ts';

/** The table of an evaluate node with its target and prediction columns. @throws PenstockError `no-predictions`, `wrong-task`. */
export function predictionTable(value: PortValue | undefined, params: { readonly target: string; readonly predicted: string }, task: LearningTask): { table: TableValue; columns: PredictionColumns } {
  if (value?.kind !== 'table') throw new PenstockError('input-missing', 'There is no table to evaluate.', { remedy: 'Connect the output of a Predict node.' });
  const found = findPredictionColumns(value.schema, params);
  if (!found.ok) throw new PenstockError('no-predictions', found.message, { remedy: found.remedy });
  if (found.columns.task !== task) {
    throw new PenstockError('wrong-task', wrongTask(found.columns, task), {
      remedy: task === 'classification' ? 'Use Regression Diagnostics for predicted numbers.' : 'Use Confusion Matrix or ROC / PR for predicted classes.',
      place: { column: found.columns.target.name },
    });
  }
  return { table: value, columns: found.columns };
}

function wrongTask(columns: PredictionColumns, task: LearningTask): string {
  return `“${columns.predicted.name}” predicts ${columns.task === 'regression' ? 'numbers' : 'classes'}, but this node evaluates ${task === 'regression' ? 'predicted numbers' : 'predicted classes'}.`;
}

export interface LabelCounts {
  readonly pairs: readonly (readonly [truth: string, predicted: string, rows: number])[];
  /** Rows without a true value or without a prediction. */
  readonly leftOut: number;
}

/** Rows by true and predicted label, as text. */
export async function countLabels(table: TableValue, columns: PredictionColumns, tables: Pick<TableServices, 'rows'>): Promise<LabelCounts> {
  const counted: Relation = {
    op: 'aggregate',
    input: table.relation,
    keys: [named('truth', labelExpression(columns.target)), named('predicted', labelExpression(columns.predicted))],
    measures: [{ name: 'rows', fn: 'count' }],
  };
  const { rows } = await tables.rows(counted);
  let leftOut = 0;
  const pairs: [string, string, number][] = [];
  for (const [truth, predicted, count] of rows) {
    if (typeof truth === 'string' && typeof predicted === 'string') pairs.push([truth, predicted, numberOf(count ?? null)]);
    else leftOut += numberOf(count ?? null);
  }
  // Labels that have no probability column follow in a fixed order.
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0));
  return { pairs, leftOut };
}

export interface ClassScores {
  readonly classes: readonly string[];
  readonly rows: number;
  /** Index into `classes`; −1 where the true label is none of them. */
  readonly truth: Int32Array;
  /** Row-major [rows × classes]. */
  readonly probabilities: Float32Array;
}

/** True classes and probabilities of all rows with a true value, in one query so that they belong together. */
export async function readScores(table: TableValue, columns: PredictionColumns, tables: Pick<TableServices, 'matrix'>): Promise<ClassScores> {
  const label = labelExpression(columns.target);
  const classes = columns.probabilities.map(({ cls }) => cls);
  const index: Expr = when(
    classes.map((cls, position) => ({ when: call('equals', label, lit(cls)), then: lit(position, 'float') })),
    lit(-1, 'float'),
  );
  const relation: Relation = {
    op: 'project',
    input: { op: 'filter', input: table.relation, predicate: call('is_not_null', label) },
    columns: [named('truth', index), ...columns.probabilities.map(({ column }, position) => named(`p${position}`, col(column)))],
  };
  const width = classes.length;
  const { data, rows } = await tables.matrix(relation, ['truth', ...classes.map((_cls, position) => `p${position}`)]);
  const truth = new Int32Array(rows);
  const probabilities = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const at = row * (width + 1);
    truth[row] = data[at] ?? -1;
    probabilities.set(data.subarray(at + 1, at + 1 + width), row * width);
  }
  return { classes, rows, truth, probabilities };
}
