import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classGroups, disparities, groupingOf, intersectionOf, numberGroups } from './fairness.ts';
import { cutsOf } from './fairness-node.ts';

describe('groups of a protected column', () => {
  it('are its values, with missing ones last', () => {
    const found = groupingOf('sex', ['f', null, 'm', '', 'f'], false, 4, []);
    expect(found.groups).toEqual(['f', 'm', '(missing)']);
    expect([...found.codes]).toEqual([0, 2, 1, 2, 0]);
  });

  it('are ranges of numbers, by edges or equally filled; few numbers are themselves', () => {
    const ages = Array.from({ length: 100 }, (_unused, i) => i);
    const cut = groupingOf('age', ages, true, 4, cutsOf('65, 25'));
    expect(cut.groups).toEqual(['below 25', '25 to below 65', '65 and above']);
    expect([cut.codes[24], cut.codes[25], cut.codes[64], cut.codes[65]]).toEqual([0, 1, 1, 2]);
    const equal = groupingOf('age', ages, true, 4, []);
    expect(equal.groups).toHaveLength(4);
    expect([0, 1, 2, 3].map((code) => equal.codes.filter((one) => one === code).length)).toEqual([25, 25, 25, 25]);
    expect(groupingOf('children', [2, 0, 10, null, 0], true, 4, []).groups).toEqual(['0', '2', '10', '(missing)']);
  });

  it('put rare values together where there are too many', () => {
    const many = Array.from({ length: 200 }, (_unused, i) => `v${i % 40}`);
    const found = groupingOf('city', many, false, 4, []);
    expect(found.groups).toHaveLength(31);
    expect(found.groups.at(-1)).toBe('(other)');
    expect(found.codes.every((code) => code >= 0)).toBe(true);
  });

  it('cross', () => {
    const both = intersectionOf([groupingOf('sex', ['f', 'm', 'f'], false, 4, []), groupingOf('old', ['true', 'true', 'false'], false, 4, [])]);
    expect(both.column).toBe('sex · old');
    expect(both.groups).toEqual(['f · false', 'f · true', 'm · true']);
    expect([...both.codes]).toEqual([1, 2, 0]);
  });
});

describe('rates by group', () => {
  // Two groups of ten: a is selected 6 times (4 rightly, of 5 who should be), b 3 times (2 rightly, of 4).
  const rows = (group: string, hits: number, alarms: number, misses: number, left: number) => [
    ...Array.from({ length: hits }, () => [group, 1, 1] as const),
    ...Array.from({ length: alarms }, () => [group, 1, 0] as const),
    ...Array.from({ length: misses }, () => [group, 0, 1] as const),
    ...Array.from({ length: left }, () => [group, 0, 0] as const),
  ];
  const all = [...rows('a', 4, 2, 1, 3), ...rows('b', 2, 1, 2, 5), ...rows('c', 1, 0, 0, 0)];
  const grouping = groupingOf('g', all.map(([group]) => group), false, 4, []);
  const found = classGroups(grouping, all.map(([, selected]) => selected), all.map(([, , truth]) => truth), 5);

  it('count what they say', () => {
    expect(found.map(({ group, rows: count, small }) => [group, count, small])).toEqual([['a', 10, false], ['b', 10, false], ['c', 1, true]]);
    expect(found.slice(0, 2).map((one) => [one.selection.value, one.truePositive.value, one.falsePositive.value, one.precision.value, one.accuracy.value])).toEqual([
      [0.6, 0.8, 0.4, 4 / 6, 0.7],
      [0.3, 0.5, 1 / 6, 2 / 3, 0.7],
    ]);
    expect(found[0]?.selection.low).toBeGreaterThan(0.3);
    expect(found[2]?.falsePositive.value).toBeNaN();
  });

  it('are apart as Fairlearn defines it, small groups not counted', () => {
    const gaps = disparities(found, 4);
    expect(gaps.demographicParity).toBeCloseTo(0.3, 12);
    expect(gaps.parityRatio).toBeCloseTo(0.5, 12);
    expect(gaps.equalOpportunity).toBeCloseTo(0.3, 12);
    expect(gaps.equalisedOdds).toBeCloseTo(0.3, 12);
    expect(gaps.accuracy).toBeCloseTo(0, 12);
    expect([gaps.selection?.highest, gaps.selection?.lowest]).toEqual(['a', 'b']);
    expect(disparities(found.slice(0, 1)).demographicParity).toBeNaN();
    // Ten rows a group are enough for selection rates, their four or five positive ones not for true positive rates.
    expect(disparities(found).demographicParity).toBeCloseTo(0.3, 12);
    expect(disparities(found).equalOpportunity).toBeNaN();
  });

  it('sum up to the whole, whatever the groups', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z', null), fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 60 }), (people) => {
        const groups = classGroups(groupingOf('g', people.map(([group]) => group), false, 4, []), people.map(([, selected]) => Number(selected)), people.map(([, , truth]) => Number(truth)), 1);
        const sum = (of: (one: (typeof groups)[number]) => number): number => groups.reduce((total, one) => total + of(one), 0);
        expect(sum(({ rows: count }) => count)).toBe(people.length);
        expect(sum(({ selection }) => selection.hits)).toBe(people.filter(([, selected]) => selected).length);
        expect(sum(({ accuracy }) => accuracy.hits)).toBe(people.filter(([, selected, truth]) => selected === truth).length);
        const gaps = disparities(groups, 1);
        if (!Number.isNaN(gaps.equalOpportunity)) expect(gaps.equalisedOdds).toBeGreaterThanOrEqual(gaps.equalOpportunity);
      }),
    );
  });
});

it('errors of numbers by group have means and intervals', () => {
  const grouping = groupingOf('g', ['a', 'a', 'a', 'b'], false, 4, []);
  const [a, b] = numberGroups(grouping, [1, 2, 3, 10], [0, 2, 5, 4], 2);
  expect(a?.residual.value).toBeCloseTo(-1 / 3, 12);
  expect(a?.absoluteError.value).toBeCloseTo(1, 12);
  // Residuals 1, 0, −2: standard deviation √(7/3).
  expect((a?.residual.high ?? 0) - (a?.residual.value ?? 0)).toBeCloseTo((1.959963984540054 * Math.sqrt(7 / 3)) / Math.sqrt(3), 9);
  expect(b?.small).toBe(true);
  expect(b?.residual.low).toBeNaN();
});
