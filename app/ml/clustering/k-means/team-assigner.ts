import { Arena } from '../../kernels/arena.ts';
import { Team, teamSize } from '../../kernels/team.ts';
import type { PointSet } from '../points.ts';
import type { Assigner } from './assigner.ts';
import { fixed, moved, rowParts } from './region.ts';

/** Where a centre lies that is none: no row comes near it. */
const nowhere = 1e18;

/**
 * Nearest centres on all cores, with bounds by which most rows need no distance (Hamerly 2010, “Making k-means even faster”). Float32 distances
 * from the rows' own mean; bounds allow for their rounding.
 * @param means of the columns
 */
export async function teamAssigner({ data, rows, columns }: PointSet, k: number, means: Float64Array): Promise<Assigner> {
  const arena = new Arena();
  const threads = teamSize();
  const pitch = Math.ceil(k / 4) * 4;
  const integers = new Int32Array(64);
  const partBytes = Math.ceil((k * columns * 8 + k * 4) / 16) * 16;
  const at = {
    data: arena.take(rows * columns * 4),
    centres: arena.take(columns * pitch * 4),
    labels: arena.take(rows * 4),
    upper: arena.take(rows * 4),
    lower: arena.take(rows * 4),
    moves: arena.take(k * 4),
    gaps: arena.take(k * 4),
    parts: arena.take(rowParts * partBytes),
    room: arena.take(threads * pitch * 4),
    changed: arena.take(rowParts * 4),
  };
  for (const [name, place] of Object.entries(at)) integers[fixed[name as keyof typeof at]] = place;
  integers.set([rows, columns, k, pitch], fixed.rows);
  integers[fixed.partBytes] = partBytes;
  integers[fixed.roomBytes] = pitch * 4;
  const team = await Team.start(arena, threads);
  team.integers.set(integers);
  // A distance sums up `columns` squares of float32; a root and a few additions come on top.
  team.floats[moved.slack] = (columns + 16) * 1.2e-7;
  const shift = Float32Array.from(means);
  const rowsAt = arena.f32(at.data, rows * columns);
  for (let i = 0, to = 0; i < rows; i++) for (let c = 0; c < columns; c++, to++) rowsAt[to] = (data[to] as number) - (shift[c] as number);
  const views = {
    centres: arena.f32(at.centres, columns * pitch),
    moves: arena.f32(at.moves, k),
    gaps: arena.f32(at.gaps, k),
    lower: arena.f32(at.lower, rows),
    upper: arena.f32(at.upper, rows),
    changed: arena.i32(at.changed, rowParts),
  };
  const labels = arena.i32(at.labels, rows);
  let before: Float64Array | null = null;
  return {
    begin() {
      before = null;
      labels.fill(-1);
      return { labels, sums: new Float64Array(k * columns), counts: new Int32Array(k) };
    },
    assign(centres, state) {
      writeCentres(views.centres, centres, shift, { k, columns, pitch });
      writeMoves(team, views, before, centres, { k, columns });
      before = Float64Array.from(centres);
      team.run('lloydStep');
      for (let part = 0; part < rowParts; part += 1) {
        const place = at.parts + part * partBytes;
        const sums = arena.f64(place, k * columns);
        const counts = arena.i32(place + k * columns * 8, k);
        for (let j = 0; j < k; j++) {
          const more = counts[j] as number;
          state.counts[j] = (state.counts[j] as number) + more;
          // Rows lie around their mean here; sums are of rows as they are.
          for (let c = 0, to = j * columns; c < columns; c++, to++) state.sums[to] = (state.sums[to] as number) + (sums[to] as number) + more * (shift[c] as number);
        }
      }
      return Promise.resolve(views.changed.reduce((sum, count) => sum + count, 0));
    },
    forget(row) {
      views.lower[row] = 0;
    },
    certain: (row) => (views.lower[row] as number) > (views.upper[row] as number) * 1.0001 + 1e-6,
    close: () => team.end(),
  };
}

/** Centres column by column, from the rows' mean. */
function writeCentres(to: Float32Array, centres: Float64Array, shift: Float32Array, { k, columns, pitch }: { k: number; columns: number; pitch: number }): void {
  to.fill(nowhere);
  for (let j = 0; j < k; j++) for (let c = 0; c < columns; c++) to[c * pitch + j] = (centres[j * columns + c] as number) - (shift[c] as number);
}

/** How far each centre moved since the last assignment, and how near its next neighbour is. */
function writeMoves(team: Team, { moves, gaps }: { moves: Float32Array; gaps: Float32Array }, before: Float64Array | null, centres: Float64Array, { k, columns }: { k: number; columns: number }): void {
  const distance = (a: Float64Array, j: number, b: Float64Array, other: number): number => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += ((a[j * columns + c] as number) - (b[other * columns + c] as number)) ** 2;
    return Math.sqrt(sum);
  };
  let [far, second, farthest] = [0, 0, 0];
  for (let j = 0; j < k; j++) {
    let gap = Infinity;
    for (let other = 0; other < k; other++) if (other !== j) gap = Math.min(gap, distance(centres, j, centres, other));
    const move = before === null ? 0 : distance(before, j, centres, j);
    moves[j] = move;
    // A hair less, as everything that rounding could make too large.
    gaps[j] = (gap / 2) * (1 - (team.floats[moved.slack] as number));
    if (move > far) [far, second, farthest] = [move, far, j];
    else second = Math.max(second, move);
  }
  team.floats[moved.far] = far;
  team.floats[moved.second] = second;
  team.integers[fixed.farthest] = farthest;
}

