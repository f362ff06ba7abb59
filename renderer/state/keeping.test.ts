import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameValue, keepEntries, keepItems } from './keeping.ts';

describe('what stays', () => {
  it('tells equal values as JSON does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(isSameValue(a, structuredClone(a))).toBe(true);
        const sorted = (value: unknown): unknown =>
          Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null ? Object.entries(value).map(([key, item]) => [key, sorted(item)]).sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)) : Object.is(value, -0) ? '-0' : value;
        if (!JSON.stringify([a, b]).includes('{}')) expect(isSameValue(a, b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)) && typeof a === typeof b && Array.isArray(a) === Array.isArray(b));
      }),
    );
    expect(isSameValue({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(isSameValue({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(isSameValue([], {})).toBe(false);
    expect(isSameValue({}, null)).toBe(false);
  });

  it('keeps the objects of entries that say the same, and the record when all do', () => {
    const before = { a: { state: 'fresh', reasons: [] }, b: { state: 'stale', reasons: ['x'] } };
    const now = { a: { state: 'fresh', reasons: [] }, b: { state: 'fresh', reasons: [] } };
    const kept = keepEntries(before, now);
    expect(kept).toEqual(now);
    expect(kept['a']).toBe(before.a);
    expect(kept['b']).toBe(now.b);
    expect(keepEntries(before, structuredClone(before))).toBe(before);
    expect(keepEntries(before, { a: before.a })).toEqual({ a: before.a });
  });

  it('keeps items of a list by their key, wherever they are now', () => {
    const before = [{ id: 'a', text: '1' }, { id: 'b', text: '2' }];
    const now = [{ id: 'b', text: '2' }, { id: 'a', text: 'other' }];
    const kept = keepItems(before, now, ({ id }) => id);
    expect(kept).toEqual(now);
    expect(kept[0]).toBe(before[1]);
    expect(kept[1]).toBe(now[1]);
    expect(keepItems(before, structuredClone(before), ({ id }) => id)).toBe(before);
  });
});
