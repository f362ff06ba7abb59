import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import { fixtureDocument, openTestEngine, type TestEngine } from '../testing.ts';

const penguins = fileURLToPath(new URL('../../../resources/samples/datasets/penguins.csv', import.meta.url));

/** From a file to a registered model, an evaluation and a file that is written. */
export function tracedPipeline(opened: TestEngine, { written = 'exports/heavy.csv' } = {}): PipelineDocument {
  return fixtureDocument(
    {
      nodes: [
        { id: 'read', type: 'data/csv-reader', params: { path: 'data/penguins.csv' } },
        { id: 'keep', type: 'transform/filter-rows', params: { expression: 'body_mass_g > 3000' } },
        { id: 'split', type: 'transform/partition', params: {} },
        { id: 'fit', type: 'train/logistic-regression', params: { target: 'species' } },
        { id: 'register', type: 'deploy/register-model', params: { name: 'penguins' } },
        { id: 'predict', type: 'evaluate/predict', params: {} },
        { id: 'measure', type: 'evaluate/confusion-matrix', params: {} },
        { id: 'write', type: 'data/csv-writer', params: { path: written, overwrite: true } },
      ],
      edges: [
        ['read.table', 'keep.table'],
        ['keep.table', 'split.table'],
        ['split.train', 'fit.table'],
        ['fit.model', 'register.model'],
        ['fit.model', 'predict.model'],
        ['split.test', 'predict.table'],
        ['predict.table', 'measure.table'],
        ['keep.table', 'write.table'],
      ],
    },
    opened.engine.catalogue,
  );
}

/** An engine over a project that has the penguins in `data/`. */
export async function openTraced(): Promise<TestEngine> {
  const opened = await openTestEngine();
  mkdirSync(path.join(opened.projectDir, 'data'), { recursive: true });
  copyFileSync(penguins, path.join(opened.projectDir, 'data', 'penguins.csv'));
  return opened;
}
