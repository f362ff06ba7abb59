import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { addSample, listTemplates } from './templates.ts';

const resources = fileURLToPath(new URL('../../../resources', import.meta.url));

/** Every template becomes a pipeline of the project with its data, opens without a complaint and runs green. */
describe('the templates', async () => {
  const templates = await listTemplates(resources);
  let opened: TestEngine;
  beforeAll(async () => {
    opened = await openTestEngine();
  });
  afterAll(() => opened.close());

  it('have a sentence each, and names of their own', () => {
    expect(templates.length).toBeGreaterThanOrEqual(10);
    expect(new Set(templates.map(({ name }) => name)).size).toBe(templates.length);
    expect(templates.filter(({ document }) => !/\.$/.test(document.description ?? '')).map(({ name }) => name)).toEqual([]);
  });

  it.each(templates.map((template) => [template.name, template] as const))('%s begins a pipeline that runs', async (_, { document }) => {
    const { path: relative } = await addSample(opened.engine, document);
    const { document: begun } = await opened.engine.pipelines.open(relative);
    expect(begun.id).not.toBe(document.id);
    expect(begun.nodes).toEqual(document.nodes);
    const { diagnostics } = await opened.engine.configure(begun);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    // A search gets the time that the template says only where a person waits for it.
    const quick = { ...begun, nodes: begun.nodes.map((node) => (node.type === 'train/auto-train' ? { ...node, params: { ...node.params, seconds: 3 } } : node)) };
    const run = await opened.run(quick);
    expect(Object.values(run.nodes).flatMap((node) => node.diagnostics.filter(({ severity }) => severity === 'error'))).toEqual([]);
    expect(run.status).toBe('succeeded');
  });

  it('bring the licence of their data with it', () => {
    expect(existsSync(path.join(opened.projectDir, 'data', 'penguins.LICENSE.txt'))).toBe(true);
  });
});
