import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from '#app/pipeline/index.ts';
import { seedSamples } from './project/samples.ts';
import { openTestEngine, type TestEngine } from './testing.ts';

const resources = fileURLToPath(new URL('../../resources', import.meta.url));
const pipelines = path.join(resources, 'samples/project/pipelines');

/** Every example that ships opens without a complaint and runs green. */
describe('the sample pipelines', async () => {
  const files = (await readdir(pipelines)).filter((name) => name.endsWith('.pipeline.json'));
  let test: TestEngine;
  beforeAll(async () => {
    test = await openTestEngine();
    await seedSamples(test.projectDir, resources);
  });
  afterAll(() => test.close());

  it('are at least two', () => {
    expect(files.length).toBeGreaterThanOrEqual(2);
  });

  it.each(files)('%s has no problems and runs', async (file) => {
    const document = parseDocument(await readFile(path.join(pipelines, file), 'utf8'));
    const configured = await test.engine.configure(document);
    expect(configured.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    // End-to-end tests give searches the time that the example says.
    const nodes = document.nodes.map((node) => (node.type === 'train/auto-train' ? { ...node, params: { ...node.params, seconds: 3 } } : node));
    const run = await test.run({ ...document, nodes });
    expect(Object.values(run.nodes).flatMap((node) => node.diagnostics.filter((diagnostic) => diagnostic.severity === 'error'))).toEqual([]);
    expect(run.status).toBe('succeeded');
  });
});
