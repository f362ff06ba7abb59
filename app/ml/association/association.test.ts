import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correct } from './correction.ts';
import { betaI, chiSquareUpper, fisherUpper, lnGamma, normalTwoSided, studentTwoSided } from './distributions.ts';
import { clusterOrder } from './order.ts';

/** SciPy’s answers: argument, degrees of freedom, tail. */
const studentAnswers: [number, number, number][] = [[0.5, 3, 0.651447964848151], [2.1, 10, 0.06207724420221853], [5, 40, 1.1840065669659511e-05], [1.96, 1000, 0.050273184955748736], [12, 30, 5.580185415199261e-13], [0.001, 5, 0.9992407867721976], [3, 1000000.0, 0.0026998625414218]];
const fisherAnswers: [number, number, number, number][] = [[1.2, 2, 10, 0.3411077401491927], [5, 3, 200, 0.002297850084596441], [0.3, 1, 7, 0.6009026279700933], [40, 2, 330, 2.7890976585944677e-16], [1.01, 9, 100000, 0.4290169313526224]];
const chiSquareAnswers: [number, number, number][] = [[0.5, 1, 0.47950012218695337], [3.84, 1, 0.05004352124870519], [20, 10, 0.029252688076961124], [500, 450, 0.05147895234714731], [100, 5, 5.285148360943219e-20]];
const normalAnswers: [number, number][] = [[0.1, 0.920344325445942], [1.96, 0.04999579029644087], [5, 5.733031437583866e-07], [9, 2.2571768119076647e-19]];

const near = (found: number, wanted: number): void => expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-9 * Math.abs(wanted));

describe('tails of distributions', () => {
  it.each(studentAnswers)('Student t %d with %d degrees', (t, freedom, p) => near(studentTwoSided(t, freedom), p));
  it.each(fisherAnswers)('F %d with %d and %d', (f, a, b, p) => near(fisherUpper(f, a, b), p));
  it.each(chiSquareAnswers)('chi-square %d with %d', (x, freedom, p) => near(chiSquareUpper(x, freedom), p));
  it.each(normalAnswers)('normal %d', (z, p) => near(normalTwoSided(z), p));

  it('keep the rules of beta and gamma', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 50, noNaN: true }), fc.double({ min: 0.1, max: 50, noNaN: true }), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (a, b, x) => {
        expect(betaI(a, b, x) + betaI(b, a, 1 - x)).toBeCloseTo(1, 10);
        expect(lnGamma(a + 1) - lnGamma(a)).toBeCloseTo(Math.log(a), 9);
      }),
    );
  });
});

describe('correction of p-values (by hand)', () => {
  const p = [0.01, 0.04, Number.NaN, 0.03, 0.005];
  it('Holm', () => expect(correct(p, 'holm').map((v) => +v.toFixed(6))).toEqual([0.03, 0.06, Number.NaN, 0.06, 0.02]));
  it('Benjamini–Hochberg', () => expect(correct(p, 'fdr').map((v) => +v.toFixed(6))).toEqual([0.02, 0.04, Number.NaN, 0.04, 0.02]));
  it('Bonferroni', () => expect(correct(p, 'bonferroni').map((v) => +v.toFixed(6))).toEqual([0.04, 0.16, Number.NaN, 0.12, 0.02]));
});

describe('the order of similar things', () => {
  it('puts two blocks beside each other', () => {
    const block = (i: number, j: number): number => (i === j ? 0 : i % 2 === j % 2 ? 0.1 + 0.01 * Math.abs(i - j) : 0.9);
    const order = clusterOrder(Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_unused, j) => block(i, j))));
    expect(order.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(order.slice(0, 3).map((i) => i % 2)).size).toBe(1);
  });
});
