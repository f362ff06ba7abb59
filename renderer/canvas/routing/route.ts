import { boundsOf, type Box } from '../geometry.ts';
import type { CardGrid } from './card-grid.ts';
import { calmCurve, isBackward, routeCurves, trace, type Ends, type Line, type Route } from './paths.ts';

/** Closer than this a wire counts as crossing a card, in canvas units. */
const margin = 5;
/** So far from the cards does the level part of a route run. */
const gap = 18;
/** At least so long is the curve between a port and the level part. */
const shortest = 28;
/** So often is what is newly in the way taken in before a side is given up. */
const rounds = 8;
const steps = 8;
/** For a look at what is drawn, and the height from which the eight steps are too coarse for a curve. */
const fineSteps = 60;
const tall = 300;

interface Way {
  readonly route: Route;
  readonly length: number;
  /** Cards that it still crosses. */
  readonly crossed: number;
}

export interface Routed {
  /** Null: the calm curve. */
  readonly route: Route | null;
  /** All that was looked at: as long as nothing in here changes, neither does the route. */
  readonly reach: Box;
}

/**
 * How a wire is led around the cards: by the calm curve where that crosses none. Of the ways above and below what is in the way the
 * shorter is taken that crosses nothing; where both do, the calm curve stays unless one of them crosses fewer.
 * @param ownIds the cards at its ends, which it may touch
 */
export function routeWire(ends: Ends, cards: CardGrid, ownIds: readonly [string, string]): Routed {
  const backward = isBackward(ends);
  const calm = trace(calmCurve(ends), steps);
  const reach = new Reach();
  reach.add(calm);
  const blockers = backward ? [] : cards.along(calm, margin, ownIds);
  if (!backward && blockers.length === 0) return { route: null, reach: reach.box };
  const own = ownIds.flatMap((id) => cards.get(id) ?? []);
  const starts = backward ? backwardStarts(ends, own) : [{ side: 'above' as const, around: blockers }, { side: 'below' as const, around: blockers }];
  const ways = starts.flatMap(({ side, around }) => wayAround(ends, cards, ownIds, side, around, reach) ?? []);
  const [best] = ways.sort((a, b) => a.crossed - b.crossed || a.length - b.length || (a.route.side === 'above' ? -1 : 1));
  const isBetter = best !== undefined && (backward || (best.crossed < blockers.length && !misleads(best, ends, cards, ownIds)));
  const route = isBetter ? best.route : null;
  return { route, reach: reach.box };
}

/**
 * Whether a way crosses more cards than the calm curve when both are looked at as they are drawn: coarse steps and the margin can
 * say otherwise of high curves, and of those among cards that lie over one another.
 */
function misleads({ route, crossed }: Way, ends: Ends, cards: CardGrid, ownIds: readonly [string, string]): boolean {
  if (crossed === 0 && Math.abs(route.y - ends.sourceY) < tall && Math.abs(route.y - ends.targetY) < tall) return false;
  return cards.along(lineOf(route, fineSteps), 0, ownIds).length > cards.along(trace(calmCurve(ends), fineSteps), 0, ownIds).length;
}

/** The box around all points that were looked at. */
class Reach {
  private left = Infinity;
  private top = Infinity;
  private right = -Infinity;
  private bottom = -Infinity;

  add(line: Line): void {
    for (let i = 0; i < line.length; i += 2) {
      const x = line[i] ?? 0;
      const y = line[i + 1] ?? 0;
      if (x < this.left) this.left = x;
      if (x > this.right) this.right = x;
      if (y < this.top) this.top = y;
      if (y > this.bottom) this.bottom = y;
    }
  }

  get box(): Box {
    return { x: this.left - 2 * margin, y: this.top - 2 * margin, width: this.right - this.left + 4 * margin, height: this.bottom - this.top + 4 * margin };
  }
}

/** A wire that goes back runs above or below both its cards, or between them where there is room. */
function backwardStarts({ sourceY, targetY }: Ends, own: readonly Box[]): { readonly side: Route['side']; readonly around: readonly Box[] }[] {
  const [upper, lower] = [...own].sort((a, b) => a.y - b.y);
  const around = own.length > 0 ? own : [{ x: 0, y: Math.min(sourceY, targetY), width: 0, height: Math.abs(sourceY - targetY) }];
  const between = upper && lower && lower.y - (upper.y + upper.height) >= 2 * gap ? [{ side: 'below' as const, around: [upper] }] : [];
  return [...between, { side: 'above', around }, { side: 'below', around }];
}

function wayAround(ends: Ends, cards: CardGrid, ownIds: readonly [string, string], side: Route['side'], first: readonly Box[], reach: Reach): Way | null {
  let around = [...first];
  for (let round = 0; ; round++) {
    const route = levelRoute(ends, side, around);
    if (route === null) return null;
    const line = lineOf(route);
    reach.add(line);
    const hits = cards.along(line, margin, ownIds);
    const fresh = hits.filter((box) => !around.includes(box));
    if (hits.length === 0 || fresh.length === 0 || round === rounds) return { route, length: lengthOf(line), crossed: hits.length };
    around = [...around, ...fresh];
  }
}

/** The route at the height that clears all of the boxes on a side. */
function levelRoute(ends: Ends, side: Route['side'], around: readonly Box[]): Route | null {
  const box = boundsOf(around);
  if (box === null) return null;
  const y = side === 'above' ? box.y - gap : box.y + box.height + gap;
  const { sourceX, sourceY, targetX, targetY } = ends;
  const fixed = { sourceX, sourceY, targetX, targetY, y, side };
  if (isBackward(ends)) return { ...fixed, fromX: sourceX, toX: targetX };
  // As early and as late as the boxes allow, so that the curves have room to be calm.
  const middle = (sourceX + targetX) / 2;
  const fromX = Math.min(middle, Math.max(sourceX + shortest, box.x - gap / 2));
  const toX = Math.max(middle, Math.min(targetX - shortest, box.x + box.width + gap / 2));
  return fromX - sourceX < 4 ? null : { ...fixed, fromX, toX };
}

export function lineOf(route: Route, points = steps): Line {
  const [first, last] = routeCurves(route);
  return trace(last, points, trace(first, points));
}

function lengthOf(line: Line): number {
  let length = 0;
  for (let i = 2; i < line.length; i += 2) length += Math.hypot((line[i] ?? 0) - (line[i - 2] ?? 0), (line[i + 1] ?? 0) - (line[i - 1] ?? 0));
  return length;
}
