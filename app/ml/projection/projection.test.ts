import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draws, uniform, normal } from '../learners/random.ts';
import { componentsOf, pseudoInverse } from './components.ts';
import { nearest, trustworthiness, type Points } from './neighbours.ts';
import { projectInWorker } from './project.ts';
import { QuadTree } from './quad-tree.ts';
import { tsne, type TsneState } from './tsne.ts';
import { umap, type UmapState } from './umap.ts';

/** The same numbers as the reference: ((i · 7919 + c · 104729) mod 1009) / 1009. */
const made = (rows: number, columns: number): Points => ({ rows, columns, data: Float64Array.from({ length: rows * columns }, (_, at) => ((Math.floor(at / columns) * 7919 + (at % columns) * 104_729 + Math.floor(at / columns) ** 2 * 31) % 1009) / 1009) });

describe('trustworthiness', () => {
  it('is scikit-learn’s', () => {
    const points = made(80, 4);
    const picture: Points = { rows: 80, columns: 2, data: Float64Array.from({ length: 160 }, (_, at) => points.data[Math.floor(at / 2) * 4 + (at % 2)] ?? 0) };
    expect(trustworthiness(points, picture, 12, 1000, () => {})).toBeCloseTo(0.9421070460704607, 10);
    expect(trustworthiness(points, points, 12, 1000, () => {})).toBe(1);
  });
});

describe('neighbours', () => {
  it('are those of sorting all distances', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.integer(), (rows, columns, seed) => {
        const random = uniform(seed);
        const points: Points = { rows, columns, data: Float64Array.from({ length: rows * columns }, random) };
        const found = nearest(points, 5, () => {});
        for (let i = 0; i < rows; i++) {
          const all = Array.from({ length: rows }, (_, j) => j).filter((j) => j !== i).map((j) => Math.hypot(...Array.from({ length: columns }, (_, c) => (points.data[i * columns + c] ?? 0) - (points.data[j * columns + c] ?? 0)))).sort((a, b) => a - b);
          for (let k = 0; k < found.count; k++) expect(found.distances[i * found.count + k]).toBeCloseTo(all[k] ?? Number.NaN, 12);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('the tree of squares', () => {
  it('gives the sums over all pairs where nothing is merged, equal points too', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer(), (rows, seed) => {
        const random = uniform(seed);
        const at = Float64Array.from({ length: 2 * rows }, () => Math.round(random() * 20) / 4);
        const tree = new QuadTree(rows);
        tree.build(at);
        for (let i = 0; i < rows; i++) {
          const force = new Float64Array(2 * rows);
          const sum = tree.repulsion(at, i, 0, force);
          let [all, fx] = [0, 0];
          for (let j = 0; j < rows; j++) {
            if (j === i) continue;
            const [dx, dy] = [(at[2 * i] ?? 0) - (at[2 * j] ?? 0), (at[2 * i + 1] ?? 0) - (at[2 * j + 1] ?? 0)];
            const q = 1 / (1 + dx * dx + dy * dy);
            all += q;
            fx += q * q * dx;
          }
          expect(sum).toBeCloseTo(all, 9);
          expect(force[2 * i]).toBeCloseTo(fx, 9);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('principal components', () => {
  it('are orthogonal directions whose variances make up the matrix', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer(), (size, seed) => {
        const random = uniform(seed);
        const root = Array.from({ length: size }, () => Array.from({ length: size }, () => normal(random)));
        const matrix = root.map((a) => root.map((b) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)));
        const { variances, directions } = componentsOf(matrix);
        matrix.forEach((row, i) => row.forEach((value, j) => expect(variances.reduce((sum, v, k) => sum + v * (directions[k]?.[i] ?? 0) * (directions[k]?.[j] ?? 0), 0)).toBeCloseTo(value, 8)));
        expect([...variances]).toEqual(variances.toSorted((a, b) => b - a));
      }),
      { numRuns: 40 },
    );
  });

  it('leave directions without variance out of an inverse', () => {
    const { inverse, rank } = pseudoInverse([[2, 2], [2, 2]]);
    expect(rank).toBe(1);
    inverse.flat().forEach((value) => expect(value).toBeCloseTo(1 / 8, 12));
  });
});

describe('maps', () => {
  /** Five groups in ten columns. */
  const random = uniform(3);
  const rows = 400;
  const columns = 10;
  const middles = Array.from({ length: 5 }, () => Array.from({ length: columns }, () => 6 * random()));
  const data = Float64Array.from({ length: rows * columns }, (_, at) => (middles[Math.floor(at / columns) % 5]?.[at % columns] ?? 0) - 3 + normal(random));
  const hooks = { cancelled: () => false, check: () => {}, progress: () => {}, send: () => {} };

  it.each(['umap', 'tsne'] as const)('%s keeps neighbours together, the same for a seed', async (method) => {
    const payload = { method, data, rows, columns, seed: 1, neighbours: 15, minDist: 0.1, perplexity: 20, iterations: method === 'tsne' ? 400 : 200 };
    const { result } = await projectInWorker(payload, hooks);
    const again = await projectInWorker(payload, hooks);
    expect([...again.result.at]).toEqual([...result.at]);
    expect([...result.at].every(Number.isFinite)).toBe(true);
    expect(result.trust).toBeGreaterThan(0.9);
    // The nearest point of nearly every point is of its own group.
    const own = nearest({ data: result.at, rows, columns: 2 }, 1, () => {});
    expect(Array.from({ length: rows }, (_, i) => (own.indices[i] ?? 0) % 5 === i % 5).filter(Boolean).length).toBeGreaterThan(0.97 * rows);
  });

  it.each(['umap', 'tsne'] as const)('%s takes few and equal rows', async (method) => {
    const { result } = await projectInWorker({ method, data: new Float64Array(24).fill(0).map((_, i) => Math.floor(i / 12)), rows: 12, columns: 2, seed: 1, neighbours: 15, minDist: 0.1, perplexity: 30, iterations: 50 }, hooks);
    expect([...result.at].every(Number.isFinite)).toBe(true);
  });

  it('stops when it is told to', () => {
    expect(() => projectInWorker({ method: 'tsne', data, rows, columns, seed: 1, neighbours: 15, minDist: 0.1, perplexity: 20, iterations: 400 }, { ...hooks, check: () => { throw new Error('cancelled'); } })).toThrow('cancelled');
  });
});

it('t-SNE goes on after a kill to the very picture of an unbroken run', () => {
  const points = made(60, 4);
  const found = nearest(points, 24, () => {});
  const draw = (from: TsneState | null): { readonly at: Float64Array; readonly states: TsneState[]; readonly steps: number } => {
    const random = uniform(2);
    const at = Float64Array.from({ length: 120 }, () => 1e-4 * random());
    const states: TsneState[] = [];
    let steps = 0;
    tsne(found, 60, at, { perplexity: 8, iterations: 60, each: () => void steps++, from, save: (make) => void states.push(structuredClone(make())) });
    return { at, states, steps };
  };
  const whole = draw(null);
  for (const iteration of [1, 29, 59]) {
    const again = draw(whole.states[iteration] ?? null);
    expect(again.at).toEqual(whole.at);
    expect(again.steps).toBe(60 - iteration);
  }
});

it('UMAP goes on after a kill to the very picture of an unbroken run', () => {
  const points = made(80, 4);
  const found = nearest(points, 10, () => {});
  const draw = (from: UmapState | null): { readonly at: Float64Array; readonly states: UmapState[]; readonly steps: number } => {
    const random = draws(2);
    const at = Float64Array.from({ length: 160 }, () => 10 * random.next());
    const states: UmapState[] = [];
    let steps = 0;
    umap(points, found, at, { iterations: 60, minDist: 0.1, random, each: () => void steps++, from, save: (make) => void states.push(structuredClone(make())) });
    return { at, states, steps };
  };
  const whole = draw(null);
  for (const iteration of [1, 29, 59]) {
    const again = draw(whole.states[iteration] ?? null);
    expect(again.at).toEqual(whole.at);
    expect(again.steps).toBe(60 - iteration);
  }
});
