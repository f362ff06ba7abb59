import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { builtServer } from '#app/engine/bundle/testing.ts';
import { verifyBundle } from '#app/engine/bundle/index.ts';
import { describeFixtures, fixtureDocument, fixtureSchema, openTestEngine } from '#app/engine/testing.ts';

beforeAll(() => void builtServer());
describeFixtures(import.meta.url);

it('writes a whole bundle, with the pipeline and where each column comes from, again and again', async () => {
  const fixture = fixtureSchema.parse(JSON.parse(readFileSync(new URL('fixtures/default-folder.json', import.meta.url), 'utf8')));
  const opened = await openTestEngine();
  try {
    const document = fixtureDocument(fixture, opened.engine.catalogue);
    for (let time = 0; time < 2; time++) expect((await opened.run(document)).nodes['d']?.status).toBe('succeeded');
    const folder = path.join(opened.projectDir, 'bundles', 'sales');
    await verifyBundle(folder);
    const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
    expect(JSON.parse(read('signature.json'))).toMatchObject({ name: 'sales', signature: { task: 'classification', classes: ['no', 'yes'], inputs: [{ name: 'x' }, { name: 's' }] } });
    expect(JSON.parse(read('pipeline.json'))).toMatchObject({ title: 'Fixture', nodes: [{ id: 'v' }, { id: 'm' }, { id: 'd' }] });
    expect(JSON.parse(read('lineage.json'))).toEqual(expect.arrayContaining([expect.objectContaining({ column: 'x' })]));
    expect(read('MODEL_CARD.md')).toContain('Trained on 24 rows');
    expect(read('MODEL_CARD.md')).toContain('## What it learned');
  } finally {
    await opened.close();
  }
}, 120_000);
