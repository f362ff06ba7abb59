import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { registerTestModel } from '#app/serve/model-server/testing.ts';
import { describeFixtures, fixtureDocument, openTestEngine, type Fixture, type TestEngine } from '#app/engine/testing.ts';
import { openStore } from '#app/store/index.ts';

describeFixtures(import.meta.url);

const rows = [['basic', 30], ['pro', 50], [null, 41]] as const;
const pipeline = (params: Record<string, unknown>): Pick<Fixture, 'nodes' | 'edges'> => ({
  nodes: [
    { id: 'in', type: 'test/values', params: { columns: [{ name: 'plan', type: 'string' }, { name: 'age', type: 'integer' }], rows } },
    { id: 'score', type: 'deploy/batch-score', params },
  ],
  edges: [['in.table', 'score.table']],
});

/** An engine in a project with the versions 1 and 2 of a model. */
async function openWithModel(): Promise<TestEngine> {
  const projectDir = mkdtempSync(path.join(os.tmpdir(), 'penstock-batch-'));
  const store = openStore(projectDir);
  try {
    await registerTestModel(store, 'churn', 1);
    await registerTestModel(store, 'churn', -1);
  } finally {
    store.close();
  }
  return openTestEngine({ projectDir });
}

it('predicts with the version that an alias means, again once the alias has moved, and not again before', async () => {
  const opened = await openWithModel();
  try {
    const { engine } = opened;
    engine.store.models.setAlias('churn', 'champion', 1);
    const document = fixtureDocument(pipeline({ model: 'churn@champion' }), engine.catalogue);
    const said = async (): Promise<string> => JSON.stringify(await opened.value(document, 'score', 'report'));
    const { configurations } = await engine.configure(document);
    expect(configurations['score']?.outputs['table']).toMatchObject({ kind: 'table', schema: [{ name: 'plan' }, { name: 'age' }, { name: 'churned_predicted' }, { name: 'churned_p_no' }, { name: 'churned_p_yes' }] });
    expect((await opened.run(document)).nodes['score']?.status).toBe('succeeded');
    expect(await said()).toContain('churn@1');
    const first = await opened.table(document, 'score', 'table');
    expect((await opened.run(document)).nodes['score']?.status).toBe('cached');
    engine.store.models.setAlias('churn', 'champion', 2);
    expect((await opened.run(document)).nodes['score']?.status).toBe('succeeded');
    expect(await said()).toContain('churn@2');
    const second = await opened.table(document, 'score', 'table');
    expect(second.rows.map((row) => row.slice(0, 2))).toEqual(first.rows.map((row) => row.slice(0, 2)));
    expect(second.rows.map((row) => row[4])).not.toEqual(first.rows.map((row) => row[4]));
  } finally {
    await opened.close();
  }
}, 120_000);

it('writes a file where one is named, and again when it is gone', async () => {
  const opened = await openWithModel();
  try {
    const file = path.join(opened.projectDir, 'exports/scored.csv');
    const document = fixtureDocument(pipeline({ model: 'churn', path: 'exports/scored.csv' }), opened.engine.catalogue);
    for (let times = 0; times < 2; times += 1) {
      expect((await opened.run(document)).nodes['score']?.status).toBe('succeeded');
      expect(existsSync(file)).toBe(true);
      expect(readFileSync(file, 'utf8').trim().split(/\r?\n/)[0]).toBe('plan,age,churned_predicted,churned_p_no,churned_p_yes');
      rmSync(file);
    }
  } finally {
    await opened.close();
  }
}, 120_000);
