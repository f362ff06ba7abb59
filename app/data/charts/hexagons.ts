import type { Column } from '#app/relation/types.ts';
import { quoteName } from '../sql.ts';
import { extentOf, isTime, type ChartSource, type SqlValue } from './source.ts';
import { isoText } from './time-bins.ts';

/**
 * Hexagons over two axes: centres at (i, j) and, between those, at (i + ½, j + ½) in steps of the width along x and of two rows along y.
 * A point belongs to the centre that is nearer in the picture (Carr et al. 1987, “Scatterplot matrix techniques for large N”): with
 * a = |u − round u| and b = |v − round v| the distances are a² + 3b² to the first lattice and (½ − a)² + 3(½ − b)² to the second, so that
 * it is the first one just where a + 3b ≤ 1.
 */

/** Hexagons across, and rows of them: regular in a drawing twice as wide as it is high. */
const across = 80;
const up = 46;
/** Axes of fewer whole numbers than this share of the hexagons have no use for them: they would be stretched. */
const fewest = 0.5;
/** More than twice the rows: keys of cells are row × this + column, both in half steps. */
const stride = 4096;

/** One axis in what hexagons are equally wide in: numbers, their decimal logarithms, or ms since 1970 UTC. */
interface Side {
  readonly column: Column;
  readonly log: boolean;
  readonly from: number;
  /** Between neighbours along x; between every other row along y. */
  readonly step: number;
  readonly position: string;
}

export interface Lattice {
  readonly x: Side;
  readonly y: Side;
  /** Of a hexagon with a corner up, in the axes' positions. */
  readonly width: number;
  readonly height: number;
}

const day = 86_400_000;

/** Null where an axis has no values, or so few whole steps that rectangles show it better. The lattice is that of the whole table. */
export async function latticeOf(source: ChartSource, x: Column, y: Column, logs: { readonly x: boolean; readonly y: boolean }): Promise<Lattice | null> {
  const [along, upward] = [await sideOf(source, x, logs.x, across, 1), await sideOf(source, y, logs.y, up, 2)];
  return along === null || upward === null ? null : { x: along, y: upward, width: along.step, height: (2 / 3) * upward.step };
}

/** @param rows Hexagons of one step: 2 along y, where a step has two rows. */
async function sideOf(source: ChartSource, column: Column, log: boolean, wanted: number, rows: 1 | 2): Promise<Side | null> {
  const extent = await extentOf(source, column, log);
  const ends = log ? [extent.lowPositive, extent.high] : [extent.low, extent.high];
  const [low, high] = ends.map((end) => (end === null || end === undefined ? null : log ? Math.log10(end) : end));
  if (low === null || low === undefined || high === null || high === undefined) return null;
  const name = quoteName(column.name);
  const position = isTime(column.type) ? `epoch_ms(${name}::timestamp)::double` : log ? `log10(${name}::double)` : `${name}::double`;
  const unit = log ? null : column.type === 'integer' ? 1 : column.type === 'date' ? day : null;
  const span = high - low;
  if (!Number.isFinite(span)) return null;
  if (unit === null) {
    // One value alone gets a hexagon that floating point can tell from its neighbours.
    const step = (rows * span) / wanted;
    return { column, log, from: low, step: span > Math.max(Math.abs(low), Math.abs(high)) * 1e-12 ? step : Math.max(1, Math.abs(low) * 1e-6), position };
  }
  if (span / unit < (fewest * wanted * 2) / rows) return null;
  // Whole numbers get even steps: only then no hexagon, and neither lattice, has more of them than its neighbour.
  const step = 2 * unit * Math.max(1, Math.round((rows * span) / unit / wanted / 2));
  return { column, log, from: rows === 1 ? low - unit / 2 : low, step, position };
}

export interface Hexagon {
  /** Centre, as the axes write values. */
  readonly x: number | string;
  readonly y: number | string;
  readonly rows: number;
  readonly value: number | null;
}

/** Rows, and a measure of them, in every hexagon that has any; from the lowest row up, left to right. */
export async function hexagonsOf(source: ChartSource, lattice: Lattice, where: string, measure: string | null): Promise<Hexagon[]> {
  const scaled = (side: Side): string => `(${side.position} - (${side.from})) / ${side.step}`;
  const needed = measure === null ? '' : `, ${measure} as m`;
  // Twice the place of the centre: even in the first lattice, odd in the second.
  const place = (nearest: string, below: string): string => `case when abs(u - round_u) + 3 * abs(v - round_v) <= 1 then ${nearest} else ${below} end`;
  const cells = await source.query(
    `select k, count(*), ${measure === null ? 'null' : 'avg(m)'} from (
       select (${place(`2 * ${stride} * round_v + 2 * round_u`, `2 * ${stride} * floor(v) + ${stride} + 2 * floor(u) + 1`)})::integer as k${measure === null ? '' : ', m'}
       from (select u, v, floor(u + 0.5) as round_u, floor(v + 0.5) as round_v${measure === null ? '' : ', m'} from (select ${scaled(lattice.x)} as u, ${scaled(lattice.y)} as v${needed} from (${source.rows}) where ${where}))
     ) group by 1 order by 1`,
  );
  return cells.map(([key, rows, value]) => {
    const column = Number(key) % stride;
    return { x: written(lattice.x, column), y: written(lattice.y, (Number(key) - column) / stride), rows: Number(rows), value: number(value) };
  });
}

const number = (value: SqlValue | undefined): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

function written({ column, log, from, step }: Side, halves: number): number | string {
  const at = from + (halves * step) / 2;
  if (isTime(column.type)) return isoText(Math.round(at), false);
  return Number((log ? 10 ** at : at).toPrecision(12));
}
