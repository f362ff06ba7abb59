import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { registerTestModel, expectedYes } from '#app/serve/model-server/testing.ts';
import { scanParquet } from '#app/relation/build.ts';
import { openStore } from '#app/store/index.ts';
import { openTestEngine } from '../testing.ts';
import { batchScore, type BatchScoreOptions } from './batch-score.ts';

it('scores a file part by part, goes on at the last whole part, and does not replace its input', async () => {
  const opened = await openTestEngine();
  const { engine, projectDir } = opened;
  const other = path.join(projectDir, 'other');
  const store = openStore(other);
  try {
    await registerTestModel(store, 'churn', 1);
    const model = store.models.get('churn')?.value;
    if (model === undefined) throw new Error('there is no model');
    const rows = 2500;
    const input = path.join(projectDir, 'customers.csv');
    writeFileSync(input, `id,plan,age\n${Array.from({ length: rows }, (_unused, i) => `${i},${i % 3 === 0 ? 'basic' : i % 3 === 1 ? 'pro' : ''},${20 + (i % 50)}`).join('\n')}\n`);
    const output = path.join(projectDir, 'scored.parquet');
    const controller = new AbortController();
    const options = (signal: AbortSignal, progress: BatchScoreOptions['progress']): BatchScoreOptions => ({ database: engine.database, model, modelFile: store.artifacts.path(model.onnx), inputs: [input], output, keep: ['id'], partRows: 1000, signal, progress });
    const parts = (): string[] => readdirSync(path.join(projectDir, '.scored.parquet.parts')).filter((name) => name.startsWith('part-'));
    await expect(batchScore(options(controller.signal, (fraction) => (fraction !== null && fraction > 0.37 ? controller.abort() : undefined)))).rejects.toThrow();
    expect(parts()).toEqual(['part-000000.parquet']);
    expect(existsSync(output)).toBe(false);
    expect(await batchScore(options(new AbortController().signal, () => undefined))).toMatchObject({ rows, parts: 3, resumed: 1 });
    const { schema } = await engine.database.parquetSchema(output);
    expect(schema.map(({ name }) => name)).toEqual(['id', 'churned_predicted', 'churned_p_no', 'churned_p_yes']);
    const found = await engine.database.rows(scanParquet([output], schema, 'scored'), rows);
    expect(found.rows.map(([id]) => id)).toEqual(Array.from({ length: rows }, (_unused, i) => i));
    found.rows.forEach((row, i) => expect(row[3]).toBeCloseTo(expectedYes(1, { plan: i % 3 === 0 ? 'basic' : i % 3 === 1 ? 'pro' : null, age: 20 + (i % 50) }), 5));
    await expect(batchScore({ ...options(new AbortController().signal, () => undefined), inputs: [output] })).rejects.toThrow('would be replaced');
  } finally {
    store.close();
    await opened.close();
  }
}, 120_000);
