import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey, explainStale, seedOf, type KeyParts } from './cache-key.ts';

const parts = (change: Partial<KeyParts> = {}): KeyParts => ({
  type: 'train/mlp',
  version: 1,
  params: { learningRate: 0.1, layers: [64, 64], steps: [{ method: 'mean' }] },
  fingerprint: { 'orders.csv': '10:20' },
  upstream: { table: [{ key: 'k1', port: 'table', nodeId: 'n1', title: 'Filter Rows' }] },
  ...change,
});

const upstream = (change: Partial<KeyParts['upstream'][string][number]>): Pick<KeyParts, 'upstream'> => ({
  upstream: { table: [{ key: 'k1', port: 'table', nodeId: 'n1', title: 'Filter Rows', ...change }] },
});

describe('cacheKey', () => {
  it('does not depend on names, order of keys or node ids', () => {
    const other = parts({ params: { steps: [{ method: 'mean' }], layers: [64, 64], learningRate: 0.1 }, ...upstream({ nodeId: 'copy', title: 'Renamed' }) });
    expect(cacheKey(other)).toBe(cacheKey(parts()));
    expect(explainStale(parts(), other)).toEqual([]);
  });

  it('differs exactly where a reason can be given', () => {
    const value = fc.record({
      type: fc.constantFrom('a/b', 'a/c'),
      version: fc.constantFrom(1, 2),
      params: fc.record({ p: fc.jsonValue({ maxDepth: 2 }), q: fc.constantFrom(1, 2) }),
      fingerprint: fc.dictionary(fc.constantFrom('f', 'g'), fc.constantFrom('1', '2')),
      upstream: fc.dictionary(
        fc.constantFrom('table', 'recipe'),
        fc.array(fc.record({ key: fc.constantFrom('k', 'l'), port: fc.constantFrom('table', 'test'), nodeId: fc.constantFrom('n', 'm'), title: fc.constantFrom('N', 'M') }), { minLength: 1, maxLength: 2 }),
      ),
    });
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(explainStale(a, b).length > 0).toBe(cacheKey(a) !== cacheKey(b));
      }),
      { numRuns: 500 },
    );
  });

  it('gives a 32-bit seed', () => {
    expect(seedOf('train/neural-network')).toBe(seedOf('train/neural-network'));
    expect(seedOf('train/neural-network')).not.toBe(seedOf('train/logistic-regression'));
    expect(Number.isInteger(seedOf('a')) && seedOf('a') >= 0 && seedOf('a') < 2 ** 32).toBe(true);
  });
});

describe('explainStale', () => {
  const why = (change: Partial<KeyParts>): string[] => explainStale(parts(), parts(change));

  it('names what changed, in words', () => {
    const params = { learningRate: 0.1, layers: [64, 64], steps: [{ method: 'mean' }] };
    expect(why({ params: { ...params, learningRate: 0.05 } })).toEqual(['`learningRate` 0.1 → 0.05']);
    expect(why({ params: { ...params, steps: [{ method: 'median' }] } })).toEqual(['`steps[0].method` “mean” → “median”']);
    expect(why({ params: { ...params, layers: [64, 32] } })).toEqual(['`layers`: added 32']);
    expect(why({ params: { ...params, extra: 1 } })).toEqual(['`extra` set to 1']);
    expect(why({ fingerprint: { 'orders.csv': '11:21' } })).toEqual(['`orders.csv` changed on disk']);
    expect(why({ fingerprint: {} })).toEqual(['`orders.csv` is no longer read']);
    expect(why(upstream({ key: 'k2' }))).toEqual(['upstream *Filter Rows* changed']);
    expect(why(upstream({ port: 'test' }))).toEqual(['table comes from another output of *Filter Rows*']);
    expect(why(upstream({ nodeId: 'n2', title: 'Sort', key: 'k9' }))).toEqual(['table comes from *Sort* instead of *Filter Rows*']);
    expect(why({ upstream: {} })).toEqual(['*Filter Rows* is no longer connected to table']);
    expect(why({ params: { ...params, steps: [{ method: 'mean' }, { method: 'mode' }] } })).toEqual(['`steps`: entry 2 added']);
    expect(why({ params: { ...params, steps: [] } })).toEqual(['`steps`: entry 1 removed']);
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p${i}`, i]));
    expect(why({ params: { ...params, ...many } })).toHaveLength(8);
    expect(why({ params: { ...params, ...many } }).at(-1)).toBe('5 more changes');
    expect(why({ version: 2 })).toEqual(['this version of Penstock computes it in another way (version 1 → 2 of the node)']);
  });
});
