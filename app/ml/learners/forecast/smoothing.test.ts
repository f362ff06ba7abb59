import { describe, expect, it } from 'vitest';
import reference from './forecast.reference.json' with { type: 'json' };
import { nelderMead } from './nelder-mead.ts';
import { fitForm, fitSmoothing, seasonalNaive, type SmoothingForm } from './smoothing.ts';

const series: Readonly<Record<string, readonly number[]>> = reference.series;

describe('exponential smoothing against numpy and scipy (scripts/reference/forecast.py)', () => {
  for (const { series: name, trend, season, squares, forecast } of reference.fits) {
    it(`${name}: trend ${trend}, season ${season}`, () => {
      const values = Float64Array.from(series[name] ?? []);
      const found = fitForm(values, { trend: trend as SmoothingForm['trend'], season });
      expect(found.squares).toBeLessThan(squares * 1.002);
      expect(found.squares).toBeGreaterThan(squares * 0.998);
      const spread = Math.sqrt(squares / values.length);
      for (const [i, value] of found.forecast(12).entries()) expect(Math.abs(value - (forecast[i] ?? Number.NaN))).toBeLessThan(0.15 * spread);
    });
  }
  it('chooses the form that made the series', () => {
    expect(fitSmoothing(Float64Array.from(series['trend and season'] ?? []), 12).form.season).toBe(12);
    expect(fitSmoothing(Float64Array.from(series['season'] ?? []), 7).form).toEqual({ trend: 'none', season: 7 });
    expect(fitSmoothing(Float64Array.from(series['walk'] ?? []), 7).form.season).toBe(1);
  });
  it('takes a constant series', () => {
    for (const value of fitSmoothing(new Float64Array(30).fill(4), 7).forecast(5)) expect(value).toBeCloseTo(4, 9);
  });
});

it('seasonal naive repeats the last season', () => {
  expect(Array.from(seasonalNaive(Float64Array.of(1, 2, 3, 4, 5, 6), 3, 7))).toEqual([4, 5, 6, 4, 5, 6, 4]);
  expect(Array.from(seasonalNaive(Float64Array.of(1, 2), 3, 2))).toEqual([2, 2]);
});

it('nelderMead finds the least value of a curved valley', () => {
  const { x } = nelderMead(([a = 0, b = 0]) => (1 - a) ** 2 + 100 * (b - a * a) ** 2, [-1.2, 1], { most: 2000, tolerance: 1e-12 });
  expect(x[0]).toBeCloseTo(1, 3);
  expect(x[1]).toBeCloseTo(1, 3);
});
