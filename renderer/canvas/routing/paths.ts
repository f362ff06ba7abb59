import type { Point } from '#app/pipeline/commands.ts';

/** A wire from an output (it leaves to the right) to an input (it comes in from the left), in canvas units. */
export interface Ends {
  readonly sourceX: number;
  readonly sourceY: number;
  readonly targetX: number;
  readonly targetY: number;
}

/** A wire that is led around cards: along the height `y` between two places, with calm curves to its ends. */
export interface Route extends Ends {
  readonly y: number;
  /** Where the level part begins and ends; a wire that goes back runs along it from right to left. */
  readonly fromX: number;
  readonly toX: number;
  /** It goes above what is in the way, or below. */
  readonly side: 'above' | 'below';
}

/** How far a wire that goes back reaches beyond its ports, at least and at most. */
const loop = { least: 22, most: 56 };

const loopWidth = (height: number): number => Math.max(loop.least, Math.min(loop.most, Math.abs(height) / 2));

export const isBackward = ({ sourceX, targetX }: Ends): boolean => targetX - sourceX < -8;

/** A cubic curve as its four points. */
type Curve = readonly [Point, Point, Point, Point];

/** The calm curve without anything in the way, as React Flow draws it (its `getBezierPath`, from right to left side, curvature 0.35). */
export function calmCurve({ sourceX, sourceY, targetX, targetY }: Ends): Curve {
  const distance = targetX - sourceX;
  const reach = distance >= 0 ? distance / 2 : 0.35 * 25 * Math.sqrt(-distance);
  return [{ x: sourceX, y: sourceY }, { x: sourceX + reach, y: sourceY }, { x: targetX - reach, y: targetY }, { x: targetX, y: targetY }];
}

/** The two curves of a route, before and after its level part. */
export function routeCurves(route: Route): readonly [Curve, Curve] {
  const { sourceX, sourceY, targetX, targetY, y, fromX, toX } = route;
  if (isBackward(route)) {
    const out = loopWidth(y - sourceY);
    const back = loopWidth(y - targetY);
    return [
      [{ x: sourceX, y: sourceY }, { x: sourceX + out * 1.35, y: sourceY }, { x: fromX + out * 1.35, y }, { x: fromX, y }],
      [{ x: toX, y }, { x: toX - back * 1.35, y }, { x: targetX - back * 1.35, y: targetY }, { x: targetX, y: targetY }],
    ];
  }
  const rise = (fromX - sourceX) / 2;
  const fall = (targetX - toX) / 2;
  return [
    [{ x: sourceX, y: sourceY }, { x: sourceX + rise, y: sourceY }, { x: fromX - rise, y }, { x: fromX, y }],
    [{ x: toX, y }, { x: toX + fall, y }, { x: targetX - fall, y: targetY }, { x: targetX, y: targetY }],
  ];
}

const spell = ([, a, b, end]: Curve): string => `C ${a.x},${a.y} ${b.x},${b.y} ${end.x},${end.y}`;

/** As an SVG path, with the place of its label. */
export function routePath(route: Route): readonly [path: string, labelX: number, labelY: number] {
  const [first, last] = routeCurves(route);
  return [`M ${route.sourceX},${route.sourceY} ${spell(first)} L ${route.toX},${route.y} ${spell(last)}`, (route.fromX + route.toX) / 2, route.y];
}

/** A line of straight pieces: x and y of its points in turn. Flat, because thousands of them are looked at when a pipeline opens. */
export type Line = readonly number[];

/** Adds points of a curve from its beginning to a line, at equal steps of its parameter, `steps` + 1 of them. */
export function trace([p, a, b, q]: Curve, steps: number, line: number[] = []): number[] {
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    const s = 1 - t;
    const wp = s * s * s;
    const wa = 3 * s * s * t;
    const wb = 3 * s * t * t;
    const wq = t * t * t;
    line.push(wp * p.x + wa * a.x + wb * b.x + wq * q.x, wp * p.y + wa * a.y + wb * b.y + wq * q.y);
  }
  return line;
}

/** Whether the line between two points has a part within a box (Liang and Barsky 1984: the share of the line that each side leaves). */
export function crosses(x1: number, y1: number, x2: number, y2: number, left: number, top: number, right: number, bottom: number): boolean {
  const dx = x2 - x1;
  const dy = y2 - y1;
  let enter = 0;
  let leave = 1;
  if (dx === 0) {
    if (x1 <= left || x1 >= right) return false;
  } else {
    const a = (left - x1) / dx;
    const b = (right - x1) / dx;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  if (dy === 0) {
    if (y1 <= top || y1 >= bottom) return false;
  } else {
    const a = (top - y1) / dy;
    const b = (bottom - y1) / dy;
    enter = Math.max(enter, Math.min(a, b));
    leave = Math.min(leave, Math.max(a, b));
  }
  return enter < leave;
}
