import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '#app/data/index.ts';
import type { Schema } from '#app/relation/types.ts';
import type { LearnerSpec, LearningTask, Recipe, TableValue } from '#app/sdk/ports.ts';
import { defaultRecipe, treeRecipe } from '#app/sdk/recipe.ts';
import { normal, uniform } from '../learners/random.ts';
import { algorithms } from '../learners/registry.ts';
import { closeIdleWorkers } from '../worker/run-task.ts';
import { fitLearner, type FitServices } from './fit-learner.ts';
import { relativeDifference, type GoldenRows } from './parity.ts';
import { openTestTables } from './testing.ts';

/** A Python with onnxruntime: that of the variable, else the one of the path; null where there is none. */
const python = [process.env['PENSTOCK_TEST_PYTHON'] ?? '', 'python3', 'python'].find((program) => program !== '' && spawnSync(program, ['-c', 'import numpy, onnxruntime'], { timeout: 60_000 }).status === 0) ?? null;

const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-python-'));
let database: Database;
let tables: FitServices['tables'];
beforeAll(async () => {
  ({ database, tables } = await openTestTables(folder));
});
afterAll(async () => {
  await database.close();
  await closeIdleWorkers();
  rmSync(folder, { recursive: true, force: true });
});

const schema: Schema = [
  { name: 'label', type: 'float' },
  { name: 'x', type: 'float' },
  { name: 'whole', type: 'integer' },
  { name: 'flag', type: 'boolean' },
  { name: 'city', type: 'string' },
  { name: 'text', type: 'string' },
  { name: 'day', type: 'date' },
  { name: 'path', type: 'string' },
  { name: 'class', type: 'string' },
  { name: 'amount', type: 'float' },
];
const images = ['grey.jpeg', 'baseline-440.jpeg', 'palette-8-opacity.png', 'rgb-16.png'].map((name) => fileURLToPath(new URL(`../images/fixtures/${name}`, import.meta.url)));
const next = uniform(12);
const rows = Array.from({ length: 160 }, (_unused, i) => {
  const [a, b] = [normal(next), normal(next)];
  return [
    i % 11 === 3 ? null : 10 + 3 * a,
    i % 13 === 5 ? null : Math.exp(2 * b),
    i % 9,
    i % 7 === 1 ? null : i % 3 === 0,
    ['Oslo', 'Bergen', '', 'Tromsø', null][i % 5] ?? null,
    `${['good', 'Bad', 'SLOW', 'fine'][i % 4] ?? ''} ${a > 0 ? 'warm' : 'cold'} — été ${i % 3}`,
    `20${String(10 + (i % 12)).padStart(2, '0')}-0${1 + (i % 9)}-1${i % 10}`,
    images[i % images.length] ?? null,
    i % 40 === 7 ? 'rare' : a + b > 0 ? 'high' : 'low',
    1000 + 50 * a - 20 * b + (i % 9),
  ];
});
const table: TableValue = { kind: 'table', schema, relation: { op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' } };

const stored = new Map<string, Uint8Array>();
const services = (): FitServices => ({
  tables,
  artifacts: {
    put: async (bytes, name) => {
      const id = `${stored.size}-${name}`;
      stored.set(id, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
      return id;
    },
    read: async (id) => stored.get(id) ?? new Uint8Array(),
    path: (id) => path.join(folder, id),
  },
  seed: 7,
  signal: new AbortController().signal,
  progress: () => undefined,
  metric: () => undefined,
  log: () => undefined,
  report: () => undefined,
});

const everything = ['label', 'x', 'whole', 'flag', 'city'];
const recipes: Readonly<Record<string, { readonly recipe: Recipe; readonly features: readonly string[] }>> = {
  default: { recipe: defaultRecipe, features: everything },
  codes: { recipe: treeRecipe, features: everything },
  'scales and encodings': {
    recipe: {
      steps: [
        { step: 'impute', columns: { by: 'all-numeric' }, numeric: 'mean', categorical: 'none', constant: '', indicator: true },
        { step: 'scale', columns: { by: 'names', names: ['label'] }, method: 'quantile' },
        { step: 'scale', columns: { by: 'names', names: ['x'] }, method: 'power' },
        { step: 'scale', columns: { by: 'names', names: ['whole'] }, method: 'robust' },
        { step: 'target-encode', columns: { by: 'all-categorical' }, smoothing: 'auto', weight: 10, folds: 3, maxCategories: 50 },
      ],
    },
    features: everything,
  },
  'dates and terms': {
    recipe: {
      steps: [
        { step: 'date-parts', columns: { by: 'all-dates' }, parts: ['year', 'month-cycle', 'weekday', 'days'], since: '2000-01-01' },
        { step: 'text', columns: { by: 'names', names: ['text'] }, weighting: 'tf-idf', longest: 2, lowerCase: true, shortest: 2, minRows: 3, maxTerms: 30 },
        ...defaultRecipe.steps,
      ],
    },
    features: ['day', 'text', 'label', 'city'],
  },
};
const words: Recipe = { steps: [{ step: 'words', columns: { by: 'names', names: ['text'] }, size: 50, minRows: 2, length: 6 }] };
const pixels: Recipe = { steps: [{ step: 'pixels', columns: { by: 'names', names: ['path'] }, width: 8, height: 8 }] };

/** Quick ones: what is compared is the file, not how well it predicts. */
const params: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  mlp: { epochs: 3, dropout: 0.2 },
  'text-classifier': { epochs: 3, embedding: 6 },
  'convolutional-network': { epochs: 1, blocks: [4] },
  'gradient-boosting': { iterations: 12 },
  'random-forest': { trees: 9 },
};

function specs(): { readonly name: string; readonly spec: LearnerSpec }[] {
  const made = (algorithm: string, task: LearningTask, recipe: Recipe, features: readonly string[], own = params[algorithm] ?? {}): LearnerSpec => ({ algorithm, task, params: own, recipe, target: task === 'classification' ? 'class' : 'amount', features });
  const plain = [...algorithms.values()].flatMap(({ name, tasks, takesMissing }) =>
    tasks.flatMap((task) => {
      if (name === 'text-classifier') return [{ name: `${name}, words`, spec: made(name, task, words, ['text']) }];
      if (name === 'convolutional-network') return [{ name: `${name}, pixels`, spec: made(name, task, pixels, ['path']) }];
      return Object.entries(recipes).flatMap(([title, { recipe, features }]) => (title === 'codes' && takesMissing !== true ? [] : [{ name: `${name}, ${task}, ${title}`, spec: made(name, task, recipe, features) }]));
    }),
  );
  const stacks = (['classification', 'regression'] as const).map((task) => {
    const bases = [made('random-forest', task, treeRecipe, everything), made('k-nearest-neighbours', task, defaultRecipe, everything)].map(({ algorithm, params: own, recipe, features }) => ({ algorithm, params: own, recipe, features }));
    return { name: `stacking, ${task}`, spec: made('stacking', task, defaultRecipe, everything, { bases, folds: 2 }) };
  });
  return [...plain, ...stacks];
}

const answerSchema = z.array(z.record(z.string(), z.array(z.array(z.number().nullable()))));

function inPython(jobs: readonly { readonly model: string; readonly inputs: GoldenRows['inputs'] }[]): z.output<typeof answerSchema> {
  const script = fileURLToPath(new URL('../../../scripts/reference/score_onnx.py', import.meta.url));
  const { status, stdout, stderr } = spawnSync(python ?? '', [script], { input: JSON.stringify(jobs), encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) throw new Error(stderr.slice(-2000));
  return answerSchema.parse(JSON.parse(stdout.replaceAll('NaN', 'null')));
}

/** As exports are checked: relative to the value, or to a tenth of the largest where sums cancel. */
function worstDifference({ outputs }: GoldenRows, found: z.output<typeof answerSchema>[number]): number {
  const expected = outputs.probabilities ?? (outputs.prediction ?? []).map((value) => [value]);
  const given = found[outputs.probabilities === undefined ? 'prediction' : 'probabilities'] ?? [];
  expect(given).toHaveLength(expected.length);
  const floor = outputs.probabilities === undefined ? 0.1 * Math.max(...expected.flat().map(Math.abs)) : 0.1;
  return Math.max(...expected.flatMap((row, i) => row.map((value, j) => relativeDifference(given[i]?.[j] ?? Number.NaN, value, floor))));
}

describe('model files', () => {
  it.skipIf(python === null)('give the same numbers in Python’s onnxruntime, of every learner with several recipes (skipped where no Python has onnxruntime)', { timeout: 300_000 }, async () => {
    const all = specs();
    const jobs: { readonly model: string; readonly inputs: GoldenRows['inputs'] }[] = [];
    const golden: GoldenRows[] = [];
    for (const { spec } of all) {
      const model = await fitLearner(spec, table, services());
      const file = path.join(folder, `${jobs.length}.onnx`);
      writeFileSync(file, stored.get(model.onnx) ?? new Uint8Array());
      const rowsOf = JSON.parse(new TextDecoder().decode(stored.get(model.golden))) as GoldenRows;
      golden.push(rowsOf);
      jobs.push({ model: file, inputs: rowsOf.inputs });
    }
    const answers = inPython(jobs);
    const off = all.flatMap(({ name }, i) => {
      const rowsOf = golden[i];
      const answer = answers[i];
      if (rowsOf === undefined || answer === undefined) return [name];
      expect(rowsOf.rows).toBeGreaterThan(30);
      const worst = worstDifference(rowsOf, answer);
      return worst <= 1e-5 ? [] : [`${name}: ${worst}`];
    });
    expect(off).toEqual([]);
    expect(all.length).toBeGreaterThan(40);
  });
});
