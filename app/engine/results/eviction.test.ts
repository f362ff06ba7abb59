import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chooseEvictions, type Evictable } from './eviction.ts';
import { Leases } from './leases.ts';

const day = 86_400_000;
const now = 1000 * day;
const result = (key: string, more: Partial<Evictable> = {}): Evictable => ({ key, ms: 1000, lastUsed: now, isLatest: true, artifacts: [`file-${key}`], upstream: [], ...more });
const sizes = (of: Record<string, number>): Map<string, number> => new Map(Object.entries(of).map(([key, bytes]) => [`file-${key}`, bytes]));
const choose = (results: Evictable[], bytes: Record<string, number>, budget: number, safe: string[] = []) =>
  chooseEvictions({ results, sizes: sizes(bytes), protected: new Set(safe.map((key) => `file-${key}`)), budget, now });

describe('eviction', () => {
  it('removes nothing within the budget, not even files that nobody names', () => {
    expect(choose([result('a')], { a: 10, orphan: 5 }, 15)).toEqual({ results: [], artifacts: [], freed: 0 });
  });

  it('starts with files that no result names', () => {
    expect(choose([result('a', { ms: 1 })], { a: 10, orphan: 5 }, 12)).toEqual({ results: [], artifacts: ['file-orphan'], freed: 5 });
  });

  it('removes what is cheapest to compute again for its size', () => {
    const found = choose([result('dear', { ms: 60_000 }), result('cheap', { ms: 10 }), result('small', { ms: 10 })], { dear: 100, cheap: 100, small: 1 }, 150);
    expect(found.results).toEqual([{ key: 'cheap', bytes: 100 }]);
  });

  it('prefers what was not used for long, and what its node left behind', () => {
    expect(choose([result('new'), result('old', { lastUsed: now - 30 * day })], { new: 10, old: 10 }, 15).results[0]?.key).toBe('old');
    expect(choose([result('new'), result('left', { isLatest: false })], { new: 10, left: 10 }, 15).results[0]?.key).toBe('left');
  });

  it('counts what would have to run first: a result whose source is gone is dearer', () => {
    const source = result('gone', { ms: 50_000, artifacts: [] });
    expect(choose([source, result('below', { upstream: ['gone'] }), result('alone', { ms: 2000 })], { below: 10, alone: 10 }, 15).results[0]?.key).toBe('alone');
  });

  it('keeps a file as long as another result is in it', () => {
    const results = [result('a', { artifacts: ['file-shared'], ms: 1 }), result('b', { artifacts: ['file-shared'], ms: 9_000_000 }), result('c', { ms: 100_000 })];
    const found = choose(results, { shared: 10, c: 10 }, 12);
    expect(found.artifacts).toEqual(['file-c']);
    expect(found.results.map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it('keeps the budget where it can, and never touches what is protected, whatever the sequence', () => {
    const files = fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 20 });
    const results = fc.array(
      fc.record({ ms: fc.nat(100_000), age: fc.nat(100), isLatest: fc.boolean(), artifacts: fc.array(fc.nat(30), { maxLength: 3 }), upstream: fc.array(fc.nat(20), { maxLength: 3 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(files, fc.array(fc.nat(1000), { minLength: 31, maxLength: 31 }), results, fc.uniqueArray(fc.nat(30), { maxLength: 6 }), fc.nat(10_000), (ids, bytes, given, safe, budget) => {
        const all = given.map(({ age, ...one }, index): Evictable => ({ ...one, key: `k${index}`, lastUsed: now - age * day, artifacts: one.artifacts.map((id) => `f${id}`), upstream: one.upstream.map((id) => `k${id}`) }));
        const held = new Map(ids.map((id) => [`f${id}`, bytes[id] ?? 0]));
        const kept = new Set(safe.map((id) => `f${id}`));
        const found = chooseEvictions({ results: all, sizes: held, protected: kept, budget, now });
        const gone = new Set(found.artifacts);
        expect(gone.size).toBe(found.artifacts.length);
        for (const id of gone) expect([held.has(id), kept.has(id)]).toEqual([true, false]);
        const before = [...held.values()].reduce((a, b) => a + b, 0);
        const after = [...held].reduce((sum, [id, size]) => sum + (gone.has(id) ? 0 : size), 0);
        expect(before - after).toBe(found.freed);
        if (before <= budget) expect(gone.size).toBe(0);
        // What stays over the budget is protected, or weighs nothing.
        if (after > budget) {
          const stuck = (id: string): boolean => kept.has(id) || held.get(id) === 0;
          for (const id of held.keys()) if (!gone.has(id)) expect(stuck(id)).toBe(true);
        }
        // A result that stays has all the files it had.
        const evicted = new Set(found.results.map(({ key }) => key));
        for (const one of all) if (!evicted.has(one.key)) for (const id of one.artifacts) expect(gone.has(id)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('leases', () => {
  it('hold a file until everyone who reads it has given it back', () => {
    const leases = new Leases();
    const first = leases.hold(['a', 'b']);
    const second = leases.hold(['a']);
    first();
    first();
    expect(leases.held()).toEqual(new Set(['a']));
    second();
    expect(leases.held().size).toBe(0);
  });

  it('hold what was looked at for a while', () => {
    const leases = new Leases();
    leases.look(['a'], 1000);
    expect(leases.held(60_000)).toEqual(new Set(['a']));
    expect(leases.held(10 * 60_000).size).toBe(0);
  });
});
