import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures, type TestEngine } from '#app/engine/testing.ts';

describeFixtures(import.meta.url);

/** For each size its share, the mean training rows, and for each metric [test, deviation, training, deviation]. */
type Reference = readonly { readonly share: number; readonly rows: number; readonly metrics: readonly (readonly number[])[] }[];

/** By scripts/reference/learning-curve.py: folds and their growing parts made a second time in Python, scores by scikit-learn. */
const reference = JSON.parse(readFileSync(fileURLToPath(new URL('./reference.json', import.meta.url)), 'utf8')) as Record<string, Reference>;
const fixtures = new Map(readFixtures(fileURLToPath(new URL('./fixtures', import.meta.url))).map(({ file, fixture }) => [file, fixture]));

describe('against scikit-learn on the same rows', () => {
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  it.each(Object.keys(reference))('%s: finds the same curve', async (name) => {
    const fixture = fixtures.get(`${name}.json`);
    if (fixture === undefined) throw new Error(`There is no fixture ${name}.`);
    const document = fixtureDocument(fixture, opened.engine.catalogue);
    await opened.run(document, ['curve']);
    const { rows } = await opened.table(document, 'curve', 'table');
    const wanted = (reference[name] ?? []).flatMap(({ share, rows: count, metrics }) => metrics.map((scores) => [share, count, ...scores]));
    const found = rows.map(([share, count, , test, testDeviation, , , training, trainingDeviation]) => [share, count, test, testDeviation, training, trainingDeviation].map(Number));
    expect(found).toHaveLength(wanted.length);
    // Features are float32 here and float64 there.
    for (const [index, line] of wanted.entries()) for (const [place, value] of line.entries()) expect(Math.abs((found[index]?.[place] ?? Number.NaN) - value)).toBeLessThan(3e-5 * Math.max(1, Math.abs(value)));
  });
});
