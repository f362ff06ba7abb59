import { cast, col, named } from '#app/relation/build.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { datedNumber, isDated } from '#app/sdk/model-input.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { FittedRecipe, ModelSignature } from '#app/sdk/ports.ts';
import type { LearnerHead } from '../learners/types.ts';
import { featuresOfFew } from '../recipe/apply.ts';
import type { GoldenOutputs, GoldenRows } from './parity.ts';
import { scoreHead } from './score-head.ts';

const FROM_DATA = 198;
type Cell = null | boolean | number | string;

/**
 * Up to 198 rows of the training data, a row in which everything is missing, and a row of texts never seen, each with the
 * prediction expected by a path that does not use the assembled file: features by SQL, then the head alone.
 */
export async function makeGolden(
  fitted: FittedRecipe,
  head: LearnerHead,
  signature: ModelSignature,
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
): Promise<GoldenRows> {
  // Integers go as floats, which is how the model takes them: beyond 2^53 both round alike.
  const schema: Schema = fitted.inputs.map((column) => (column.type === 'integer' ? { name: column.name, type: 'float' } : column));
  const raw = fitted.inputs.map((column) => named(column.name, column.type === 'integer' ? cast(col(column.name), 'float') : col(column.name)));
  const sample = await tables.rows({ op: 'limit', input: { op: 'project', input: relation, columns: raw }, count: FROM_DATA, offset: 0 });
  const rows: Cell[][] = sample.rows.map((row) => row.map((cell, index) => (isGiven(cell, schema[index]) ? cell : null)));
  rows.push(schema.map(() => null));
  const [template] = rows;
  if (template !== undefined && schema.some((column) => column.type === 'string')) {
    rows.push(schema.map((column, index) => (column.type === 'string' ? '\u2603 never seen' : (template[index] ?? null))));
  }
  const values: Relation = { op: 'scan', source: { kind: 'values', rows }, schema, label: 'golden rows' };
  const matrix = await featuresOfFew(fitted, values, tables);
  return {
    signature,
    rows: rows.length,
    inputs: Object.fromEntries(schema.map((column, index) => [column.name, rows.map((row) => row[index] ?? null)])),
    outputs: await expectedOutputs(head, signature, matrix, rows.length, fitted.outputs.length),
  };
}

/** Whether a record could hold the value: infinities, NaN and dates beyond the year 9999 are missing there. */
function isGiven(cell: Cell, column: Column | undefined): boolean {
  if (typeof cell === 'number') return Number.isFinite(cell);
  return column === undefined || !isDated(column) || (typeof cell === 'string' && datedNumber(column.type, cell) !== null);
}

async function expectedOutputs(head: LearnerHead, signature: ModelSignature, matrix: Float32Array, rows: number, width: number): Promise<GoldenOutputs> {
  const { label, probabilities, prediction } = await scoreHead(head, signature, matrix, rows, width);
  if (prediction !== undefined) return { prediction: Array.from(prediction) };
  const classes = signature.classes?.length ?? 0;
  return {
    label: Array.from(label ?? []),
    probabilities: Array.from({ length: rows }, (_unused, row) => Array.from(probabilities?.subarray(row * classes, (row + 1) * classes) ?? [])),
  };
}
