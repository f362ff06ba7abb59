import { gridColumns, type Block, type BlockType, type Place } from './document.ts';

/** Where blocks stand on the grid: none over another, and no row left empty between them. */

export const overlaps = (a: Place, b: Place): boolean => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** Within the page's columns, at least one row and column large. */
export function fitted({ x, y, w, h }: Place): Place {
  const width = Math.max(1, Math.min(gridColumns, Math.round(w)));
  return { x: Math.max(0, Math.min(gridColumns - width, Math.round(x))), y: Math.max(0, Math.round(y)), w: width, h: Math.max(1, Math.min(200, Math.round(h))) };
}

export type Places = Readonly<Record<string, Place>>;

/** Ids come from files: “constructor” is one, too. */
export const placeIn = (places: Places, id: string): Place | undefined => (Object.hasOwn(places, id) ? places[id] : undefined);

/**
 * Every place after blocks were put elsewhere: those moved stand where they were put, what they would cover goes down, and everything
 * moves up as far as it can. Gives all places, also unchanged ones.
 */
export function arrange(blocks: readonly Pick<Block, 'id' | 'place'>[], moved: Places = {}): Places {
  const order = blocks
    .map((block, index) => ({ id: block.id, index, held: placeIn(moved, block.id) !== undefined, place: before(blocks, moved, block.id, fitted(placeIn(moved, block.id) ?? block.place)) }))
    // A moved block wins over what stood at the same row.
    .toSorted((a, b) => a.place.y - b.place.y || Number(b.held) - Number(a.held) || a.place.x - b.place.x || a.index - b.index);
  const settled: { id: string; place: Place }[] = [];
  for (const { id, place } of order) {
    let at = place;
    while (settled.some((other) => overlaps(at, other.place))) at = { ...at, y: at.y + 1 };
    while (at.y > 0 && !settled.some((other) => overlaps({ ...at, y: at.y - 1 }, other.place))) at = { ...at, y: at.y - 1 };
    settled.push({ id, place: at });
  }
  return Object.fromEntries(settled.map(({ id, place }) => [id, place]));
}

/** Put over the upper half of another block, a moved one goes before it. */
function before(blocks: readonly Pick<Block, 'id' | 'place'>[], moved: Places, id: string, place: Place): Place {
  if (placeIn(moved, id) === undefined) return place;
  const under = blocks.filter((other) => placeIn(moved, other.id) === undefined && overlaps(other.place, place) && place.y > other.place.y && place.y <= other.place.y + (other.place.h - 1) / 2);
  return under.reduce((at, other) => ({ ...at, y: Math.min(at.y, other.place.y) }), place);
}

/** Where a block goes by one step of the keyboard: a column aside, or past what stands above or below it. Null where there is no way. */
export function stepped(blocks: readonly Pick<Block, 'id' | 'place'>[], id: string, [across, down]: readonly [number, number]): Place | null {
  const place = blocks.find((block) => block.id === id)?.place;
  if (place === undefined) return null;
  const { x, y, w, h } = place;
  if (across !== 0) return x + across < 0 || x + across + w > gridColumns ? null : { ...place, x: x + across };
  const others = blocks.filter((block) => block.id !== id).map((block) => block.place);
  const beside = others.filter((other) => other.x < x + w && x < other.x + other.w);
  if (down < 0) {
    const above = beside.filter((other) => other.y < y);
    const nearest = above.reduce((row, other) => Math.max(row, other.y), -1);
    return nearest < 0 ? null : { ...place, y: nearest };
  }
  const below = beside.filter((other) => other.y >= y + h);
  const nearest = below.reduce((row, other) => Math.min(row, other.y + other.h), Infinity);
  return Number.isFinite(nearest) ? { ...place, y: nearest } : null;
}

/** First free row below everything. */
export const bottom = (blocks: readonly Pick<Block, 'place'>[]): number => blocks.reduce((row, { place }) => Math.max(row, place.y + place.h), 0);

/** Size of a new block, in columns and rows. */
export const usualSize: Readonly<Record<BlockType, { readonly w: number; readonly h: number }>> = {
  heading: { w: 12, h: 1 },
  text: { w: 12, h: 3 },
  table: { w: 12, h: 8 },
  chart: { w: 6, h: 8 },
  metric: { w: 3, h: 3 },
  value: { w: 12, h: 16 },
  picture: { w: 12, h: 8 },
  image: { w: 6, h: 6 },
  divider: { w: 12, h: 1 },
};

/** A place for a block of this size: beside what stands in the last rows where there is room, else below. */
export function freePlace(blocks: readonly Pick<Block, 'place'>[], size: { readonly w: number; readonly h: number }): Place {
  const last = blocks.at(-1)?.place;
  if (last !== undefined && last.x + last.w + size.w <= gridColumns) {
    const beside = { x: last.x + last.w, y: last.y, ...size };
    if (!blocks.some(({ place }) => overlaps(place, beside))) return beside;
  }
  return { x: 0, y: bottom(blocks), ...size };
}

/** Blocks in the order in which they are read: by row, then from the left. */
export const readingOrder = <T extends Pick<Block, 'place'>>(blocks: readonly T[]): T[] => blocks.toSorted((a, b) => a.place.y - b.place.y || a.place.x - b.place.x);

export interface Band<T> {
  readonly from: number;
  readonly to: number;
  readonly blocks: readonly T[];
}

/** Blocks that share rows, together: between two bands a page may break without cutting anything. */
export function bands<T extends Pick<Block, 'place'>>(blocks: readonly T[]): Band<T>[] {
  const found: { from: number; to: number; blocks: T[] }[] = [];
  for (const block of readingOrder(blocks)) {
    const last = found.at(-1);
    const end = block.place.y + block.place.h;
    if (last !== undefined && block.place.y < last.to) {
      last.blocks.push(block);
      last.to = Math.max(last.to, end);
    } else found.push({ from: block.place.y, to: end, blocks: [block] });
  }
  return found;
}
