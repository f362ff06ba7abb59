import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { normal, uniform } from '../learners/random.ts';
import { runHead } from '../learners/testing.ts';
import { closeIdleWorkers, runTask } from '../worker/run-task.ts';
import { dbscan, kneeOf, reachOf } from './dbscan.ts';
import { cut, linkage, linkages } from './hierarchical.ts';
import { plainAssigner } from './k-means/assigner.ts';
import { lloyd } from './k-means/lloyd.ts';
import { teamAssigner } from './k-means/team-assigner.ts';
import { KdTree } from './kd-tree.ts';
import { bySize, columnMoments, sampleRows, squaredBetween, type PointSet } from './points.ts';
import { agreement, centreMeasures } from './quality.ts';
import reference from './reference.json' with { type: 'json' };
import { sampledSilhouette, silhouettes } from './silhouette.ts';

afterAll(closeIdleWorkers);
const nothing = (): void => undefined;
const points = (): PointSet => ({ data: Float32Array.from(reference.data.flat()), rows: reference.data.length, columns: 4 });

/** Labels renumbered by first appearance, noise kept. */
function renumbered(labels: Iterable<number>): number[] {
  const numbers = new Map<number, number>();
  return Array.from(labels, (label) => {
    if (label < 0) return -1;
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    return number;
  });
}

function blobs(rows: number, columns: number, k: number, apart: number, seed: number): PointSet & { readonly from: Int32Array } {
  const next = uniform(seed);
  const centres = Float64Array.from({ length: k * columns }, () => apart * normal(next));
  const from = Int32Array.from({ length: rows }, () => Math.floor(next() * k));
  return { rows, columns, from, data: Float32Array.from({ length: rows * columns }, (_, at) => (centres[(from[Math.floor(at / columns)] ?? 0) * columns + (at % columns)] ?? 0) + normal(next)) };
}

describe('k-means', () => {
  it('finds scikit-learn’s centres from the same start', async () => {
    const { start, centres, inertia, labels } = reference.kMeans;
    const all = points();
    const found = await lloyd(all, Float64Array.from(start.flat()), 4, plainAssigner(all, 4), { maxIterations: 1000, tolerance: 0, each: nothing });
    expect(found.converged).toBe(true);
    expect(Array.from(found.labels)).toEqual(labels);
    expect(Math.abs(found.inertia - inertia)).toBeLessThan(1e-8 * inertia);
    centres.flat().forEach((value, at) => expect(found.centres[at]).toBeCloseTo(value, 9));
  });

  it('gives a row to a cluster that lost all of its own', async () => {
    const few: PointSet = { data: Float32Array.of(0, 1, 10, 11, 30), rows: 5, columns: 1 };
    const found = await lloyd(few, Float64Array.of(0.5, 500, 10.5), 3, plainAssigner(few, 3), { maxIterations: 100, tolerance: 0, each: nothing });
    expect(renumbered(found.labels)).toEqual([0, 0, 1, 1, 2]);
    expect(found.inertia).toBeCloseTo(1, 12);
  });

  it.each([{ k: 3, columns: 1 }, { k: 5, columns: 6 }, { k: 8, columns: 7 }, { k: 13, columns: 4 }])('comes to the same with bounds on all cores as by measuring every distance: %o', async ({ k, columns }) => {
    const set = blobs(4000, columns, k, 1.5, 7 + k);
    const far: PointSet = { ...set, data: set.data.map((value) => value + 300) };
    const start = Float64Array.from({ length: k * columns }, (_, at) => far.data[at] as number);
    const options = { maxIterations: 60, tolerance: 0, each: nothing };
    const wanted = await lloyd(far, start, k, plainAssigner(far, k), options);
    const assigner = await teamAssigner(far, k, columnMoments(far));
    try {
      // Twice, for what a start leaves behind must not show in the next.
      for (const _ of [1, 2]) {
        const found = await lloyd(far, start, k, assigner, options);
        expect(found.labels.filter((label, i) => label !== wanted.labels[i]).length).toBeLessThan(4);
        expect(Math.abs(found.inertia / wanted.inertia - 1)).toBeLessThan(1e-5);
      }
    } finally {
      await assigner.close();
    }
  });

  it('fills a cluster that lost all of its own with bounds too', async () => {
    const set = blobs(500, 2, 3, 20, 11);
    const start = Float64Array.of(0, 0, 5000, 5000, 1, 1);
    const assigner = await teamAssigner(set, 3, columnMoments(set));
    const found = await lloyd(set, start, 3, assigner, { maxIterations: 100, tolerance: 0, each: nothing });
    await assigner.close();
    expect(found.labels).toEqual((await lloyd(set, start, 3, plainAssigner(set, 3), { maxIterations: 100, tolerance: 0, each: nothing })).labels);
  });

  const task = (set: PointSet, k: number, to = k, seed = 3) => runTask('k-means', { data: set.data, rows: set.rows, columns: set.columns, from: k, to, restarts: 10, maxIterations: 300, tolerance: 1e-4, seed });

  it('is as good as scikit-learn with twenty starts, and the head says what the table says', async () => {
    const all = points();
    const found = await task(all, 4);
    expect(found.inertia).toBeLessThan(reference.kMeans.best * 1.001);
    expect(found.labels.filter((label) => label === 0).length).toBeGreaterThanOrEqual(found.labels.filter((label) => label === 1).length);
    const { label, probabilities } = await runHead(found.head, all.data, 4);
    expect(label).toEqual(Array.from(found.labels));
    label?.forEach((own, i) => expect(probabilities?.slice(4 * i, 4 * i + 4)).toEqual([0, 1, 2, 3].map((k) => Number(k === own))));
  });

  it('is the same for the same seed, by matrix kernels too, and finds blobs far from zero', async () => {
    const set = blobs(30_000, 6, 5, 6, 1);
    const far: PointSet = { ...set, data: set.data.map((value) => value + 500) };
    const [one, again] = [await task(far, 5), await task(far, 5)];
    expect(again.profile).toEqual(one.profile);
    const counts = Array.from({ length: 5 }, (_, k) => Array.from({ length: 5 }, (_unused, j) => one.labels.reduce((n, label, i) => n + Number(label === k && set.from[i] === j), 0)));
    expect(agreement(counts).adjustedRand).toBeGreaterThan(0.99);
  });

  it('chooses the number of blobs by the silhouette', async () => {
    const found = await task(blobs(900, 3, 4, 9, 5), 2, 7);
    expect(found.k).toBe(4);
    expect(found.tried.map(({ k }) => k)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('says that there are too few different rows', async () => {
    await expect(task({ data: Float32Array.of(1, 1, 2, 2, 1), rows: 5, columns: 1 }, 3)).rejects.toMatchObject({ code: 'too-few-rows', place: { param: ['clusters'] } });
  });

  it('stops when cancelled', async () => {
    const { data, rows, columns } = blobs(60_000, 20, 20, 0, 2);
    const stop = new AbortController();
    const run = runTask('k-means', { data, rows, columns, from: 20, to: 30, restarts: 10, maxIterations: 10_000, tolerance: 0, seed: 1 }, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('dbscan', () => {
  it.each(reference.dbscan)('finds scikit-learn’s clusters and noise within $radius', ({ radius, fewest, labels, cores }) => {
    const found = dbscan(points(), radius, fewest, nothing);
    expect(renumbered(found.labels)).toEqual(renumbered(labels));
    expect(Array.from(found.core.keys()).filter((row) => found.core[row] === 1)).toEqual(cores);
  });

  it('looks up the neighbours that a search through all rows finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 6 }), fc.integer(), fc.double({ min: 0, max: 2, noNaN: true }), (rows, columns, seed, radius) => {
        const next = uniform(seed);
        const set: PointSet = { rows, columns, data: Float32Array.from({ length: rows * columns }, () => Math.round(8 * next()) / 8) };
        const tree = new KdTree(set);
        const found = new Int32Array(rows);
        for (let row = 0; row < rows; row += 7) {
          const count = tree.within(set.data, row, radius, found);
          const all = Array.from({ length: rows }, (_, j) => j).filter((j) => squaredBetween(set.data, row, j, columns) <= radius * radius);
          expect(Array.from(found.subarray(0, count)).sort((a, b) => a - b)).toEqual(all);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('finds a radius at the knee of the distances to the nearest rows', () => {
    const set = blobs(600, 2, 3, 40, 4);
    const knee = kneeOf(reachOf(set, 5, 1, nothing));
    expect(dbscan(set, 2 * knee, 5, nothing).clusters).toBe(3);
  });
});

describe('hierarchical clustering', () => {
  it.each(linkages)('merges at SciPy’s heights by %s linkage', (method) => {
    const { heights, sizes, labels } = reference.linkage[method];
    const found = linkage(points(), method, nothing);
    heights.forEach((height, i) => expect(Math.abs((found.heights[i] ?? Number.NaN) - height)).toBeLessThan(1e-9 * Math.max(1, height)));
    expect(found.sizes.at(-1)).toBe(sizes.at(-1));
    const { labels: own, clusters } = cut(found, reference.data.length, reference.data.length - 5);
    expect(clusters).toBe(5);
    expect(renumbered(own)).toEqual(renumbered(labels));
  });
});

describe('measures', () => {
  const labels = Int32Array.from(reference.kMeans.labels);

  it('are scikit-learn’s', () => {
    const { silhouettes: expected, daviesBouldin, calinskiHarabasz, truth, adjustedRand, mutualInformation } = reference.measures;
    const found = silhouettes(points(), labels, 4, nothing);
    expected.forEach((value, i) => expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThan(1e-9));
    const centres = centreMeasures(points(), labels, 4);
    expect(centres.daviesBouldin).toBeCloseTo(daviesBouldin, 9);
    expect(centres.calinskiHarabasz / calinskiHarabasz).toBeCloseTo(1, 9);
    const counts = [0, 1, 2].map((t) => [0, 1, 2, 3].map((k) => truth.filter((value, i) => value === t && labels[i] === k).length));
    expect(agreement(counts).adjustedRand).toBeCloseTo(adjustedRand, 12);
    expect(agreement(counts).mutualInformation).toBeCloseTo(mutualInformation, 12);
  });

  it('give 1 for the same division under other names, and 0 for independent ones', () => {
    expect(agreement([[0, 5], [7, 0]])).toEqual({ adjustedRand: 1, mutualInformation: 1 });
    expect(agreement([[4, 4], [4, 4]]).mutualInformation).toBeCloseTo(0, 12);
  });

  it('estimate the silhouette from a sample, within its error', () => {
    const set = blobs(6000, 3, 4, 3, 9);
    const whole = sampledSilhouette(set, set.from, 4, 6000, 1, nothing);
    const part = sampledSilhouette(set, set.from, 4, 1500, 1, nothing);
    expect(whole.error).toBe(0);
    expect(part.rows).toBe(1500);
    expect(part.error).toBeGreaterThan(0);
    expect(Math.abs(part.mean - whole.mean)).toBeLessThan(4 * part.error);
  });
});

describe('rows', () => {
  it('are sampled without repeats, and clusters numbered by size', () => {
    const sample = sampleRows(1000, 100, uniform(1));
    expect(new Set(sample).size).toBe(100);
    const { labels, sizes, order } = bySize(Int32Array.of(2, 0, -1, 0, 1, 1, 1), 3);
    expect([...labels]).toEqual([2, 1, -1, 1, 0, 0, 0]);
    expect([...sizes]).toEqual([3, 2, 1]);
    expect([...order]).toEqual([1, 0, 2]);
  });
});

it('k-means goes on after a kill to the very clusters of an unbroken run: from any number of clusters, and from any start', async () => {
  const { data, rows, columns } = blobs(600, 3, 5, 4, 21);
  const run = async (resume: Uint8Array | null) => {
    const states: Uint8Array[] = [];
    const said: string[] = [];
    const result = await runTask(
      'k-means',
      { data: data.slice(), rows, columns, from: 3, to: 6, restarts: 3, maxIterations: 300, tolerance: 0, seed: 5, checkpoint: { resume, everyMs: 0 } },
      { onMessage: ({ checkpoint }) => states.push(checkpoint), onProgress: (_done, message = '') => said.push(message) },
    );
    return { result, states, first: said[0] };
  };
  const whole = await run(null);
  expect(whole.first).toBe('3 clusters, start 1 of 3');
  expect(whole.states.length).toBeGreaterThan(0);
  for (const state of [whole.states[0], whole.states.at(-1)]) {
    const again = await run(state ?? null);
    expect(again.result).toEqual(whole.result);
    expect(again.first).not.toBe(whole.first);
  }
});
