import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnostic } from '#app/core/errors.ts';
import { penstockVersion } from '#app/core/version.ts';
import { openDatabase, type Database } from '#app/data/index.ts';
import { schemaOf } from '#app/relation/schema.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import type { LearnerSpec, ModelValue, Recipe, TableValue } from '#app/sdk/ports.ts';
import { defaultRecipe } from '#app/sdk/recipe.ts';
import { decodeModel } from '../onnx/decode.ts';
import { fitLearner, type FitServices } from './fit-learner.ts';
import { checkParity, type GoldenRows } from './parity.ts';
import { predictRecords } from './predict-records.ts';
import { openScorer } from './scorer.ts';

type Cell = null | boolean | number | string;
let database: Database;
let folder: string;
const stored = new Map<string, Uint8Array>();
const reported: Diagnostic[] = [];

let written = 0;
async function materialise(relation: Relation, label: string): Promise<TableValue> {
  written += 1;
  const file = path.join(folder, `${written}.parquet`);
  await database.writeParquet(relation, file);
  const schema = schemaOf(relation);
  return { kind: 'table', relation: { op: 'scan', source: { kind: 'parquet', paths: [file] }, schema, label }, schema };
}

function services(signal = new AbortController().signal): FitServices {
  return {
    tables: { ...database, materialise } as unknown as FitServices['tables'],
    artifacts: {
      async put(bytes, name) {
        const id = `${stored.size}-${name}`;
        const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
        stored.set(id, data);
        writeFileSync(path.join(folder, id), data);
        return id;
      },
      read: async (id) => stored.get(id) ?? new Uint8Array(),
      path: (id) => path.join(folder, id),
    },
    seed: 7,
    signal,
    progress: () => undefined,
    metric: () => undefined,
    log: () => undefined,
    report: (diagnostic) => reported.push(diagnostic),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-model-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const table = (schema: Schema, rows: readonly (readonly Cell[])[]): TableValue => ({
  kind: 'table',
  schema,
  relation: { op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' },
});
const spec = (over: Partial<LearnerSpec>): LearnerSpec => ({ algorithm: 'logistic-regression', task: 'classification', params: {}, recipe: defaultRecipe, target: 'y', features: null, ...over });
const goldenOf = (model: ModelValue): GoldenRows => JSON.parse(new TextDecoder().decode(stored.get(model.golden))) as GoldenRows;

const schema: Schema = [
  { name: 'label', type: 'float' },
  { name: 'city', type: 'string' },
  { name: '__proto__', type: 'integer' },
  { name: 'y', type: 'string' },
];
const rows = Array.from({ length: 90 }, (_unused, index): Cell[] => [
  index % 10 === 3 ? null : Math.sin(index) * 10,
  ['Oslo', 'Bergen', '', 'Tromsø'][index % 4] ?? null,
  index % 6,
  index % 15 === 7 ? null : Math.sin(index) > 0.3 ? 'yes' : index % 7 === 0 ? 'maybe' : 'no',
]);

describe('a classifier', () => {
  it('is one file from raw columns to probabilities, with columns named like outputs and like object internals', async () => {
    reported.length = 0;
    const model = await fitLearner(spec({}), table(schema, rows), services());
    expect(model.rows).toBe(84);
    expect(reported.map((diagnostic) => diagnostic.message)).toEqual(['6 rows have no value of the target “y” and were left out.']);
    expect(model.signature.classes).toEqual(['maybe', 'no', 'yes']);
    expect(model.signature.inputs.map((column) => column.name)).toEqual(['label', 'city', '__proto__']);
    expect(model.summary?.coefficients?.some((entry) => entry.cls === 'maybe')).toBe(true);

    const file = decodeModel(stored.get(model.onnx) ?? new Uint8Array());
    expect(file.graph.inputs.map((input) => [input.name, input.type])).toEqual([['label_input', 'double'], ['city', 'string'], ['__proto___input', 'double']]);
    expect(file.graph.outputs.map((output) => output.name)).toEqual(['label', 'probabilities']);
    expect(JSON.parse(file.metadata['penstock.signature'] ?? '')).toEqual(model.signature);
    expect(file.metadata['penstock.version']).toBe(penstockVersion);

    const golden = goldenOf(model);
    expect(golden.rows).toBe(86);
    expect(golden.inputs['city']?.slice(-2)).toEqual([null, '☃ never seen']);
    expect((await checkParity(path.join(folder, model.onnx), golden)).worst).toBeLessThan(1e-5);
  });

  it('is refused where the file does not repeat the golden rows', async () => {
    const model = await fitLearner(spec({ features: ['label'] }), table(schema, rows), services());
    const golden = goldenOf(model);
    const probabilities = (golden.outputs.probabilities ?? []).map((row, index) => (index === 4 ? row.map((value) => value + 0.001) : row));
    await expect(checkParity(path.join(folder, model.onnx), { ...golden, outputs: { ...golden.outputs, probabilities } })).rejects.toMatchObject({ code: 'parity', place: { line: 5 } });
  });

  it('answers JSON records, and names what is wrong with one', async () => {
    const model = await fitLearner(spec({ features: ['label', 'city'] }), table(schema, rows), services());
    const scorer = await openScorer(path.join(folder, model.onnx), model.signature);
    try {
      const [first, second] = await predictRecords(scorer, [{ label: 9, city: 'Oslo' }, { label: -9, y: 'ignored' }]);
      expect(first?.prediction).toBe('yes');
      expect(second?.prediction).not.toBe('yes');
      expect(Object.values(first?.probabilities ?? {}).reduce((total, value) => total + value, 0)).toBeCloseTo(1, 5);
      await expect(predictRecords(scorer, [{}, { label: 'nine' }])).rejects.toMatchObject({ code: 'wrong-type', message: 'Record 2: the field “label” must be a number or null, but is "nine".' });
      await expect(predictRecords(scorer, [{ labell: 9 }])).rejects.toMatchObject({ code: 'unknown-field', remedy: 'Fields of this model: label, city.' });
      await expect(predictRecords(scorer, [[9]])).rejects.toMatchObject({ code: 'record-invalid' });
      await expect(scorer.score({ label: [1] }, 1)).rejects.toMatchObject({ code: 'missing-column' });
    } finally {
      await scorer.close();
    }
  });

  it('orders true/false and whole numbers by value', async () => {
    const numbers: Schema = [{ name: 'x', type: 'float' }, { name: 'y', type: 'integer' }];
    const model = await fitLearner(spec({}), table(numbers, Array.from({ length: 30 }, (_unused, index) => [index, [10, -2, 9][Math.floor(index / 10)] ?? 0])), services());
    expect(model.signature.classes).toEqual(['-2', '9', '10']);
    const flags: Schema = [{ name: 'x', type: 'float' }, { name: 'y', type: 'boolean' }];
    const binary = await fitLearner(spec({}), table(flags, Array.from({ length: 20 }, (_unused, index) => [index, index < 10])), services());
    expect(binary.signature.classes).toEqual(['false', 'true']);
  });
});

it('learns from free text, and answers records of it', async () => {
  const reviews: Schema = [{ name: 'review', type: 'string' }, { name: 'stars', type: 'float' }, { name: 'y', type: 'boolean' }];
  const said = (index: number) => (index % 2 === 0 ? ['good film', 'Really GOOD!', 'a good time'] : ['bad film', 'so BAD…', 'bad, bad time'])[index % 3] ?? '';
  const seen = Array.from({ length: 70 }, (_unused, index): Cell[] => [index % 12 === 11 ? null : `${said(index)} ${index}`, index % 5, index % 2 === 0]);
  const recipe: Recipe = {
    steps: [
      { step: 'text', columns: { by: 'names', names: ['review'] }, weighting: 'tf-idf', longest: 1, lowerCase: true, shortest: 2, minRows: 5, maxTerms: 50 },
      { step: 'scale', columns: { by: 'all-numeric' }, method: 'standard' },
    ],
  };
  const model = await fitLearner(spec({ recipe }), table(reviews, seen), services());
  expect(model.signature.features).toEqual(['review:bad', 'review:film', 'review:good', 'review:really', 'review:so', 'review:time', 'stars']);
  const scorer = await openScorer(path.join(folder, model.onnx), model.signature);
  const found = await predictRecords(scorer, [{ review: 'A GOOD one', stars: 2 }, { review: 'Bad?', stars: 2 }]);
  await scorer.close();
  expect(found.map((one) => one.prediction)).toEqual(['true', 'false']);
});

describe('dates', () => {
  const dated: Schema = [{ name: 'day', type: 'date' }, { name: 'at', type: 'timestamp' }, { name: 'y', type: 'float' }];
  const dates = Array.from({ length: 60 }, (_unused, index): Cell[] => {
    const at = new Date(Date.UTC(2023, 11, 1 + 7 * index, index % 24, 30)).toISOString();
    return [at.slice(0, 10), `${at.slice(0, 10)} ${at.slice(11, 19)}.25`, Number(at.slice(5, 7)) + Number(at.slice(11, 13)) / 100];
  });
  const recipe: Recipe = { steps: [{ step: 'date-parts', columns: { by: 'all-dates' }, parts: ['month', 'hour'], since: '2000-01-01' }] };
  const dateModel = () => fitLearner(spec({ algorithm: 'linear-regression', task: 'regression', recipe }), table(dated, dates), services());

  it('go in as days and seconds, and as ISO text in records', async () => {
    const model = await dateModel();
    expect(model.signature.inputs).toEqual(dated.slice(0, 2));
    expect(model.signature.features).toEqual(['day_month', 'at_month', 'at_hour']);
    const file = decodeModel(stored.get(model.onnx) ?? new Uint8Array());
    expect(file.graph.inputs.map((input) => [input.name, input.type])).toEqual([['day', 'double'], ['at', 'double']]);
    expect(goldenOf(model).inputs['at']?.[0]).toBe('2023-12-01 00:30:00.25');
    const scorer = await openScorer(path.join(folder, model.onnx), model.signature);
    try {
      const found = await predictRecords(scorer, [{ day: '2024-07-04', at: '2024-07-04T21:05:00Z' }, { day: '2025-02-28T00:00:00', at: null }]);
      expect(Number(found[0]?.prediction)).toBeCloseTo(7.21, 3);
      await expect(predictRecords(scorer, [{ day: '04.07.2024' }])).rejects.toMatchObject({ code: 'wrong-type', message: 'Record 1: the field “day” must be a date such as "2024-05-31" or null, but is "04.07.2024".' });
      await expect(predictRecords(scorer, [{ at: 5 }])).rejects.toMatchObject({ code: 'wrong-type' });
      expect((await scorer.score({ day: [19_908], at: Float64Array.of(1_720_127_100) }, 1)).prediction?.[0]).toBeCloseTo(7.21, 3);
    } finally {
      await scorer.close();
    }
  });

  it('are no features where no step of the recipe reads them', async () => {
    const withNumber = dates.map((row, index): Cell[] => [...row, index]);
    const model = await fitLearner(spec({ algorithm: 'linear-regression', task: 'regression' }), table([...dated, { name: 'x', type: 'integer' }], withNumber), services());
    expect(model.signature.inputs.map((column) => column.name)).toEqual(['x']);
  });
});

describe('a regression', () => {
  const line: Schema = [{ name: 'x', type: 'float' }, { name: 'y', type: 'float' }];
  const regression = spec({ algorithm: 'linear-regression', task: 'regression' });

  it('recovers a line far from zero to float32 accuracy', async () => {
    const model = await fitLearner(regression, table(line, Array.from({ length: 50 }, (_unused, index) => [index, 1_000_000 + 3 * index])), services());
    const scorer = await openScorer(path.join(folder, model.onnx), model.signature);
    const { prediction } = await scorer.score({ x: [0, 10, null] }, 3);
    await scorer.close();
    expect(prediction?.[0]).toBeCloseTo(1_000_000, 0);
    expect(prediction?.[1]).toBeCloseTo(1_000_030, 0);
    // A missing x becomes the median, 24.5.
    expect(prediction?.[2]).toBeCloseTo(1_000_073.5, 0);
  });

  it('says what cannot be learnt from', async () => {
    await expect(fitLearner(regression, table(line, [[1, 2]]), services())).rejects.toMatchObject({ code: 'too-few-rows' });
    await expect(fitLearner(regression, table(line, [[1, null]]), services())).rejects.toMatchObject({ code: 'no-target-values' });
    await expect(fitLearner(regression, table(line, []), services())).rejects.toMatchObject({ code: 'no-target-values' });
    await expect(fitLearner({ ...regression, target: 'gone' }, table(line, [[1, 2]]), services())).rejects.toMatchObject({ code: 'target-missing' });
    await expect(fitLearner({ ...regression, features: ['y'] }, table(line, [[1, 2]]), services())).rejects.toMatchObject({ code: 'target-is-feature' });
    await expect(fitLearner(spec({}), table(line, [[1, 0.5], [2, 1.5]]), services())).rejects.toMatchObject({ code: 'target-type' });
  });
});

it('refuses classes that one table could not hold side by side', async () => {
  const cased: Schema = [{ name: 'x', type: 'float' }, { name: 'y', type: 'string' }];
  await expect(fitLearner(spec({}), table(cased, [[1, 'Yes'], [2, 'yes'], [3, 'no']]), services())).rejects.toMatchObject({ code: 'similar-classes' });
});

it('stops where it is cancelled', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(fitLearner(spec({}), table(schema, rows), services(controller.signal))).rejects.toThrow();
});
