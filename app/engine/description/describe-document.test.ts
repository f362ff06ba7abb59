import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { descriptionText } from '#app/pipeline/description/index.ts';
import { stepPredicate } from '#app/pipeline/description/step-words.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import { seedSamples } from '../project/samples.ts';
import { openTestEngine, type TestEngine } from '../testing.ts';
import { describeDocument } from './describe-document.ts';
import { inEnglish } from '#app/sdk/say.ts';

const resources = fileURLToPath(new URL('../../../resources', import.meta.url));
let opened: TestEngine;
beforeAll(async () => {
  opened = await openTestEngine();
  await seedSamples(opened.projectDir, resources);
});
afterAll(() => opened.close());

const sample = async (name: string) => parseDocument(await readFile(path.join(resources, 'samples/project/pipelines', `${name}.pipeline.json`), 'utf8'));
const words = async (name: string): Promise<string> => descriptionText(await describeDocument(opened.engine, await sample(name), new AbortController().signal));

it('tells a sample before and after its run, with rows, scores, prepared features and missing values', async () => {
  const before = await words('penguins');
  expect(before).toContain('It was not run yet.');
  expect(before).toContain('“Partition” splits the rows into 70 % train and 30 % test, so that both parts have the same mix of species (seed 7)');
  const document = await sample('penguins');
  const { status } = await opened.run(document);
  expect(status).toBe('succeeded');
  const after = await words('penguins');
  expect(after).toContain('“CSV Reader” reads data/penguins.csv: 344 rows of 8 columns.');
  expect(after).toMatch(/240 rows at Train, 104 rows at Test|241 rows at Train, 103 rows at Test/);
  expect(after).toMatch(/That makes 9 features: .*bill_length_mm/);
  expect(after).toMatch(/“Confusion Matrix” of “Neural Network”: accuracy (1|0\.9\d+),/);
  expect(after).toContain('“CSV Reader” has missing values in 5 columns: sex (11, 3.2 %)');
  expect(await words('penguins')).toBe(after);
});

it('has a sentence for every node type, also with nothing chosen', () => {
  for (const { definition } of opened.engine.catalogue.values()) {
    const params = definition.params.parse({}) as Record<string, unknown>;
    const predicate = stepPredicate(definition.type, params, definition.describe?.(params, inEnglish) ?? '', definition.summary);
    expect(predicate, definition.type).toMatch(/^[a-z].{8,}/);
    expect(predicate, definition.type).not.toMatch(/undefined|NaN|\[object|\.$|\s{2}/);
  }
});
