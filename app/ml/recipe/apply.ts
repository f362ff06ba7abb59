import { col, named, project } from '#app/relation/build.ts';
import type { Expr, NamedExpr, Relation } from '#app/relation/types.ts';
import type { TableServices } from '#app/sdk/node.ts';
import type { FittedRecipe, TextFeatures } from '#app/sdk/ports.ts';
import { fillPixels, type ImageServices } from './pixels.ts';
import { fillTerms, wordsOf } from './text.ts';
import { fillPlaces } from './words.ts';

/** What of a fitted recipe says how rows become features. */
type Features = Pick<FittedRecipe, 'outputs' | 'texts'>;

/** Columns that a query computes: features that are expressions, and for each text its words, or its path. Names are of no meaning. */
function queried({ outputs, texts = [] }: Features): { numbers: NamedExpr[]; positions: number[]; words: NamedExpr[] } {
  const expressions = outputs.flatMap((output, position) => ('expr' in output ? [{ position, expr: output.expr }] : []));
  return {
    numbers: expressions.map(({ expr }, index) => named(`feature ${index}`, expr)),
    positions: expressions.map(({ position }) => position),
    words: texts.map((text, index) => named(`words ${index}`, 'image' in text ? col(text.image) : wordsOf(text.expr))),
  };
}

/** The outputs of each text's terms, in the order of the terms. */
const termPositions = ({ outputs, texts = [] }: Features): number[][] =>
  texts.map((_text, at) => outputs.flatMap((output, position) => ('expr' in output || output.text !== at ? [] : [{ term: output.term, position }])).sort((a, b) => a.term - b.term).map(({ position }) => position));

/**
 * Features of rows, and further numeric columns behind them: row-major [rows × (outputs + beside)], missing values NaN. Words of texts
 * are cut in SQL and counted here, images are read by a worker; the rows are then written first, so that numbers and words are read in one order.
 */
export async function readFeatures(
  fitted: Features,
  relation: Relation,
  beside: readonly Expr[],
  tables: Pick<TableServices, 'matrix' | 'column' | 'materialise'>,
  services: ImageServices = {},
): Promise<{ data: Float32Array; rows: number }> {
  const { numbers, positions, words } = queried(fitted);
  const columns = [...numbers, ...beside.map((expr, index) => named(`beside ${index}`, expr))];
  const names = columns.map(({ name }) => name);
  if (words.length === 0) return tables.matrix(project(relation, columns), names);
  const written = await tables.materialise(project(relation, [...columns, ...words]), 'features');
  // A table of words alone has no matrix, but still has rows.
  const read = columns.length > 0 ? await tables.matrix(written.relation, names) : null;
  const texts: (string | null)[][] = [];
  for (const { name } of words) {
    const column = await tables.column(written.relation, name);
    // Words are text: only a numeric column would be an array of numbers.
    texts.push(column instanceof Float64Array ? [] : column);
  }
  const rows = read?.rows ?? texts[0]?.length ?? 0;
  const stride = fitted.outputs.length + beside.length;
  const data = spread(read?.data ?? new Float32Array(), rows, [...positions, ...beside.map((_each, index) => fitted.outputs.length + index)], stride);
  await fill(fitted, texts, data, stride, services);
  return { data, rows };
}

/** The same for few rows, by a query that gives rows: row-major [rows × outputs]. */
export async function featuresOfFew(fitted: Features, relation: Relation, tables: Pick<TableServices, 'rows'>, services: ImageServices = {}): Promise<Float32Array> {
  const { numbers, positions, words } = queried(fitted);
  const { rows } = await tables.rows(project(relation, [...numbers, ...words]));
  const cells = Float32Array.from(rows.flatMap((row) => row.slice(0, numbers.length)), (cell) => (cell === null ? Number.NaN : Number(cell)));
  const data = spread(cells, rows.length, positions, fitted.outputs.length);
  const texts = words.map((_each, index) => rows.map((row) => textOf(row[numbers.length + index])));
  await fill(fitted, texts, data, fitted.outputs.length, services);
  return data;
}

const textOf = (cell: unknown): string | null => (typeof cell === 'string' ? cell : null);

/** Narrow rows into wide ones, each column at its position; the rest is 0. */
function spread(narrow: Float32Array, rows: number, positions: readonly number[], stride: number): Float32Array {
  const wide = new Float32Array(rows * stride);
  const width = positions.length;
  for (let row = 0; row < rows; row += 1) {
    for (let at = 0; at < width; at += 1) wide[row * stride + (positions[at] ?? 0)] = narrow[row * width + at] ?? Number.NaN;
  }
  return wide;
}

async function fill(fitted: Features, texts: readonly (readonly (string | null)[])[], data: Float32Array, stride: number, services: ImageServices): Promise<void> {
  const positions = termPositions(fitted);
  const fillOne = (text: TextFeatures, lines: readonly (string | null)[], at: readonly number[]): void | Promise<void> => {
    if ('image' in text) return fillPixels(text, lines, data, stride, at, services);
    return 'terms' in text ? fillTerms(text, lines, data, stride, at) : fillPlaces(text, lines, data, stride, at);
  };
  for (const [index, text] of (fitted.texts ?? []).entries()) await fillOne(text, texts[index] ?? [], positions[index] ?? []);
}
