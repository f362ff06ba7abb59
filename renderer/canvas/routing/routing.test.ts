import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CardGrid } from './card-grid.ts';
import { spreadLanes } from './lanes.ts';
import { calmCurve, crosses, isBackward, routeCurves, routePath, trace, type Ends, type Route } from './paths.ts';
import { routeWire } from './route.ts';
import { WireRouter, type WireEnds } from './wire-router.ts';

const card = (x: number, y: number) => ({ x, y, width: 208, height: 60 });
type Cards = Readonly<Record<string, ReturnType<typeof card>>>;

const gridOf = (cards: Cards): CardGrid => {
  const grid = new CardGrid();
  for (const [id, box] of Object.entries(cards)) grid.set(id, box);
  return grid;
};

/** From the right side of one card to the left side of another. */
const wire = (cards: Cards, source: string, target: string, id = `${source}-${target}`): WireEnds => {
  const from = cards[source];
  const to = cards[target];
  if (!from || !to) throw new Error('no such card');
  return { id, source, target, sourceX: from.x + 215, sourceY: from.y + 30, targetX: to.x - 7, targetY: to.y + 30 };
};

const routed = (cards: Cards, source: string, target: string): Route | null => routeWire(wire(cards, source, target), gridOf(cards), [source, target]).route;

/** Cards that the wire as it is drawn passes through. */
const crossed = (cards: Cards, ends: Ends, route: Route | null, own: readonly string[]): string[] => {
  const curves = route === null ? [calmCurve(ends)] : routeCurves(route);
  const line: number[] = [];
  for (const curve of curves) trace(curve, 60, line);
  const meets = ({ x, y, width, height }: ReturnType<typeof card>): boolean =>
    line.some((x2, i) => i > 1 && i % 2 === 0 && crosses(line[i - 2] ?? 0, line[i - 1] ?? 0, x2, line[i + 1] ?? 0, x, y, x + width, y + height));
  return Object.entries(cards).flatMap(([id, box]) => (!own.includes(id) && meets(box) ? [id] : []));
};

describe('a line', () => {
  it('crosses a box that it goes through or begins in, not one that it touches', () => {
    const through = (x1: number, y1: number, x2: number, y2: number): boolean => crosses(x1, y1, x2, y2, 10, 10, 30, 20);
    expect(through(0, 15, 40, 15)).toBe(true);
    expect(through(15, 0, 15, 40)).toBe(true);
    expect(through(12, 12, 14, 13)).toBe(true);
    expect(through(0, 10, 40, 10)).toBe(false);
    expect(through(0, 0, 8, 40)).toBe(false);
    expect(through(0, 15, 9, 15)).toBe(false);
  });
});

describe('a wire', () => {
  it('is the calm curve where nothing is in the way', () => {
    const cards = { a: card(0, 0), b: card(400, 80), far: card(300, 900) };
    expect(routed(cards, 'a', 'b')).toBeNull();
  });

  it('goes around a card between its ends, on the nearer side', () => {
    const cards = { a: card(0, 0), between: card(320, 10), b: card(640, 0) };
    const route = routed(cards, 'a', 'b');
    expect(route?.side).toBe('above');
    expect(crossed(cards, wire(cards, 'a', 'b'), null, ['a', 'b'])).toEqual(['between']);
    expect(crossed(cards, wire(cards, 'a', 'b'), route, ['a', 'b'])).toEqual([]);
  });

  it('goes around several at once, and not into the next row', () => {
    const cards = { a: card(0, 200), one: card(300, 190), two: card(580, 210), above: card(440, 118), b: card(900, 200) };
    const route = routed(cards, 'a', 'b');
    expect(route?.side).toBe('below');
    expect(crossed(cards, wire(cards, 'a', 'b'), route, ['a', 'b'])).toEqual([]);
  });

  it('loops where it goes back, and passes neither of its cards', () => {
    const cards = { a: card(600, 0), b: card(0, 0), between: card(300, -80) };
    const ends = wire(cards, 'a', 'b');
    expect(isBackward(ends)).toBe(true);
    const route = routed(cards, 'a', 'b');
    expect(route?.side).toBe('below');
    expect(crossed(cards, ends, route, [])).toEqual([]);
  });

  it('goes back between its cards where there is room', () => {
    const cards = { a: card(300, 0), b: card(0, 240) };
    const route = routed(cards, 'a', 'b');
    expect(route?.y).toBeGreaterThan(60);
    expect(route?.y).toBeLessThan(240);
  });

  it('never crosses more cards than the calm curve does', () => {
    const place = fc.record({ x: fc.integer({ min: 0, max: 1600 }), y: fc.integer({ min: 0, max: 900 }) });
    fc.assert(
      fc.property(fc.array(place, { minLength: 2, maxLength: 14 }), (places) => {
        const cards = Object.fromEntries(places.map(({ x, y }, index) => [String(index), card(x, y)]));
        const ends = wire(cards, '0', '1');
        if (isBackward(ends)) return;
        const route = routed(cards, '0', '1');
        if (route === null) return;
        expect(crossed(cards, ends, route, ['0', '1']).length).toBeLessThanOrEqual(crossed(cards, ends, null, ['0', '1']).length);
      }),
      { examples: [[[{ x: 0, y: 0 }, { x: 230, y: 35 }, { x: 222, y: 0 }, { x: 8, y: 31 }, { x: 0, y: 0 }, { x: 0, y: 0 }]]] },
    );
  });

  it('is written as one path through its level part', () => {
    const [path, x, y] = routePath({ sourceX: 0, sourceY: 0, targetX: 400, targetY: 10, y: -50, fromX: 60, toX: 340, side: 'above' });
    expect(path).toBe('M 0,0 C 30,0 30,-50 60,-50 L 340,-50 C 370,-50 370,10 400,10');
    expect([x, y]).toEqual([200, -50]);
  });
});

describe('lanes', () => {
  const level = (fromX: number, toX: number, y: number, side: Route['side'] = 'above'): Route => ({ sourceX: 0, sourceY: 0, targetX: 900, targetY: 0, y, fromX, toX, side });

  it('keep apart what would run along one another, away from the cards, and nothing else', () => {
    const spread = spreadLanes([['a', level(0, 300, 40)], ['b', level(100, 500, 40)], ['c', level(520, 800, 40)], ['d', level(50, 200, 40, 'below')]]);
    expect(['a', 'b', 'c', 'd'].map((id) => spread.get(id)?.y)).toEqual([40, 32, 40, 48]);
  });
});

describe('the router', () => {
  const cards: Cards = { a: card(0, 0), between: card(320, 10), b: card(640, 0), c: card(0, 600), d: card(640, 600) };
  const wires = [wire(cards, 'a', 'b'), wire(cards, 'c', 'd')];

  it('routes anew only what is near what moved, and gives the same as from the beginning', () => {
    const router = new WireRouter();
    const before = router.update(Object.entries(cards), wires);
    expect([...before.keys()]).toEqual(['a-b']);
    const route = before.get('a-b');
    const away = { ...cards, between: card(320, 590) };
    const after = router.update(Object.entries(away), wires);
    expect([...after.keys()]).toEqual(['c-d']);
    expect(new Map(after)).toEqual(new WireRouter().update(Object.entries(away), wires));
    const back = router.update(Object.entries(cards), wires);
    expect(back.get('a-b')).toEqual(route);
    // Nothing moved: the very same objects, so that nothing is drawn again.
    expect(router.update(Object.entries(cards), wires).get('a-b')).toBe(back.get('a-b'));
  });

  it('gives the same routes however the cards came to where they are', () => {
    const places = fc.array(fc.record({ x: fc.integer({ min: 0, max: 1200 }), y: fc.integer({ min: 0, max: 600 }) }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(places, places, (first, then) => {
        const at = (list: typeof first): Cards => Object.fromEntries(list.map(({ x, y }, index) => [String(index), card(x, y)]));
        const joined = (list: Cards): WireEnds[] => [wire(list, '0', '1'), wire(list, '2', '3'), wire(list, '0', '3'), wire(list, '4', '5')];
        const router = new WireRouter();
        router.update(Object.entries(at(first)), joined(at(first)));
        // One after another, as by dragging.
        for (let moved = 1; moved <= 8; moved++) {
          const now = at([...then.slice(0, moved), ...first.slice(moved)]);
          router.update(Object.entries(now), joined(now));
        }
        expect(new Map(router.update(Object.entries(at(then)), joined(at(then))))).toEqual(new Map(new WireRouter().update(Object.entries(at(then)), joined(at(then)))));
      }),
    );
  });

  it('forgets wires that are gone', () => {
    const router = new WireRouter();
    router.update(Object.entries(cards), wires);
    expect([...router.update(Object.entries(cards), wires.slice(1)).keys()]).toEqual([]);
  });
});
