import type { Route } from './paths.ts';

/** Two wires that run along one another keep so far apart, in canvas units. */
const laneWidth = 8;

/**
 * Gives routes whose level parts would lie upon one another lanes of their own, further away from what they go around. The one that
 * is first in the list keeps its height.
 */
export function spreadLanes(routes: readonly (readonly [id: string, route: Route])[]): Map<string, Route> {
  const spread = new Map<string, Route>();
  const taken = new Map<number, { readonly left: number; readonly right: number }[]>();
  const lane = (y: number): number => Math.round(y / laneWidth);
  for (const [id, route] of routes) {
    const [left, right] = route.fromX < route.toX ? [route.fromX, route.toX] : [route.toX, route.fromX];
    const isFree = (y: number): boolean => (taken.get(lane(y)) ?? []).every((other) => right <= other.left || left >= other.right);
    let { y } = route;
    while (!isFree(y)) y += route.side === 'above' ? -laneWidth : laneWidth;
    const there = taken.get(lane(y));
    if (there) there.push({ left, right });
    else taken.set(lane(y), [{ left, right }]);
    spread.set(id, y === route.y ? route : { ...route, y });
  }
  return spread;
}
