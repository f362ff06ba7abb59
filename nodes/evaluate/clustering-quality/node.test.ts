import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFixtures, fixtureDocument, openTestEngine, readFixtures } from '#app/engine/testing.ts';
import measures from './measures.json' with { type: 'json' };

describeFixtures(import.meta.url);

describe('measures of the fixtures', () => {
  it('are scikit-learn’s', async () => {
    const opened = await openTestEngine();
    const fixtures = new Map(readFixtures(path.join(import.meta.dirname, 'fixtures')).map(({ file, fixture }) => [file.replace('.json', ''), fixture]));
    try {
      for (const [name, expected] of Object.entries(measures)) {
        const fixture = fixtures.get(name);
        if (fixture === undefined) throw new Error(`there is no fixture ${name}`);
        const document = fixtureDocument(fixture, opened.engine.catalogue);
        await opened.run(document);
        const value = await opened.value(document, fixture.node, 'evaluation');
        const found = value.kind === 'evaluation' ? value.evaluation.metrics : {};
        expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
        for (const [measure, number] of Object.entries(expected)) expect((found[measure] ?? Number.NaN) / number).toBeCloseTo(1, 8);
      }
    } finally {
      await opened.close();
    }
  });
});
