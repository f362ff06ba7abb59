import { PenstockError } from '#app/core/errors.ts';
import { sharedFloats } from '#app/core/shared-table.ts';
import { formatCount } from '#app/core/units.ts';
import { call, cast, col, lit } from '#app/relation/build.ts';
import type { Expr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { FittedRecipe } from '#app/sdk/ports.ts';
import { readFeatures } from '../recipe/apply.ts';
import type { ImageServices } from '../recipe/pixels.ts';

/** Features × rows above this do not fit beside the training itself (float32: 2 GB). */
const MAX_CELLS = 500_000_000;
/** Row numbers are read in two parts, because a float32 holds whole numbers only up to 2²⁴. */
const PART = 65_536;

export interface FeatureRows {
  /** Row-major [rows × features]. */
  readonly matrix: Float32Array;
  readonly rows: number;
  /** [rows] for each of `beside`. */
  readonly beside: readonly Float64Array[];
  /** [rows], rising: the number of each row; empty without a `place`. */
  readonly places: Int32Array;
}

export interface FeatureRowsOptions extends ImageServices {
  /** Rows expected; refused before anything is read where they are too many. */
  readonly rows: number;
  /** Column of the relation with a whole number of each row's own: rows come in its order, whatever order the query gives. */
  readonly place?: string | undefined;
  /** The matrix on memory that workers and their kernels share: nothing of it is copied, neither on the way to a worker nor there. */
  readonly shared?: boolean | undefined;
}

/**
 * Features of rows, and further numbers (float) beside them, read so that they belong together.
 * @throws PenstockError `table-too-large`.
 */
export async function readFeatureRows(fitted: FittedRecipe, relation: Relation, beside: readonly Expr[], tables: Pick<TableServices, 'matrix' | 'column' | 'materialise'>, options: FeatureRowsOptions): Promise<FeatureRows> {
  const width = fitted.outputs.length;
  if (options.rows * width > MAX_CELLS) {
    throw new PenstockError('table-too-large', `${formatCount(options.rows)} rows × ${width} features are too much to train on in memory.`, {
      remedy: tooLargeRemedy(fitted),
    });
  }
  const further = [...beside, ...(options.place === undefined ? [] : placeParts(options.place))];
  const { data, rows } = await readFeatures(fitted, relation, further, tables, options);
  const stride = width + further.length;
  const order = options.place === undefined ? null : orderOf(data, rows, stride);
  const matrix = options.shared === true ? sharedFloats(rows * width) : new Float32Array(rows * width);
  const numbers = beside.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row += 1) {
    const at = (order === null ? row : (order.rows[row] ?? 0)) * stride;
    const to = row * width;
    for (let column = 0; column < width; column += 1) matrix[to + column] = data[at + column] ?? Number.NaN;
    for (const [index, values] of numbers.entries()) values[row] = data[at + width + index] ?? Number.NaN;
  }
  return { matrix, rows, beside: numbers, places: order?.places ?? new Int32Array() };
}

function tooLargeRemedy({ texts = [] }: FittedRecipe): string {
  if (texts.some((text) => 'image' in text)) return 'Choose a smaller image size, or take a sample.';
  if (texts.some((text) => 'places' in text)) return 'Read fewer words of each text, or take a sample.';
  return 'Take a sample, choose fewer features, or lower the number of categories in the one-hot step.';
}

function placeParts(place: string): Expr[] {
  const low = call('mod', col(place), lit(PART));
  return [cast(call('divide', call('subtract', col(place), low), lit(PART)), 'float'), cast(low, 'float')];
}

/** The rows of `data` by rising place, which stands in the last two of its columns. Places are different, so that no sort is needed. */
function orderOf(data: Float32Array, rows: number, width: number): { rows: Int32Array; places: Int32Array } {
  const placeAt = (row: number): number => (data[row * width + width - 2] ?? 0) * PART + (data[row * width + width - 1] ?? 0);
  let last = -1;
  for (let row = 0; row < rows; row += 1) last = Math.max(last, placeAt(row));
  const rowAt = new Int32Array(last + 1).fill(-1);
  for (let row = 0; row < rows; row += 1) rowAt[placeAt(row)] = row;
  const order = new Int32Array(rows);
  const places = new Int32Array(rows);
  let count = 0;
  for (let place = 0; place <= last; place += 1) {
    const row = rowAt[place] ?? -1;
    if (row < 0) continue;
    order[count] = row;
    places[count] = place;
    count += 1;
  }
  return { rows: order, places };
}
