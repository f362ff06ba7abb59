import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { maxOffset, maxSpacerHeight, offsetOf, offsetToShow, rowsInView, scrollMap, scrollTopOf } from './scroll-map.ts';

const rowHeight = 28;

describe('scroll map', () => {
  it('is the identity while the rows fit under the cap', () => {
    const map = scrollMap(1000, rowHeight, 400);
    expect(map.compressed).toBe(false);
    expect(offsetOf(map, 1234)).toBe(1234);
    expect(scrollTopOf(map, 1234)).toBe(1234);
  });

  it('reaches the first and the last row of ten million rows', () => {
    const map = scrollMap(10_000_000, rowHeight, 400);
    expect(map.spacerHeight).toBe(maxSpacerHeight);
    expect(offsetOf(map, 0)).toBe(0);
    const bottom = offsetOf(map, maxSpacerHeight - 400);
    expect(bottom).toBeCloseTo(maxOffset(map), 3);
    expect(rowsInView(map, bottom, rowHeight, 10_000_000, 0).end).toBe(10_000_000);
  });

  it('maps there and back for any table', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50_000_000 }), fc.integer({ min: 50, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, height, share) => {
        const map = scrollMap(rows, rowHeight, height);
        const offset = share * maxOffset(map);
        expect(Math.abs(offsetOf(map, scrollTopOf(map, offset)) - offset)).toBeLessThan(1e-3);
      }),
    );
  });

  it('never draws more rows than fit, nor rows that are not there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000_000 }), fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rows, height, share) => {
        const map = scrollMap(rows, rowHeight, height);
        const { first, end } = rowsInView(map, share * maxOffset(map), rowHeight, rows, 4);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(rows);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 10);
      }),
    );
  });

  it('moves only as far as needed to show a row', () => {
    const map = scrollMap(1000, rowHeight, 280);
    expect(offsetToShow(map, 0, 5, rowHeight)).toBe(0);
    expect(offsetToShow(map, 0, 10, rowHeight)).toBe(28);
    expect(offsetToShow(map, 560, 3, rowHeight)).toBe(84);
    expect(offsetToShow(map, 0, 999, rowHeight)).toBe(maxOffset(map));
  });
});
