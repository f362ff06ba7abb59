import { expect, it } from 'vitest';
import { memoryOf, sharedFloats } from '#app/core/shared-table.ts';
import { normal, uniform } from '../learners/random.ts';
import { quietHooks } from '../learners/testing.ts';
import { RowTeam, type RowNumbers, type RowSums } from './row-team.ts';
import { plainMoments } from './plain-moments.ts';

const check = (): void => undefined;

/** Rows that leave a part of a block over, on memory that all threads see. */
function made(rows: number, columns: number): Float32Array {
  const next = uniform(5);
  const matrix = new Float32Array(new SharedArrayBuffer(rows * columns * 4));
  for (let i = 0; i < matrix.length; i++) matrix[i] = normal(next) + (i % columns) / 4;
  return matrix;
}

async function withTeam<T>(matrix: Float32Array, columns: number, numbers: RowNumbers, use: (team: RowTeam) => T, copied?: number): Promise<T> {
  const team = await RowTeam.open({ matrix, rows: matrix.length / columns, columns }, numbers, copied);
  try {
    return use(team);
  } finally {
    team.close();
  }
}

/** The lower triangle, which is what counts. */
const lower = (gram: Float64Array, columns: number): number[] => Array.from(gram).filter((_, i) => i % columns <= Math.floor(i / columns));

function near(found: ArrayLike<number>, wanted: ArrayLike<number>, share: number): void {
  const size = Math.max(...Array.from(wanted, Math.abs));
  expect(found).toHaveLength(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(Math.abs((found[i] ?? Number.NaN) - (wanted[i] ?? 0))).toBeLessThan(share * size);
}

it.each([1, 3, 4, 9, 28, 31, 96])('sums products of %i columns as plain sums do, with weights and targets', async (columns) => {
  const rows = 9_001;
  const matrix = made(rows, columns);
  const next = uniform(8);
  const targets = Float64Array.from({ length: rows }, () => normal(next) + 100);
  const weights = Float64Array.from({ length: rows }, () => next());
  const shift = Float64Array.from({ length: columns }, (_, j) => Math.fround(j / 4));
  const wanted = plainMoments({ matrix, rows, columns, target: targets, weights }, quietHooks());
  const { sums, sides, gram } = await withTeam(matrix, columns, { targets, weights }, (team) => team.moments(shift, 100, true, check));
  const [weight = 0, deviation = 0] = sums;
  near([weight, 100 + deviation / weight], [wanted.weight, wanted.targetMean], 1e-9);
  const off = sides.subarray(0, columns);
  near(off.map((sum, j) => (shift[j] ?? 0) + sum / weight), wanted.means, 1e-6);
  near(off.map((sum, j) => (sides[columns + j] ?? 0) - (sum * deviation) / weight), wanted.cross, 1e-5);
  const centred = gram.map((sum, i) => sum - ((off[Math.floor(i / columns)] ?? 0) * (off[i % columns] ?? 0)) / weight);
  near(lower(centred, columns), lower(wanted.gram, columns), 1e-6);
  const squares = await withTeam(matrix, columns, { weights }, (team) => team.moments(null, 0, false, check));
  near(squares.sides.subarray(columns), Float64Array.from({ length: columns }, (_, j) => (wanted.gram[j * columns + j] ?? 0) + weight * (wanted.means[j] ?? 0) ** 2), 1e-6);
});

function plainLogistic(matrix: Float32Array, columns: number, classes: Float64Array, shares: Float32Array, beta: Float64Array, intercept: number): RowSums {
  const [sums, sides, gram] = [new Float64Array(5), new Float64Array(2 * columns), new Float64Array(columns * columns)];
  const add = (to: Float64Array, i: number, value: number): void => {
    to[i] = (to[i] ?? 0) + value;
  };
  for (let row = 0; row < classes.length; row++) {
    const x = Array.from(matrix.subarray(row * columns, (row + 1) * columns));
    const z = x.reduce((sum, value, j) => sum + value * (beta[j] ?? 0), intercept);
    const sign = classes[row] === 1 ? 1 : -1;
    const w = shares[row] ?? 0;
    const wrong = 1 / (1 + Math.exp(sign * z));
    [w * Math.log1p(Math.exp(-sign * z)), -sign * w * wrong, sign * z > 0 ? w : 0, w * wrong * (1 - wrong), w].forEach((value, i) => add(sums, i, value));
    for (const [j, value] of x.entries()) {
      add(sides, j, -sign * w * wrong * value);
      add(sides, columns + j, w * wrong * (1 - wrong) * value);
      for (const [k, other] of x.entries()) add(gram, j * columns + k, w * wrong * (1 - wrong) * value * other);
    }
  }
  return { sums, sides, gram };
}

it.each([0.2, 3, 40])('looks at a logistic loss as plain sums do, also where it is sure: slopes up to %d', async (size) => {
  const [rows, columns] = [5_003, 10];
  const matrix = made(rows, columns);
  const next = uniform(4);
  const classes = Float64Array.from({ length: rows }, () => (next() < 0.4 ? 1 : 0));
  const shares = Float32Array.from({ length: rows }, () => 2 * next());
  const beta = Float64Array.from({ length: columns }, (_, j) => Math.fround(size * Math.sin(j)));
  for (const weights of [shares, new Float32Array(rows).fill(1)]) {
    const wanted = plainLogistic(matrix, columns, classes, weights, beta, 0.5);
    const found = await withTeam(matrix, columns, weights === shares ? { classes, shares } : { classes }, (team) => team.logistic(null, { beta, intercept: 0.5, curvature: true, spread: 'all' }, check));
    near(found.sums, wanted.sums, 2e-6);
    near(found.sides, wanted.sides, 2e-6);
    near(lower(found.gram, columns), lower(wanted.gram, columns), 2e-6);
  }
});

it('gives the same whatever the number of threads, also from a table that one thread alone sees', async () => {
  const [rows, columns] = [50_001, 28];
  const matrix = made(rows, columns);
  const shift = new Float64Array(columns).fill(0.5);
  const classes = Float64Array.from({ length: rows }, (_, row) => row % 2);
  const beta = Float64Array.from({ length: columns }, (_, j) => j / 100);
  const both = async (table: Float32Array): Promise<unknown> => [
    await withTeam(table, columns, { targets: classes }, (team) => team.moments(shift, 0.5, true, check)),
    await withTeam(table, columns, { classes }, (team) => [team.logistic(shift, { beta, intercept: 0, curvature: true, spread: 'all' }, check), team.logistic(shift, { beta, intercept: 0, curvature: true, spread: 9000 }, check)]),
  ];
  expect(await both(matrix)).toEqual(await both(Float32Array.from(matrix)));
});

/** The same numbers where kernels work on them. */
function placed(matrix: Float32Array): Float32Array {
  const table = sharedFloats(matrix.length);
  table.set(matrix);
  return table;
}

it.each([[28, 50_001], [28, 10_002], [31, 9_001], [4, 20_003]])('gives the same from a table that kernels work on where it lies: %d columns', async (columns, rows) => {
  const matrix = made(rows, columns);
  const table = placed(matrix);
  expect(memoryOf(table)).not.toBeNull();
  const classes = Float64Array.from({ length: rows }, (_, row) => row % 2);
  const weights = Float64Array.from({ length: rows }, (_, row) => 1 + (row % 3));
  const beta = Float64Array.from({ length: columns }, (_, j) => j / 100);
  for (const shift of [null, new Float64Array(columns).fill(0.5)]) {
    const all = async (of: Float32Array, copied?: number): Promise<unknown> => [
      await withTeam(of, columns, { targets: classes, weights }, (team) => team.moments(shift, 0.5, true, check), copied),
      await withTeam(of, columns, { classes }, (team) => team.logistic(shift, { beta, intercept: 0, curvature: true, spread: 'all' }, check), copied),
    ];
    const copies = await all(matrix);
    expect(await all(table)).toEqual(copies);
    expect(await all(table, 0)).toEqual(copies);
  }
  expect(table).toEqual(matrix);
});

it('leaves no memory behind in a table that five hundred fits share, some of them at once', async () => {
  const columns = 28;
  const table = placed(made(5_000, columns));
  const fit = (): Promise<RowSums> => withTeam(table, columns, { targets: new Float64Array(5_000) }, (team) => team.moments(null, 0, true, check), 0);
  const [wanted] = await Promise.all([fit(), fit(), fit()]);
  const size = (): number => memoryOf(table)?.buffer.byteLength ?? 0;
  await new Promise(setImmediate);
  const before = size();
  for (let i = 0; i < 250; i++) expect(await Promise.all([fit(), fit()])).toEqual([wanted, wanted]);
  // A room comes back when its helpers have left it: at most one more for each of those at once.
  expect(size() - before).toBeLessThanOrEqual(4 * 2 ** 20);
}, 60_000);

it('spreads a sample over all rows', async () => {
  const [rows, columns] = [100_000, 2];
  const matrix = new Float32Array(new SharedArrayBuffer(rows * columns * 4));
  for (let row = 0; row < rows; row++) matrix[row * columns] = row;
  const { sums, sides } = await withTeam(matrix, columns, { classes: new Float64Array(rows) }, (team) => team.logistic(null, { beta: new Float64Array(columns), intercept: 0, curvature: false, spread: 20_000 }, check));
  const weight = sums[4] ?? 0;
  expect(weight).toBeGreaterThan(15_000);
  expect(weight).toBeLessThan(30_000);
  // The slope of each row is a half here.
  expect((2 * (sides[0] ?? 0)) / weight / rows).toBeCloseTo(0.5, 2);
});

it('stops between parts of a large table once it is cancelled', async () => {
  const cancelled = (): never => {
    throw new Error('cancelled');
  };
  await expect(withTeam(made(20_000, 4), 4, {}, (team) => team.moments(null, 0, true, cancelled))).rejects.toThrow('cancelled');
});
