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

it('is fitted anew, words and all, by Test and Score, Learning Curve, Parameter Search and Stacking', { timeout: 120_000 }, async () => {
  const document = fixtureDocument(
    {
      nodes: [
        ...classes.nodes,
        { id: 'bayes', type: 'train/naive-bayes', params: { target: 'label' } },
        { id: 'recipe', type: 'train/preprocess', params: { steps: [{ step: 'text', columns: { by: 'names', names: ['text'] } }] } },
        { id: 'test', type: 'evaluate/test-and-score', params: { folds: 3 } },
        { id: 'curve', type: 'evaluate/learning-curve', params: { sizes: [0.5, 1], folds: 2 } },
        { id: 'search', type: 'train/parameter-search', params: { space: [{ param: 'pooling', kind: 'choice', values: 'mean, attention' }], trials: 2, folds: 2 } },
        { id: 'stack', type: 'train/stacking', params: { folds: 2 } },
        { id: 'predict', type: 'evaluate/predict', params: {} },
      ],
      edges: [
        ['recipe.recipe', 'bayes.recipe'],
        ...['test', 'curve', 'search'].flatMap((id): [string, string][] => [['in.table', `${id}.table`], ['fit.learner', `${id}.learner`]]),
        ['fit.learner', 'stack.learner'],
        ['bayes.learner', 'stack.learner'],
        ['in.table', 'stack.table'],
        ['in.table', 'predict.table'],
        ['stack.model', 'predict.model'],
      ],
    },
    opened.engine.catalogue,
  );
  const { nodes } = await opened.run(document);
  expect(Object.entries(nodes).flatMap(([id, { status, diagnostics }]) => (status === 'succeeded' || status === 'cached' ? [] : [[id, status, diagnostics]]))).toEqual([]);
  const scores = await opened.table(document, 'test', 'scores');
  const accuracy = scores.schema.findIndex(({ name }) => name === 'accuracy');
  expect(scores.rows).toHaveLength(3);
  // A row of another fold is never learnt from, but its words are those of the rest.
  for (const row of scores.rows) expect(Number(row[accuracy])).toBeGreaterThan(0.8);
  const { rows } = await opened.table(document, 'predict', 'table');
  expect(rows.filter((row) => row[1] === row[2]).length).toBeGreaterThan(0.9 * rows.length);
});
