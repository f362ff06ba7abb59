import { describe, expect, it } from 'vitest';
import type { RawColumns } from '../model/raw-columns.ts';
import type { Predictions } from '../model/scorer.ts';
import { dependenceOf, gridOf, jointCounts, jointDependence, type DependenceQuestion } from './dependence.ts';
import { interactionShare } from './dependence-report.ts';
import { permutationImportance, seededPermutations } from './importance.ts';
import { isLoss, type ModelMeasure } from './measures.ts';
import { relatedColumns } from './related-columns.ts';
import reference from './understanding.reference.json' with { type: 'json' };

const { rows: table, y, labels, permutations, importances, dependence } = reference.model;
const names = ['a', 'b', 'c', 'd'];
const columns: RawColumns = Object.fromEntries(names.map((name, i) => [name, Float64Array.from(table, (row) => row[i] ?? 0)]));
const at = (given: RawColumns, name: string, row: number): number => Number(given[name]?.[row]);

/** The formula of the reference script, as numbers and as the logit of two classes. */
const formula = (given: RawColumns, row: number): number => 2 * at(given, 'a', row) + Math.sin(3 * at(given, 'b', row)) * at(given, 'c', row) + at(given, 'a', row) * at(given, 'd', row);
const numbers = async (given: RawColumns, rows: number): Promise<Predictions> => ({ rows, prediction: Float64Array.from({ length: rows }, (_unused, row) => formula(given, row)) as unknown as Float32Array });
const classes = async (given: RawColumns, rows: number): Promise<Predictions> => {
  const p = Array.from({ length: rows }, (_unused, row) => 1 / (1 + Math.exp(-formula(given, row))));
  return { rows, label: Int32Array.from(p, (value) => Number(value > 0.5)), probabilities: Float64Array.from(p.flatMap((value) => [1 - value, value])) as unknown as Float32Array };
};
const held = (truth: readonly number[]) => ({ rows: table.length, numbers: Float64Array.from(table, (_row, i) => i + 1), columns, truth: Float64Array.from(truth), extras: [] });

describe('permutation importance', () => {
  it.each(Object.keys(importances) as ModelMeasure[])('by %s is scikit-learn’s for the same permutations', async (measure) => {
    const regression = measure === 'r2' || measure === 'mae' || measure === 'rmse';
    const found = await permutationImportance({
      held: held(regression ? y : labels),
      classes: regression ? 0 : 2,
      units: names.map((name) => [name]),
      repeats: permutations.length,
      measure,
      permutation: (_unit, repeat) => Int32Array.from(permutations[repeat] ?? []),
      score: regression ? numbers : classes,
      before: () => undefined,
    });
    const expected = importances[measure as keyof typeof importances];
    found.units.forEach(({ drops }, unit) => drops.forEach((drop, repeat) => expect(drop).toBeCloseTo(expected[unit]?.[repeat] ?? Number.NaN, measure === 'log-loss' ? 6 : 9)));
    expect(isLoss(measure)).toBe(['mae', 'rmse', 'log-loss'].includes(measure));
  });

  it('deals rows out by the seed alone, each order once', () => {
    const order = seededPermutations(50, 9);
    expect([...order(2, 1)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_unused, row) => row));
    expect(order(2, 1)).toEqual(seededPermutations(50, 9)(2, 1));
    expect(new Set([order(0, 0), order(0, 1), order(1, 0), seededPermutations(50, 10)(0, 0)].map(String)).size).toBe(4);
  });

  it('moves columns of one unit together, so that what they say of each other stays', async () => {
    const sum = async (given: RawColumns, rows: number): Promise<Predictions> => ({ rows, prediction: Float32Array.from({ length: rows }, (_unused, row) => at(given, 'a', row) - at(given, 'twin', row)) });
    const question = { classes: 0, repeats: 2, measure: 'mae' as const, permutation: seededPermutations(60, 1), score: sum, before: () => undefined };
    const twins = { ...held(table.map(() => 0)), columns: { ...columns, twin: columns['a'] ?? [] } };
    const found = await permutationImportance({ ...question, held: twins, units: [['a'], ['a', 'twin']] });
    expect(found.baseline).toBe(0);
    expect(Math.min(...(found.units[0]?.drops ?? []))).toBeGreaterThan(0.1);
    expect(found.units[1]?.drops).toEqual([0, 0]);
  });
});

describe('columns that go together', () => {
  const x = Array.from({ length: 200 }, (_unused, row) => (Math.imul(row + 1, 2654435761) >>> 8) / 2 ** 24);
  const z = Array.from({ length: 200 }, (_unused, row) => (Math.imul(row + 77, 1597334677) >>> 8) / 2 ** 24);
  const all: RawColumns = {
    x,
    cubed: x.map((value) => value ** 3),
    band: x.map((value) => (value < 0.2 ? 'low' : value < 0.7 ? 'middle' : 'high')),
    z,
    city: z.map((value) => (value < 0.5 ? 'Oslo' : 'Bergen')),
    code: z.map((value) => (value < 0.5 ? 'OSL' : 'BGO')),
    id: x.map((_value, row) => `row ${row}`),
  };

  it('are found over numbers and text alike', () => {
    const found = relatedColumns(all, Object.keys(all), 0.85);
    expect(found.map((group) => group.columns.toSorted())).toEqual([['band', 'cubed', 'x'], ['city', 'code', 'z']]);
    expect(found[0]?.strength).toBeCloseTo(1, 9);
  });

  it('are not found where there is nothing', () => {
    expect(relatedColumns({ x, z, few: Float64Array.of(1, 1, 1) }, ['x', 'z', 'few'])).toEqual([]);
  });
});

describe('partial dependence', () => {
  const question: DependenceQuestion = { held: held(y), outputs: 1, chosen: 0, drawn: [0, 1, 2, 3, 4], score: numbers, before: () => undefined };

  it('is scikit-learn’s, its lines too, on the same grid', async () => {
    for (const [name, place] of [['a', '0'], ['d', '3']] as const) {
      const expected = dependence[place];
      const grid = gridOf(name, columns[name] ?? [], true, 9);
      grid.values.forEach((value, i) => expect(value).toBeCloseTo(expected.grid[i] ?? Number.NaN, 10));
      expect(grid.values).toHaveLength(expected.grid.length);
      const found = await dependenceOf(grid, question);
      found.means.forEach(([mean], i) => expect(mean).toBeCloseTo(expected.average[i] ?? Number.NaN, 9));
      found.lines.forEach((values, i) => values.forEach((value, row) => expect(value).toBeCloseTo(expected.individual[row]?.[i] ?? Number.NaN, 9)));
    }
  });

  it('of two columns is scikit-learn’s', async () => {
    const [first, second] = [gridOf('a', columns['a'] ?? [], true, 9), gridOf('d', columns['d'] ?? [], true, 9)];
    const found = await jointDependence(first, second, question);
    expect(found).toHaveLength(dependence.joint.length);
    found.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(dependence.joint[i]?.[j] ?? Number.NaN, 9)));
    const counts = jointCounts(first, second, question.held).flat();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
  });

  it('says how much of a map is neither column’s own: nothing of a sum, all of a centred product', () => {
    const places = [-2, -1, 0, 1, 2];
    const map = (of: (x: number, y: number) => number): number[][] => places.map((y) => places.map((x) => of(x, y)));
    const rows = map(() => 3);
    expect(interactionShare(map((x, y) => x ** 3 - 4 * y), rows)).toBeCloseTo(0, 12);
    expect(interactionShare(map((x, y) => x * y), rows)).toBeCloseTo(1, 12);
    expect(interactionShare(map((x, y) => x + y + x * y), rows)).toBeCloseTo(4 / (2 + 2 + 4), 12);
    expect(interactionShare(map(() => 5), rows)).toBeNaN();
  });

  it('takes the most frequent texts, missing ones last', () => {
    const grid = gridOf('t', ['b', 'a', null, '', 'a', 'c', null, 'a'], false, 3);
    expect(grid.values).toEqual(['a', 'b', null]);
    expect(grid.shares).toEqual([3 / 8, 1 / 8, 3 / 8]);
  });

  it('says where the rows are', () => {
    const grid = gridOf('n', Float64Array.of(0, 0, 0, 1, 10, Number.NaN), true, 20);
    expect(grid.values).toEqual([0, 1, 10]);
    expect(grid.shares).toEqual([3 / 6, 1 / 6, 1 / 6]);
  });
});
