import { asc, call, cast, col, lit, named, project, when } from '#app/relation/build.ts';
import { freeName } from '#app/relation/free-name.ts';
import type { Column, Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import { predictionColumn, probabilityColumn, type TableValue } from '#app/sdk/ports.ts';
import { testedSchema } from '#app/sdk/scores.ts';
import { classValue } from '../model/predict-table.ts';
import type { NumberedRows } from './fold-table.ts';
import type { TestedRows } from './run-fold.ts';

export interface TestedPart {
  /** Index into `names`. */
  readonly learner: number;
  readonly repeat: number;
  readonly fold: number;
  readonly tested: TestedRows;
}

/** The tested rows with learner, repeat, fold and prediction (`testedSchema`), in that order and then in the order of places. */
export async function testedTable(rows: NumberedRows, names: readonly string[], parts: readonly TestedPart[], tables: Pick<TableServices, 'fromColumns' | 'materialise'>): Promise<TableValue> {
  const { task, target, classes } = rows;
  const total = parts.reduce((sum, { tested }) => sum + tested.places.length, 0);
  const column = (value: (part: TestedPart, row: number) => number): Float64Array => {
    const values = new Float64Array(total);
    let at = 0;
    for (const part of parts) for (let row = 0; row < part.tested.places.length; row += 1) values[at++] = value(part, row);
    return values;
  };
  // Beside the table's columns, so that no name of one can stand for the other.
  const taken: Column[] = [...rows.schema, { name: rows.place, type: 'integer' }];
  const fresh = (wanted: string, type: Column['type']): string => {
    const name = freeName(wanted, taken);
    taken.push({ name, type });
    return name;
  };
  const [learner, repeat, fold, predicted] = [fresh('tested_learner', 'integer'), fresh('tested_repeat', 'integer'), fresh('tested_fold', 'integer'), fresh('tested_prediction', 'float')];
  const probabilities = classes.map((_label, index) => fresh(`tested_p${index}`, 'float'));
  const numbers = await tables.fromColumns(
    [
      { name: rows.place, type: 'integer', values: column(({ tested }, row) => tested.places[row] ?? 0) },
      { name: learner, type: 'integer', values: column((part) => part.learner) },
      { name: repeat, type: 'integer', values: column((part) => part.repeat) },
      { name: fold, type: 'integer', values: column((part) => part.fold) },
      { name: predicted, type: 'float', values: column(({ tested }, row) => tested.predicted[row] ?? Number.NaN) },
      ...probabilities.map((name, index) => ({ name, type: 'float' as const, values: column(({ tested }, row) => tested.probabilities?.[row * classes.length + index] ?? Number.NaN) })),
    ],
    'tested rows',
  );
  const joined: Relation = { op: 'join', kind: 'inner', left: rows.relation, right: numbers.relation, on: [{ left: rows.place, right: rows.place }], rightSuffix: '_tested' };
  const sorted: Relation = { op: 'sort', input: joined, keys: [learner, repeat, fold, rows.place].map((name) => asc(col(name))) };
  const output = testedSchema(rows.schema, target, task === 'classification' ? classes : null);
  const label: Expr =
    task === 'regression'
      ? col(predicted)
      : when(classes.map((cls, index) => ({ when: call('equals', col(predicted), lit(index, 'float')), then: classLiteral(cls, target) })));
  const made = new Map<string, Expr>([
    [output.learner, when(names.map((name, index) => ({ when: call('equals', col(learner), lit(index)), then: lit(name) })))],
    [output.repeat, col(repeat)],
    [output.fold, col(fold)],
    [predictionColumn(target.name), label],
    ...classes.map((cls, index): [string, Expr] => [probabilityColumn(target.name, cls), col(probabilities[index] ?? '')]),
  ]);
  return tables.materialise(project(sorted, output.schema.map(({ name }) => named(name, made.get(name) ?? col(name)))), 'tested rows');
}

/** A label in the target's type; whole numbers beyond 2⁵³ are read from their digits. */
function classLiteral(label: string, { type }: Column): Expr {
  if (type === 'integer') return cast(lit(label), 'integer');
  return type === 'boolean' ? lit(label === 'true') : lit(classValue(label, type), type);
}
