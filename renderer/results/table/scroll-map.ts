/**
 * Browsers cap an element's height (Chrome at about 33 million px), so a scroll bar cannot be as tall as 10⁷ rows.
 * The spacer is capped and its position mapped linearly to the true offset; the wheel moves the true offset by its own
 * pixels, so that one notch is a few rows at any table size.
 */

export const maxSpacerHeight = 8_000_000;

export interface ScrollMap {
  /** px of all rows. */
  readonly contentHeight: number;
  /** px of the element that makes the scroll bar. */
  readonly spacerHeight: number;
  readonly viewportHeight: number;
  /** True where the spacer is smaller than the content. */
  readonly compressed: boolean;
}

export function scrollMap(rows: number, rowHeight: number, viewportHeight: number): ScrollMap {
  const contentHeight = rows * rowHeight;
  const spacerHeight = Math.min(contentHeight, maxSpacerHeight);
  return { contentHeight, spacerHeight, viewportHeight, compressed: spacerHeight < contentHeight };
}

/** Highest offset in content px. */
export const maxOffset = (map: ScrollMap): number => Math.max(0, map.contentHeight - map.viewportHeight);

/** Position of the scroll bar (px) → offset in content px. */
export function offsetOf(map: ScrollMap, scrollTop: number): number {
  const track = map.spacerHeight - map.viewportHeight;
  if (!map.compressed) return clamp(scrollTop, 0, maxOffset(map));
  return track <= 0 ? 0 : clamp((scrollTop / track) * maxOffset(map), 0, maxOffset(map));
}

/** Offset in content px → position of the scroll bar (px). */
export function scrollTopOf(map: ScrollMap, offset: number): number {
  const most = maxOffset(map);
  const at = clamp(offset, 0, most);
  return map.compressed && most > 0 ? (at / most) * (map.spacerHeight - map.viewportHeight) : at;
}

export interface RowWindow {
  /** First row to draw. */
  readonly first: number;
  /** Row after the last to draw. */
  readonly end: number;
}

/** Rows that are in view at an offset, with `overscan` more on both sides. */
export function rowsInView(map: ScrollMap, offset: number, rowHeight: number, rows: number, overscan: number): RowWindow {
  const first = Math.max(0, Math.floor(offset / rowHeight) - overscan);
  const end = Math.min(rows, Math.ceil((offset + map.viewportHeight) / rowHeight) + overscan);
  return { first: Math.min(first, end), end };
}

/** The smallest move of `offset` after which `row` is wholly in view. */
export function offsetToShow(map: ScrollMap, offset: number, row: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < offset) return clamp(top, 0, maxOffset(map));
  const bottom = top + rowHeight;
  if (bottom > offset + map.viewportHeight) return clamp(bottom - map.viewportHeight, 0, maxOffset(map));
  return offset;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
