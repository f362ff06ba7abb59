import { cast, col, named } from '#app/relation/build.ts';
import type { Column, Relation, Schema } from '#app/relation/types.ts';
import { datedNumber, isDated } from '#app/sdk/model-input.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { FittedRecipe, ImageInput, ModelSignature } from '#app/sdk/ports.ts';
import type { LearnerHead } from '../learners/types.ts';
import { featuresOfFew } from '../recipe/apply.ts';
import type { ImageServices } from '../recipe/pixels.ts';
import { runTask } from '../worker/run-task.ts';
import type { GoldenOutputs, GoldenRows } from './parity.ts';
import { scoreHead } from './score-head.ts';

const FROM_DATA = 198;
/** Of the images of one column in a model's golden rows. */
const IMAGE_CHARACTERS = 400_000;
type Cell = null | boolean | number | string;

/**
 * Up to 198 rows of the training data, a row in which everything is missing, and a row of texts never seen, each with the
 * prediction expected by a path that does not use the assembled file: features by SQL, then the head alone. Of images some, none missing.
 */
export async function makeGolden(
  fitted: FittedRecipe,
  head: LearnerHead,
  signature: ModelSignature,
  relation: Relation,
  tables: Pick<TableServices, 'rows'>,
  services: ImageServices = {},
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
  const { kept, texts } = await readImages(rows, schema, fitted, services);
  const values: Relation = { op: 'scan', source: { kind: 'values', rows: kept }, schema, label: 'golden rows' };
  const matrix = kept.length === 0 ? new Float32Array() : await featuresOfFew(fitted, values, tables, services);
  return {
    signature,
    rows: kept.length,
    inputs: Object.fromEntries(schema.map((column, index) => [column.name, texts.get(column.name) ?? kept.map((row) => row[index] ?? null)])),
    outputs: await expectedOutputs(head, signature, matrix, kept.length, fitted.outputs.length),
  };
}

/** The inputs of a fitted recipe that are images. */
export const imagesOf = ({ texts = [] }: FittedRecipe): ImageInput[] => texts.flatMap((text) => ('image' in text ? [{ column: text.image, width: text.width, height: text.height }] : []));

/** Rows whose images can be read, as many as fit, and what stands for the images in a record (`ImageInput`). Without images: all rows. */
async function readImages(rows: readonly (readonly Cell[])[], schema: Schema, { texts = [] }: FittedRecipe, { signal, resolvePath }: ImageServices): Promise<{ readonly kept: readonly (readonly Cell[])[]; readonly texts: ReadonlyMap<string, readonly string[]> }> {
  let kept = rows;
  const found = new Map<string, readonly string[]>();
  for (const text of texts) {
    if (!('image' in text)) continue;
    const { image, width, height } = text;
    const at = schema.findIndex(({ name }) => name === image);
    const paths = kept.map((row) => (typeof row[at] === 'string' ? (resolvePath?.(row[at]) ?? row[at]) : null));
    const read = (await runTask('read-images', { paths, width, height }, signal === undefined ? {} : { signal })).texts;
    const most = Math.max(2, Math.floor(IMAGE_CHARACTERS / (4 * width * height)));
    const places = [...kept.keys()].filter((row) => read[row] !== '').slice(0, most);
    for (const [column, values] of found) found.set(column, places.map((row) => values[row] ?? ''));
    found.set(image, places.map((row) => read[row] ?? ''));
    kept = places.map((row) => kept[row] ?? []);
  }
  return { kept, texts: found };
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
