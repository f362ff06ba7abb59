import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures, type Fixture, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

interface Reference {
  /** Ids of the rows tested in each split. */
  readonly tested: readonly { readonly repeat: number; readonly fold: number; readonly ids: readonly number[] }[];
  /** Place of the learner, repeat, fold, training rows, tested rows, then the metrics in the order of the table. */
  readonly scores: readonly (readonly number[])[];
}

type Cell = null | boolean | number | string;

/** By scripts/reference/test-and-score.py: folds made a second time in Python, scores by scikit-learn. */
const reference = JSON.parse(readFileSync(fileURLToPath(new URL('./reference.json', import.meta.url)), 'utf8')) as Record<string, Reference>;
const fixtures = new Map(readFixtures(fileURLToPath(new URL('./fixtures', import.meta.url))).map(({ file, fixture }) => [file, fixture]));

describe('against scikit-learn on the same folds', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  async function tablesOf(fixture: Fixture): Promise<{ scores: Cell[][]; predictions: Cell[][] }> {
    const document = fixtureDocument(fixture, opened.engine.catalogue);
    const { nodes } = await opened.run(document, ['test']);
    expect(nodes['test']?.status).toMatch(/succeeded|cached/);
    return { scores: (await opened.table(document, 'test', 'scores')).rows, predictions: (await opened.table(document, 'test', 'predictions')).rows };
  }

  const fixtureOf = (name: string): Fixture => {
    const fixture = fixtures.get(`${name}.json`);
    if (fixture === undefined) throw new Error(`There is no fixture ${name}.`);
    return fixture;
  };

  it.each(Object.keys(reference))('%s: tests the same rows and finds the same scores', async (name) => {
    const expected = reference[name];
    const { scores, predictions } = await tablesOf(fixtureOf(name));
    // Learner, repeat, fold, then the table's columns, of which the first is the id.
    const [first] = predictions[0] ?? [];
    for (const { repeat, fold, ids } of expected?.tested ?? []) {
      const found = predictions.filter((row) => row[0] === first && row[1] === repeat && row[2] === fold).map((row) => Number(row[3]));
      expect(found.sort((a, b) => a - b)).toEqual(ids);
    }
    expect(scores).toHaveLength(expected?.scores.length ?? -1);
    const names = [...new Set(scores.map(([learner]) => learner))];
    for (const [index, wanted] of (expected?.scores ?? []).entries()) {
      const row = scores[index] ?? [];
      const found = [names.indexOf(row[0] ?? null), ...row.slice(1, wanted.length)].map(Number);
      expect(found.slice(0, 5)).toEqual(wanted.slice(0, 5));
      // Features are float32 here and float64 there.
      for (const [place, value] of wanted.entries()) expect(Math.abs((found[place] ?? Number.NaN) - value)).toBeLessThan(2e-5 * Math.max(1, Math.abs(value)));
    }
  });

  it('the folds do not depend on the order of the rows', async () => {
    const fixture = fixtureOf('numbers');
    const turned: Fixture = {
      ...fixture,
      nodes: fixture.nodes.map((node) => (node.id === 'in' ? { ...node, params: { ...node.params, rows: [...(node.params['rows'] as unknown[])].reverse() } } : node)),
    };
    const straight = await tablesOf(fixture);
    const backwards = await tablesOf(turned);
    expect(backwards.predictions).toEqual(straight.predictions);
    const plain = (rows: Cell[][]): Cell[][] => rows.map((row) => row.slice(0, -2));
    expect(plain(backwards.scores)).toEqual(plain(straight.scores));
  });
});

describe('while it runs', () => {
  it('says which learner and fold it is at, and stops inside of them', async () => {
    const opened = await openTestEngine();
    try {
      const rows = Array.from({ length: 400 }, (_unused, index) => [Math.sin(index), Math.cos(index * 3), Math.sin(index) > Math.cos(index * 3) ? 'a' : 'b']);
      const network = { target: 'y', task: 'classification', epochs: 100_000, earlyStopping: false, batchSize: 16 };
      const document = fixtureDocument(
        {
          nodes: [
            { id: 'in', type: 'test/values', params: { columns: [{ name: 'x', type: 'float' }, { name: 'z', type: 'float' }, { name: 'y', type: 'string' }], rows } },
            { id: 'quick', type: 'train/logistic-regression', params: { target: 'y' } },
            { id: 'slow', type: 'train/neural-network', params: network },
            { id: 'test', type: 'evaluate/test-and-score', params: { folds: 3 } },
          ],
          edges: [['in.table', 'test.table'], ['quick.learner', 'test.learner'], ['slow.learner', 'test.learner']],
        },
        opened.engine.catalogue,
      );
      const run = await opened.engine.startRun({ document, path: null });
      const messages: string[] = [];
      for await (const event of run.log.stream()) {
        if (event.type !== 'progress' || event.nodeId !== 'test' || event.message === undefined) continue;
        messages.push(event.message);
        if (event.message.startsWith('MLP')) run.cancel();
      }
      expect(await run.finished).toBe('cancelled');
      expect(messages.at(-1)).toMatch(/^MLP \(learner 2 of 2\), fold [1-3] of 3$/);
      expect(opened.engine.store.records.get(run.runId)?.nodes.find((one) => one.nodeId === 'test')?.status).toBe('cancelled');
    } finally {
      await opened.close();
    }
  });
});
