import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

let opened: TestEngine | undefined;
afterEach(() => opened?.close());

it('is tested in folds like any learner, its own folds within them', async () => {
  const fixture = readFixtures(fileURLToPath(new URL('./fixtures', import.meta.url))).find(({ file }) => file === 'classes.json')?.fixture;
  if (fixture === undefined) throw new Error('The fixture is gone.');
  opened = await openTestEngine();
  const nodes = fixture.nodes.filter(({ id }) => id !== 'predict').map((node) => (node.id === 'stack' ? { ...node, params: { ...node.params, folds: 3 } } : node));
  const document = fixtureDocument(
    { nodes: [...nodes, { id: 'average', type: 'train/stacking', params: { method: 'average' } }, { id: 'test', type: 'evaluate/test-and-score', params: { folds: 3 } }], edges: [['first.learner', 'stack.learner'], ['second.learner', 'stack.learner'], ['first.learner', 'average.learner'], ['second.learner', 'average.learner'], ['in.table', 'test.table'], ['stack.learner', 'test.learner'], ['average.learner', 'test.learner'], ['first.learner', 'test.learner']] },
    opened.engine.catalogue,
  );
  const { nodes: states } = await opened.run(document, ['test']);
  expect(states['test']?.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { schema, rows } = await opened.table(document, 'test', 'scores');
  const at = (name: string): number => schema.findIndex((column) => column.name === name);
  const names = [...new Set(rows.map((row) => String(row[at('learner')])))];
  expect(names).toHaveLength(3);
  expect(names.join()).not.toContain('[object');
  const lossOf = (name: string | undefined): number => rows.filter((row) => row[at('learner')] === name).reduce((sum, row) => sum + Number(row[at('log_loss')]) / 3, 0);
  // Two halves of what is known of a bird tell more than one; an average asks both alike.
  expect(lossOf(names[0])).toBeLessThan(lossOf(names[2]));
  expect(lossOf(names[1])).toBeLessThan(1.1 * lossOf(names[2]));
});
