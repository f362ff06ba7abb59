import { isCancelled, PenstockError, type Diagnostic } from '#app/core/errors.ts';
import { formatCount } from '#app/core/units.ts';
import { asc, call, cast, col, filter, lit, named, project } from '#app/relation/build.ts';
import { freeName } from '#app/relation/free-name.ts';
import type { Column, Expr, Relation, Schema, SortKey } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { LearningTask, TableValue } from '#app/sdk/ports.ts';
import { prepareTarget } from '../model/target.ts';
import { baseExpression } from '../recipe/columns.ts';
import { foreignDiagnostic, foreignError } from './faults.ts';
import type { Folds, Groups, Split } from './folds.ts';

/** The rows of a table that can be tested, each with a number of its own from 0. */
export interface NumberedRows {
  /** Written once: the table's columns, then `place`. */
  readonly relation: Relation;
  /** The table's columns. */
  readonly schema: Schema;
  readonly place: string;
  readonly rows: number;
  readonly task: LearningTask;
  readonly target: Column;
  /** Labels in order; empty for regression. */
  readonly classes: readonly string[];
  /** [rows] by place: the index of the true class, or the true value. */
  readonly truth: Float64Array;
}

type Tables = Pick<TableServices, 'rows' | 'count' | 'column' | 'materialise' | 'fromColumns'>;

/**
 * Leaves out rows without a target and numbers the others by a hash of their values (docs/decisions/folds-and-scores.md), so that
 * folds do not depend on the order of rows or the number of threads; only equal rows may change places.
 * @param key columns that tell rows apart: hashing these alone is quicker. Empty: all columns.
 * @throws PenstockError those of prepareTarget, `unknown-column`.
 */
export async function numberRows(task: LearningTask, target: Column, table: TableValue, tables: Tables, report: (diagnostic: Diagnostic) => void, key: readonly string[] = []): Promise<NumberedRows> {
  const { schema } = table;
  const prepared = await prepareTarget(task, target, table.relation, tables, (diagnostic) => report(foreignDiagnostic(diagnostic))).catch((error: unknown) => {
    throw error instanceof PenstockError && !isCancelled(error) ? foreignError(error) : error;
  });
  const place = freeName('place', schema);
  const ranked: Relation = { op: 'window', input: prepared.relation, columns: [{ name: place, fn: 'row_number', partitionBy: [], orderBy: hashOrder(schema, key) }] };
  const columns = schema.map(({ name }) => named(name, col(name)));
  const { relation } = await tables.materialise(project(ranked, [...columns, named(place, call('subtract', col(place), lit(1)))]), 'numbered rows');
  const truth = await byPlace({ relation, place }, task === 'regression' ? baseExpression(target) : prepared.expr, tables);
  return { relation, schema, place, rows: truth.length, task, target, classes: prepared.classes, truth: Float64Array.from(truth, Number) };
}

/** By the hash of the key, where it does not tell rows apart by their other values. */
function hashOrder(schema: Schema, key: readonly string[]): SortKey[] {
  const unknown = key.find((name) => !schema.some((column) => column.name === name));
  if (unknown !== undefined) throw new PenstockError('unknown-column', `The table has no column “${unknown}”.`, { remedy: 'Choose the key again.', place: { param: ['key'], column: unknown } });
  const hashed = key.length > 0 ? key : schema.map(({ name }) => name);
  const others = schema.filter(({ name }) => !hashed.includes(name));
  return [asc(call('hash_fraction', lit(0), ...hashed.map(col))), ...others.map(({ name }) => asc(col(name)))];
}

async function byPlace({ relation, place }: Pick<NumberedRows, 'relation' | 'place'>, expr: Expr, tables: Tables): Promise<Float64Array | (string | null)[]> {
  const value = place === 'value' ? 'value_' : 'value';
  const input = project(relation, [named(value, expr), named(place, col(place))]);
  return tables.column({ op: 'sort', input, keys: [asc(col(place))] }, value);
}

/** The groups of a column, by label; rows where it is missing are a group of their own (reported). */
export async function readGroups(rows: NumberedRows, column: Column, tables: Tables, report: (diagnostic: Diagnostic) => void): Promise<Groups> {
  const texts = [...(await byPlace(rows, cast(col(column.name), 'string'), tables))].map((value) => (value === null ? null : String(value)));
  const numeric = column.type === 'integer' || column.type === 'float';
  const labels = [...new Set(texts.flatMap((text) => text ?? []))].sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1));
  const missing = texts.filter((text) => text === null).length;
  if (missing > 0) {
    report({
      severity: 'info',
      code: 'missing-group',
      message: `“${column.name}” is missing in ${missing === 1 ? 'one row' : `${formatCount(missing)} rows`}, which count as one group.`,
      remedy: 'Fill the column or filter such rows out if they do not belong together.',
      place: { param: ['group'], column: column.name },
    });
  }
  const position = new Map<string | null, number>(labels.map((label, index) => [label, index]));
  if (missing > 0) position.set(null, labels.length);
  return { title: column.name, index: Int32Array.from(texts, (text) => position.get(text) ?? 0), labels: missing > 0 ? [...labels, 'missing'] : labels };
}

/** Times as numbers that grow with them, by place; NaN where missing (reported). */
export async function readTimes(rows: NumberedRows, column: Column, tables: Tables, report: (diagnostic: Diagnostic) => void): Promise<Float64Array> {
  const number = column.type === 'integer' || column.type === 'float' ? cast(col(column.name), 'float') : call('epoch', cast(col(column.name), 'timestamp'));
  const values = Float64Array.from(await byPlace(rows, number, tables), Number);
  const missing = values.filter((time) => Number.isNaN(time)).length;
  if (missing > 0) {
    report({
      severity: 'info',
      code: 'missing-time',
      message: `“${column.name}” is missing in ${missing === 1 ? 'one row, which counts' : `${formatCount(missing)} rows, which count`} as known from the start: trained on, never tested.`,
      remedy: 'Fill the column or filter such rows out if that is not so.',
      place: { param: ['time'], column: column.name },
    });
  }
  return values;
}

/** Numbered rows with a block for each repeat, as a table that the rows of any split are a filter of. */
export interface FoldTable {
  readonly relation: Relation;
  trainingRows(split: Split): Relation;
  testRows(split: Split): Relation;
}

/** Writes the blocks of `folds` beside the rows, and `beside` ([rows] by place) where given. */
export async function foldTable(rows: NumberedRows, folds: Folds, tables: Tables, beside: readonly { readonly name: string; readonly values: Float64Array }[] = []): Promise<FoldTable> {
  const taken: Column[] = [...rows.schema, { name: rows.place, type: 'integer' }, ...beside.map(({ name }): Column => ({ name, type: 'float' }))];
  const blocks = folds.blocks.map((values) => {
    const name = freeName('block', taken);
    taken.push({ name, type: 'integer' });
    return { name, type: 'integer' as const, values };
  });
  const columns = [...blocks, ...beside.map(({ name, values }) => ({ name, type: 'float' as const, values }))];
  const numbers = await tables.fromColumns([{ name: rows.place, type: 'integer', values: Int32Array.from({ length: rows.rows }, (_unused, index) => index) }, ...columns], 'blocks');
  const joined: Relation = { op: 'join', kind: 'inner', left: rows.relation, right: numbers.relation, on: [{ left: rows.place, right: rows.place }], rightSuffix: '_block' };
  const { relation } = await tables.materialise(joined, 'folds');
  const block = (split: Split): Expr => col(blocks[split.repeat - 1]?.name ?? '');
  return {
    relation,
    trainingRows: (split) =>
      filter(
        relation,
        call('and', call('and', call('greater_than_or_equal', block(split), lit(split.from)), call('less_than_or_equal', block(split), lit(split.to))), call('not_equals', block(split), lit(split.test))),
      ),
    testRows: (split) => filter(relation, call('equals', block(split), lit(split.test))),
  };
}
