import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupKFold, isTested, isTrainedOn, kFold, leaveOneGroupOut, randomSplits, timeSeries, type Folds, type Groups, type Split } from './folds.ts';

const seed = fc.nat(1000);
const numbers = { min: 0, max: 4 } as const;
const strata = (most: number, least = 20) => fc.array(fc.integer(numbers), { minLength: least, maxLength: most }).map((values) => Int32Array.from(values));

function rowsOf({ blocks }: Folds, split: Split, side: (split: Split, block: number) => boolean): number[] {
  const block = blocks[split.repeat - 1] ?? new Int32Array();
  return Array.from(block.keys()).filter((row) => side(split, block[row] ?? 0));
}
const tested = (folds: Folds, split: Split): number[] => rowsOf(folds, split, isTested);
const trained = (folds: Folds, split: Split): number[] => rowsOf(folds, split, isTrainedOn);

function groupsOf(index: Int32Array): Groups {
  const labels = [...new Set(index)].sort((a, b) => a - b);
  return { title: 'group', index: index.map((value) => labels.indexOf(value)), labels: labels.map(String) };
}

describe('k-fold', () => {
  it('tests each row exactly once a repeat and trains on all others, for equal seeds alike', () => {
    fc.assert(
      fc.property(strata(60), fc.integer({ min: 2, max: 10 }), fc.integer({ min: 1, max: 3 }), fc.boolean(), seed, (labels, k, repeats, stratified, start) => {
        const options = { rows: labels.length, k, repeats, strata: stratified ? labels : null, seed: start };
        const folds = kFold(options);
        expect(folds.splits).toHaveLength(k * repeats);
        for (let repeat = 1; repeat <= repeats; repeat += 1) {
          const splits = folds.splits.filter((split) => split.repeat === repeat);
          expect(splits.flatMap((split) => tested(folds, split)).sort((a, b) => a - b)).toEqual(Array.from(labels.keys()));
          for (const split of splits) expect([...tested(folds, split), ...trained(folds, split)].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()));
        }
        expect(kFold(options)).toEqual(folds);
      }),
    );
  });

  it('gives every fold each class to within one row of its share, and sizes to within one row', () => {
    fc.assert(
      fc.property(strata(200), fc.integer({ min: 2, max: 12 }), seed, (labels, k, start) => {
        const folds = kFold({ rows: labels.length, k, repeats: 2, strata: labels, seed: start });
        for (const split of folds.splits) {
          const rows = tested(folds, split);
          expect(Math.abs(rows.length - labels.length / k)).toBeLessThan(1);
          for (let cls = numbers.min; cls <= numbers.max; cls += 1) {
            const all = labels.filter((label) => label === cls).length;
            expect(Math.abs(rows.filter((row) => labels[row] === cls).length - all / k)).toBeLessThan(1);
          }
        }
      }),
    );
  });

  it('changes with the seed and the repeat, and refuses fewer rows than folds', () => {
    const folds = kFold({ rows: 50, k: 5, repeats: 2, strata: null, seed: 1 });
    expect(folds.blocks[0]).not.toEqual(folds.blocks[1]);
    expect(kFold({ rows: 50, k: 5, repeats: 1, strata: null, seed: 2 }).blocks[0]).not.toEqual(folds.blocks[0]);
    expect(() => kFold({ rows: 4, k: 5, repeats: 1, strata: null, seed: 1 })).toThrow(/4 rows cannot be divided into 5 folds/);
  });
});

describe('random repeats', () => {
  it('test the share that is left, of each class to within one row, and never a row that was trained on', () => {
    fc.assert(
      fc.property(strata(120), fc.constantFrom(0.5, 0.66, 0.8), fc.boolean(), seed, (labels, share, stratified, start) => {
        const folds = randomSplits({ rows: labels.length, share, repeats: 3, strata: stratified ? labels : null, seed: start });
        for (const split of folds.splits) {
          const rows = tested(folds, split);
          expect(Math.abs(rows.length - labels.length * (1 - share))).toBeLessThanOrEqual(0.5 + 1e-9);
          expect([...rows, ...trained(folds, split)].sort((a, b) => a - b)).toEqual(Array.from(labels.keys()));
          if (!stratified) continue;
          for (let cls = numbers.min; cls <= numbers.max; cls += 1) {
            const all = labels.filter((label) => label === cls).length;
            expect(Math.abs(rows.filter((row) => labels[row] === cls).length - all * (1 - share))).toBeLessThan(1 + 1e-9);
          }
        }
      }),
    );
    expect(() => randomSplits({ rows: 3, share: 0.95, repeats: 1, strata: null, seed: 1 })).toThrow(/leaves none to test/);
  });
});

describe('groups', () => {
  it('never stand on both sides, and each row is tested once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 10, maxLength: 80 }).map((values) => Int32Array.from(values)), fc.integer({ min: 2, max: 6 }), fc.boolean(), seed, (values, k, leaveOne, start) => {
        const groups = groupsOf(values);
        fc.pre(groups.labels.length >= k);
        const folds = leaveOne ? leaveOneGroupOut({ groups }) : groupKFold({ groups, k, seed: start });
        expect(folds.splits).toHaveLength(leaveOne ? groups.labels.length : k);
        expect(folds.splits.flatMap((split) => tested(folds, split)).sort((a, b) => a - b)).toEqual(Array.from(values.keys()));
        for (const split of folds.splits) {
          const outside = new Set(trained(folds, split).map((row) => values[row]));
          expect(tested(folds, split).filter((row) => outside.has(values[row]))).toEqual([]);
          expect(tested(folds, split).length + trained(folds, split).length).toBe(values.length);
        }
      }),
    );
  });

  it('fill the folds evenly, and one group is refused', () => {
    const values = Int32Array.from({ length: 100 }, (_unused, row) => row % 20);
    const folds = groupKFold({ groups: groupsOf(values), k: 5, seed: 3 });
    expect(folds.splits.map((split) => tested(folds, split).length)).toEqual([20, 20, 20, 20, 20]);
    const one = groupsOf(new Int32Array(10));
    expect(() => groupKFold({ groups: one, k: 2, seed: 1 })).toThrow(/one group/);
    expect(() => leaveOneGroupOut({ groups: one })).toThrow(/one group/);
    expect(() => groupKFold({ groups: groupsOf(Int32Array.of(0, 1, 2)), k: 5, seed: 1 })).toThrow(/3 groups .* cannot be divided into 5 folds/);
  });
});

describe('time series', () => {
  it('test no row before one that was trained on, whatever ties there are', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 40 }), { nil: Number.NaN, freq: 10 }), { minLength: 5, maxLength: 100 }), fc.integer({ min: 2, max: 5 }), fc.constantFrom(null, 1, 2, 3), (values, k, window) => {
        const times = Float64Array.from(values);
        const different = new Set(values.filter((time) => !Number.isNaN(time))).size;
        fc.pre(different >= k + (window ?? 1));
        const folds = timeSeries({ times, title: 't', k, window });
        expect(folds.splits).toHaveLength(k);
        for (const split of folds.splits) {
          const training = trained(folds, split).map((row) => times[row] ?? 0).filter((time) => !Number.isNaN(time));
          const test = tested(folds, split).map((row) => times[row] ?? 0);
          expect(test.length).toBeGreaterThan(0);
          expect(training.length).toBeGreaterThan(0);
          // Not even at the same time.
          expect(Math.min(...test)).toBeGreaterThan(Math.max(...training));
        }
        const all = folds.splits.flatMap((split) => tested(folds, split));
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  it('cut blocks of equal size; expanding windows grow, rolling ones keep theirs', () => {
    const times = Float64Array.from({ length: 60 }, (_unused, row) => (row * 7) % 60);
    const expanding = timeSeries({ times, title: 't', k: 5, window: null });
    expect(expanding.splits.map((split) => [trained(expanding, split).length, tested(expanding, split).length])).toEqual([[10, 10], [20, 10], [30, 10], [40, 10], [50, 10]]);
    const rolling = timeSeries({ times, title: 't', k: 4, window: 2 });
    expect(rolling.splits.map((split) => [trained(rolling, split).length, tested(rolling, split).length])).toEqual([[20, 10], [20, 10], [20, 10], [20, 10]]);
    expect(() => timeSeries({ times: Float64Array.of(1, 1, 2, 2), title: 't', k: 2, window: null })).toThrow(/2 different times, too few for 3 blocks/);
  });
});
