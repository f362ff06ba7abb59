import { describe, expect, it } from 'vitest';
import { catchGuides } from './guides.ts';

describe('lines while dragging', () => {
  const other = { x: 0, y: 0, width: 208, height: 60 };

  it('catch the nearest edge or middle within reach, and no other', () => {
    const caught = catchGuides({ x: 5, y: 300, width: 208, height: 60 }, [other], 6);
    expect(caught.shift).toEqual({ x: -5, y: 0 });
    // Equal widths: left and right hold, and the middle says no more.
    expect(caught.guides.map(({ axis, at }) => `${axis} ${at}`)).toEqual(['x 0', 'x 208']);
    expect(caught.guides[0]).toEqual({ axis: 'x', at: 0, from: 0, to: 360 });
    expect(catchGuides({ x: 7, y: 300, width: 208, height: 60 }, [other], 6)).toEqual({ shift: { x: 0, y: 0 }, guides: [] });
  });

  it('put an edge to the other edge of a neighbour', () => {
    expect(catchGuides({ x: 212, y: 62, width: 40, height: 40 }, [other], 6).shift).toEqual({ x: -4, y: -2 });
  });

  it('also catch the place that makes gaps equal: between two, or going on a row', () => {
    const box = (x: number, y = 0) => ({ x, y, width: 100, height: 40 });
    const gaps = (caught: ReturnType<typeof catchGuides>) => caught.guides.filter(({ gap }) => gap).map(({ axis, from, to }) => `${axis} ${from}-${to}`);
    // Between 100 and 401: as far from both at 200.5. A lower row counts for nothing.
    const between = catchGuides(box(198, 13), [box(0), box(401), box(150, 400)], 6);
    expect(between.shift).toEqual({ x: 2.5, y: 0 });
    expect(gaps(between)).toEqual(['y 100-200.5', 'y 300.5-401']);
    // After two that are 33 apart, and before them.
    expect(catchGuides(box(263, 13), [box(0), box(133)], 6).shift.x).toBe(3);
    expect(gaps(catchGuides(box(263, 13), [box(0), box(133)], 6))).toEqual(['y 100-133', 'y 233-266']);
    expect(catchGuides(box(-135, 13), [box(0), box(133)], 6).shift.x).toBe(2);
    // Down a column as well.
    const down = catchGuides({ x: 13, y: 131, width: 70, height: 40 }, [{ x: 0, y: 0, width: 100, height: 40 }, { x: 0, y: 65, width: 100, height: 40 }], 6);
    expect(down.shift).toEqual({ x: 2, y: -1 });
    expect(gaps(down)).toEqual(['x 40-65', 'x 105-130']);
  });

  it('take a line before a gap', () => {
    const box = (x: number, y = 0) => ({ x, y, width: 100, height: 40 });
    // A card below begins at 196; the gap would be equal at 200.
    expect(catchGuides(box(198, 13), [box(0), box(400), box(196, 400)], 6).shift.x).toBe(-2);
  });
});
