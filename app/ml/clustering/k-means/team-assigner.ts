import { Buffer } from 'node:buffer';
import { Arena } from '../../kernels/arena.ts';
import { Team, teamSize } from '../../kernels/team.ts';
import type { ColumnMoments, PointSet } from '../points.ts';
import type { Assigner } from './assigner.ts';
import { fixed, moved, rowParts } from './region.ts';

/** Centres whose numbers the kernel has room for. */
export const mostCentres = 64;
/** Spreads that a mean may be away from zero without costing digits. */
const nearZero = 2;
/** Where a centre lies that is none: no row comes near it. */
const nowhere = 1e18;

/**
 * Nearest centres on all cores, with bounds by which most rows need no distance (Hamerly 2010, “Making k-means even faster”). Float32 distances
 * from the rows' own mean; bounds allow for their rounding.
 * @param k at most `mostCentres`
 */
export async function teamAssigner({ data, rows, columns }: PointSet, k: number, { means, spreads }: ColumnMoments): Promise<Assigner> {
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
    apart: arena.take(rows * 4),
    ways: arena.take(k * 4),
    limits: arena.take(k * 4),
    gaps: arena.take(k * 4),
    parts: arena.take(rowParts * partBytes),
    room: arena.take(threads * pitch * 8),
    changed: arena.take(rowParts * 4),
    list: arena.take((rows + rowParts) * 4),
  };
  for (const [name, place] of Object.entries(at)) integers[fixed[name as keyof typeof at]] = place;
  integers.set([rows, columns, k, pitch], fixed.rows);
  integers[fixed.partBytes] = partBytes;
  // Distances of two rows at a time.
  integers[fixed.roomBytes] = pitch * 8;
  const team = await Team.start(arena, threads);
  team.integers.set(integers);
  // A distance sums up `columns` squares of float32, a root and a few additions come on top, and the kernel leaves its last bits out.
  team.floats[moved.slack] = (columns + 16) * 1.2e-7 + 1e-5;
  // Where means are small against the spreads, float32 has its digits as it is.
  const far = means.some((mean, c) => Math.abs(mean) > nearZero * (spreads[c] as number));
  const shift = far ? Float32Array.from(means) : new Float32Array(columns);
  const rowsAt = arena.f32(at.data, rows * columns);
  if (far) for (let i = 0, to = 0; i < rows; i++) for (let c = 0; c < columns; c++, to++) rowsAt[to] = (data[to] as number) - (shift[c] as number);
  // Buffers copy shared memory twice as fast as typed arrays, which go word by word.
  else Buffer.from(data.buffer as ArrayBuffer, data.byteOffset, rows * columns * 4).copy(Buffer.from(rowsAt.buffer as ArrayBuffer, rowsAt.byteOffset, rowsAt.byteLength));
  const views = {
    centres: arena.f32(at.centres, columns * pitch),
    ways: arena.f32(at.ways, k),
    limits: arena.f32(at.limits, k),
    gaps: arena.f32(at.gaps, k),
    apart: arena.f32(at.apart, rows),
    upper: arena.f32(at.upper, rows),
    changed: arena.i32(at.changed, rowParts),
  };
  const labels = arena.i32(at.labels, rows);
  let before: Float64Array | null = null;
  return {
    begin() {
      before = null;
      labels.fill(-1);
      views.apart.fill(Infinity);
      return { labels, sums: new Float64Array(k * columns), counts: new Int32Array(k) };
    },
    assign(centres, state) {
      writeCentres(views.centres, centres, shift, { k, columns, pitch });
      writeWays(team, views, before, centres, { k, columns });
      before = Float64Array.from(centres);
      team.integers[fixed.next] = 0;
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
      views.apart[row] = Infinity;
      views.upper[row] = Infinity;
    },
    certain(row) {
      const label = labels[row] as number;
      const upper = (views.upper[row] as number) + (views.ways[label] as number);
      // What the row's bounds are apart by, now.
      const room = -((views.apart[row] as number) + (views.ways[label] as number) + (team.floats[moved.longest] as number));
      return room > upper * 0.0001 + 1e-6;
    },
    close: () => team.end(),
  };
}

/** Centres column by column, from the rows' mean. */
function writeCentres(to: Float32Array, centres: Float64Array, shift: Float32Array, { k, columns, pitch }: { k: number; columns: number; pitch: number }): void {
  to.fill(nowhere);
  for (let j = 0; j < k; j++) for (let c = 0; c < columns; c++) to[c * pitch + j] = (centres[j * columns + c] as number) - (shift[c] as number);
}

/** Adds how far each centre moved since the last assignment to its way, and says how near its next neighbour is. */
function writeWays(team: Team, { ways, limits, gaps }: Record<'ways' | 'limits' | 'gaps', Float32Array>, before: Float64Array | null, centres: Float64Array, { k, columns }: { k: number; columns: number }): void {
  const distance = (a: Float64Array, j: number, b: Float64Array, other: number): number => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += ((a[j * columns + c] as number) - (b[other * columns + c] as number)) ** 2;
    return Math.sqrt(sum);
  };
  const slack = team.floats[moved.slack] as number;
  let far = 0;
  for (let j = 0; j < k; j++) {
    let gap = Infinity;
    for (let other = 0; other < k; other++) if (other !== j) gap = Math.min(gap, distance(centres, j, centres, other));
    // A hair more or less, as everything that rounding could make too small or too large.
    const move = before === null ? 0 : distance(before, j, centres, j) * (1 + slack);
    ways[j] = before === null ? 0 : (ways[j] as number) + move;
    gaps[j] = (gap / 2) * (1 - slack);
    far = Math.max(far, move);
  }
  team.floats[moved.longest] = before === null ? 0 : (team.floats[moved.longest] as number) + far;
  const longest = team.floats[moved.longest] as number;
  for (let j = 0; j < k; j++) {
    const way = (ways[j] as number) + longest;
    limits[j] = -way - way * slack;
  }
}
