import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applyCommand } from '#app/pipeline/commands.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { parseDocument, serialiseDocument } from '#app/pipeline/index.ts';
import type { Finding } from '#app/pipeline/lint/index.ts';
import { seedSamples } from '../project/samples.ts';
import { fixtureDocument, fixtureSchema, openTestEngine, type TestEngine } from '../testing.ts';

/** Pipelines with a leak that must be found, and pipelines (near misses among them) where there is none. */
const caseSchema = fixtureSchema.pick({ title: true, nodes: true, edges: true }).extend({
  /** What is only known after a run is asked for then. */
  run: z.boolean().default(false),
  /** There are rows enough to run the whole pipeline once it is mended. */
  train: z.boolean().default(false),
  expect: z.array(z.strictObject({ code: z.string(), node: z.string(), column: z.string().optional(), /** What the button says; null: there is none. */ fix: z.string().nullable() })).default([]),
});

const here = fileURLToPath(new URL('.', import.meta.url));
const resources = fileURLToPath(new URL('../../../resources', import.meta.url));

const cases = (folder: string) =>
  readdirSync(path.join(here, 'fixtures', folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, ...caseSchema.parse(JSON.parse(readFileSync(path.join(here, 'fixtures', folder, name), 'utf8'))) }));

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine({ projectDir: mkdtempSync(path.join(os.tmpdir(), 'penstock-leaks-')) });
});
afterAll(() => test.close());

const find = async (document: PipelineDocument): Promise<Finding[]> => test.engine.leaks.find(await test.engine.analyse(document));
const errors = async (document: PipelineDocument): Promise<string[]> => {
  const { diagnostics } = await test.engine.configure(document);
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message);
};
/** What the rows tell is asked of the tables before the trainers: nothing need be trained. */
const runData = async (document: PipelineDocument): Promise<void> => {
  const tables = document.nodes.filter(({ type }) => !/^(train|evaluate)\//.test(type)).map(({ id }) => id);
  expect((await test.run(document, tables)).status).toBe('succeeded');
};
const brief = ({ code, place, fix }: Finding) => ({ code, node: place?.nodeId, fix: fix?.title ?? null });

describe('planted leaks', () => {
  const planted = cases('planted');

  it('are at least twelve', () => {
    expect(planted.length).toBeGreaterThanOrEqual(12);
  });

  it.each(planted)('$name: $title', async ({ nodes, edges, run, train, expect: wanted }) => {
    const document = fixtureDocument({ nodes, edges }, test.engine.catalogue);
    // Only leaks are wrong with these pipelines.
    expect(await errors(document)).toEqual([]);
    if (run) await runData(document);
    const found = await find(document);
    expect(found.map(brief)).toEqual(wanted.map(({ code, node, fix }) => ({ code, node, fix })));
    for (const [i, { column }] of wanted.entries()) if (column !== undefined) expect(found[i]?.place?.column).toBe(column);

    for (const { code, place, fix } of found) {
      if (fix === undefined) continue;
      const { document: mended, inverse } = applyCommand(document, fix.command);
      expect(await errors(mended), `errors after “${fix.title}”`).toEqual([]);
      if (run) await runData(mended);
      if (train) expect((await test.run(mended)).status).toBe('succeeded');
      const left = await find(mended);
      expect(left.filter((one) => one.code === code && one.place?.nodeId === place?.nodeId), `still there after “${fix.title}”`).toEqual([]);
      expect(serialiseDocument(applyCommand(mended, inverse).document)).toBe(serialiseDocument(document));
    }
  });
});

describe('pipelines that are half drawn', () => {
  const drawn = cases('planted');

  it('never make the search fail, and every fix fits and can be undone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...drawn), fc.infiniteStream(fc.nat(9)), async ({ nodes, edges }, dice) => {
        const roll = (): boolean => (dice.next().value ?? 0) > 0;
        const kept = nodes.filter(roll);
        const isKept = (end: string): boolean => kept.some(({ id }) => id === end.slice(0, end.lastIndexOf('.')));
        const bypassing = kept.map((node) => (roll() || node.type === 'test/values' ? node : { ...node, bypassed: true }));
        const document = fixtureDocument({ nodes: bypassing, edges: edges.filter(([from, to]) => isKept(from) && isKept(to) && roll()) }, test.engine.catalogue);
        for (const { fix, place } of await find(document)) {
          expect(document.nodes.some(({ id }) => id === place?.nodeId)).toBe(true);
          if (fix === undefined) continue;
          const { document: mended, inverse } = applyCommand(document, fix.command);
          expect(serialiseDocument(applyCommand(mended, inverse).document)).toBe(serialiseDocument(document));
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('pipelines without a leak', () => {
  const clean = cases('clean');

  it('are at least twelve', () => {
    expect(clean.length).toBeGreaterThanOrEqual(12);
  });

  it.each(clean)('$name: $title', async ({ nodes, edges, run }) => {
    const document = fixtureDocument({ nodes, edges }, test.engine.catalogue);
    expect(await errors(document)).toEqual([]);
    if (run) await runData(document);
    expect(await find(document)).toEqual([]);
  });

  it.each(readdirSync(path.join(resources, 'samples/project/pipelines')).filter((name) => name.endsWith('.pipeline.json')))('the example %s', async (name) => {
    await seedSamples(test.projectDir, resources);
    const document = parseDocument(readFileSync(path.join(resources, 'samples/project/pipelines', name), 'utf8'));
    expect(await find(document)).toEqual([]);
  });
});
