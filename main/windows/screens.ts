/** Place and size of a window, in pixels of the screen. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** So much of a window must lie on a screen for a person to get hold of it, in pixels. */
const graspable = { width: 120, height: 40 };

/** Whether a window there would be in sight on one of the screens: its upper edge is, by which it is moved. */
export function isOnScreen(bounds: Bounds, screens: readonly Bounds[]): boolean {
  return screens.some((screen) => {
    const across = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
    return across >= graspable.width && bounds.y >= screen.y - graspable.height / 2 && bounds.y <= screen.y + screen.height - graspable.height;
  });
}

/** What a page asked for, as far as it makes sense; null otherwise. */
export function parseBounds(value: unknown): Bounds | null {
  if (typeof value !== 'object' || value === null) return null;
  const { x, y, width, height } = value as Record<string, unknown>;
  const fits = (number: unknown, least: number): number is number => Number.isInteger(number) && (number as number) >= least && (number as number) <= 20_000;
  return fits(x, -20_000) && fits(y, -20_000) && fits(width, 200) && fits(height, 150) ? { x, y, width, height } : null;
}
