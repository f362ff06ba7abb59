import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, type TestEngine } from '#app/engine/testing.ts';
import classes from './fixtures/classes.json' with { type: 'json' };

describeFixtures(import.meta.url);

let opened: TestEngine;
beforeAll(async () => void (opened = await openTestEngine()));
afterAll(() => opened.close());

it('tells texts apart by words in any spelling, in a Predict node', async () => {
  const texts = ['lovely', 'LOVELY staff', 'Broken', 'it was really terrible!', 'excellent, wonderful', 'poor poor poor', null, 'unheard-of'];
  const document = fixtureDocument(
    {
      nodes: [
        ...classes.nodes,
        { id: 'new', type: 'test/values', params: { columns: [{ name: 'id', type: 'integer' }, { name: 'text', type: 'string' }], rows: texts.map((text, i) => [i, text]) } },
        { id: 'predict', type: 'evaluate/predict', params: {} },
      ],
      edges: [['in.table', 'fit.table'], ['new.table', 'predict.table'], ['fit.model', 'predict.model']],
    },
    opened.engine.catalogue,
  );
  const { status } = await opened.run(document);
  expect(status).toBe('succeeded');
  const { rows } = await opened.table(document, 'predict', 'table');
  expect(rows.slice(0, 6).map((row) => row[2])).toEqual(['good', 'good', 'bad', 'bad', 'good', 'bad']);
  // Nothing known: the same answer as for no text at all.
  expect(rows[6]?.slice(2)).toEqual(rows[7]?.slice(2));
});
