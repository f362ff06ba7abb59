import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures, type Fixture, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

const fixtures = new Map(readFixtures(fileURLToPath(new URL('./fixtures', import.meta.url))).map(({ file, fixture }) => [file, fixture]));
const fixtureOf = (file: string): Fixture => {
  const found = fixtures.get(file);
  if (found === undefined) throw new Error(`There is no fixture ${file}.`);
  return found;
};

let opened: TestEngine | undefined;
afterEach(() => opened?.close());

/** Without the column of times. */
async function trialsOf(engine: TestEngine, fixture: Fixture): Promise<unknown[][]> {
  const { schema, rows } = await engine.table(fixtureDocument(fixture, engine.engine.catalogue), 'search', 'trials');
  const seconds = schema.findIndex(({ name }) => name === 'seconds');
  return rows.map((row) => row.filter((_cell, index) => index !== seconds));
}

it('finds the scores of scikit-learn on the same folds', async () => {
  const reference = JSON.parse(readFileSync(fileURLToPath(new URL('./reference.json', import.meta.url)), 'utf8')) as { readonly grid: readonly (readonly number[])[] };
  opened = await openTestEngine();
  const fixture = fixtureOf('grid.json');
  await opened.run(fixtureDocument(fixture, opened.engine.catalogue), ['search']);
  const rows = await trialsOf(opened, fixture);
  expect(rows).toHaveLength(reference.grid.length);
  for (const [index, [strength = 0, mean = 0, deviation = 0]] of reference.grid.entries()) {
    const row = rows[index] ?? [];
    expect(row.at(-1)).toBe(strength);
    expect(Math.abs(Number(row[2]) - mean)).toBeLessThan(1e-5);
    expect(Math.abs(Number(row[3]) - deviation)).toBeLessThan(1e-5);
  }
});

it('keeps the reason of a trial that failed, and the best of the others', async () => {
  opened = await openTestEngine();
  const fixture = fixtureOf('failing-trial.json');
  await opened.run(fixtureDocument(fixture, opened.engine.catalogue), ['search']);
  const rows = await trialsOf(opened, fixture);
  const failed = rows.filter(([, status]) => status === 'failed');
  expect(failed.map((row) => row.at(-1))).toEqual([100]);
  expect(failed[0]?.at(-2)).toMatch(/diverge/);
  expect(rows.filter(([, status]) => status === 'done')).toHaveLength(2);
});

describe('a search that is stopped', () => {
  it('goes on with its finished trials, to the trials of an unbroken one', async () => {
    const fixture = fixtureOf('bayesian.json');
    opened = await openTestEngine();
    const document = fixtureDocument(fixture, opened.engine.catalogue);
    const run = await opened.engine.startRun({ document, path: null, to: ['search'] });
    for await (const event of run.log.stream()) if (event.type === 'log' && event.message.startsWith('5: ')) run.cancel();
    expect(await run.finished).toBe('cancelled');
    opened = await opened.reopen();
    await opened.run(document, ['search']);
    const value = await opened.value(document, 'search', 'report');
    const text = value.kind === 'report' ? value.report.blocks.flatMap((block) => (block.type === 'text' ? block.markdown : [])).join() : '';
    expect(text).toMatch(/(One trial is|\d+ trials are) of an earlier run that was stopped/);
    const broken = await trialsOf(opened, fixture);
    await opened.close();
    opened = await openTestEngine();
    await opened.run(document, ['search']);
    expect(broken).toEqual(await trialsOf(opened, fixture));
  });
});
