import type { Point } from '#app/pipeline/commands.ts';
import type { Box } from './geometry.ts';

/** The lines and equal gaps that what is dragged catches on. Pure functions. */

/** A line between what is dragged and what it is in line with. `x` runs from top to bottom at x = `at`. */
export interface Guide {
  readonly axis: 'x' | 'y';
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** One of several equal gaps, shown from edge to edge. */
  readonly gap?: true;
}

export interface Caught {
  /** What to add to the dragged position. */
  readonly shift: Point;
  readonly guides: readonly Guide[];
}

/** Start, middle and end of a box along an axis. */
const marks = (box: Box, axis: 'x' | 'y'): readonly [number, number, number] => (axis === 'x' ? [box.x, box.x + box.width / 2, box.x + box.width] : [box.y, box.y + box.height / 2, box.y + box.height]);

/** Edges meet edges and middles meet middles. */
const pairs: readonly (readonly [0 | 1 | 2, 0 | 1 | 2])[] = [[0, 0], [1, 1], [2, 2], [0, 2], [2, 0]];

/**
 * The nearest line within `reach` canvas units on each axis, and all lines that hold after catching it; where there is no line, the
 * nearest place that makes gaps equal. Linear in `others`.
 */
export function catchGuides(moving: Box, others: readonly Box[], reach: number): Caught {
  const lined = { x: moving.x + nearest(moving, others, 'x', reach), y: moving.y + nearest(moving, others, 'y', reach) };
  let box: Box = { ...moving, ...lined };
  const guides: Guide[] = [];
  for (const axis of ['x', 'y'] as const) {
    const lines = linesOf(box, others, axis);
    const gaps = equalGaps(box, others, axis, lines.length > 0 ? 0.5 : reach);
    if (lines.length === 0 && gaps) box = { ...box, [axis]: gaps.at };
    guides.push(...lines, ...(gaps && (lines.length === 0 || gaps.at === box[axis]) ? gaps.guides : []));
  }
  return { shift: { x: box.x - moving.x, y: box.y - moving.y }, guides };
}

/** One in the same row or column as what is dragged. */
interface Neighbour {
  readonly along: readonly [number, number, number];
}

/** The one that is farthest out; none where none is anywhere. */
function outmost(all: readonly Neighbour[], out: (one: Neighbour) => number): Neighbour | undefined {
  let [found, most]: [Neighbour | undefined, number] = [undefined, -Infinity];
  for (const one of all) {
    const at = out(one);
    if (at > most) [found, most] = [one, at];
  }
  return found;
}

/** The start within reach that makes the gap to a neighbour as wide as the one beside it; neighbours are those in the same row or column. */
function equalGaps(moving: Box, others: readonly Box[], axis: 'x' | 'y', reach: number): { readonly at: number; readonly guides: readonly Guide[] } | null {
  const cross = axis === 'x' ? 'y' : 'x';
  const [start, , end] = marks(moving, axis);
  const size = end - start;
  const [low, middle, high] = marks(moving, cross);
  const beside = others.flatMap((box): Neighbour[] => {
    const [from, , to] = marks(box, cross);
    return from < high && to > low ? [{ along: marks(box, axis) }] : [];
  });
  const before = (limit: number): Neighbour | undefined => outmost(beside, ({ along }) => (along[2] <= limit ? along[2] : -Infinity));
  const after = (limit: number): Neighbour | undefined => outmost(beside, ({ along }) => (along[0] >= limit ? -along[0] : -Infinity));
  const [left, right] = [before(start + reach), after(end - reach)];
  const [farLeft, farRight] = [left && before(left.along[0]), right && after(right.along[2])];
  const candidates: { readonly at: number; readonly gaps: readonly (readonly [number, number])[] }[] = [];
  const offer = (at: number, gap: number, ...gaps: (readonly [number, number])[]): void => {
    if (gap > 0 && Math.abs(at - start) <= reach) candidates.push({ at, gaps });
  };
  if (left && right) {
    const at = (left.along[2] + right.along[0] - size) / 2;
    offer(at, at - left.along[2], [left.along[2], at], [at + size, right.along[0]]);
  }
  if (left && farLeft) {
    const gap = left.along[0] - farLeft.along[2];
    offer(left.along[2] + gap, gap, [farLeft.along[2], left.along[0]], [left.along[2], left.along[2] + gap]);
  }
  if (right && farRight) {
    const gap = farRight.along[0] - right.along[2];
    offer(right.along[0] - gap - size, gap, [right.along[0] - gap, right.along[0]], [right.along[2], farRight.along[0]]);
  }
  const [best] = candidates.sort((a, b) => Math.abs(a.at - start) - Math.abs(b.at - start));
  if (!best) return null;
  return { at: best.at, guides: best.gaps.map(([from, to]): Guide => ({ axis: cross, at: middle, from, to, gap: true })) };
}

function nearest(moving: Box, others: readonly Box[], axis: 'x' | 'y', reach: number): number {
  const own = marks(moving, axis);
  let best = reach;
  let found = 0;
  for (const other of others) {
    const theirs = marks(other, axis);
    for (const [a, b] of pairs) {
      const distance = theirs[b] - own[a];
      if (Math.abs(distance) >= best) continue;
      best = Math.abs(distance);
      found = distance;
    }
  }
  return found;
}

function linesOf(box: Box, others: readonly Box[], axis: 'x' | 'y'): Guide[] {
  const own = marks(box, axis);
  const cross = axis === 'x' ? 'y' : 'x';
  const lines = new Map<number, Guide>();
  for (const other of others) {
    const theirs = marks(other, axis);
    for (const [a, b] of pairs) {
      if (Math.abs(theirs[b] - own[a]) > 0.01) continue;
      const [from, , to] = marks(box, cross);
      const [otherFrom, , otherTo] = marks(other, cross);
      const known = lines.get(own[a]);
      lines.set(own[a], { axis, at: own[a], from: Math.min(from, otherFrom, known?.from ?? Infinity), to: Math.max(to, otherTo, known?.to ?? -Infinity) });
    }
  }
  // With both edges in line, the middle says nothing more and would run through the cards' text.
  if (lines.has(own[0]) && lines.has(own[2])) lines.delete(own[1]);
  return [...lines.values()];
}
