import path from 'node:path';
import { serialiseDocument } from '#app/pipeline/serialise.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { Engine } from '../engine.ts';
import { fixtureDocument } from '../testing.ts';
import { loadCatalogue } from '../catalogue.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** A project with a pipeline that takes long, and an engine on it in whose process schedules fire. */
export async function openBackground(projectDir: string, rows: number): Promise<Engine> {
  const catalogue = loadCatalogue();
  const document = fixtureDocument(
    {
      nodes: [
        { id: 'rows', type: 'data/synthetic-data', params: { rows, seed: 3, preset: 'regression', features: 8, informative: 5, noise: 1 } },
        { id: 'fit', type: 'train/gradient-boosting', params: { target: 'y', task: 'regression', iterations: rows > 1000 ? 1500 : 5, learningRate: 0.02, earlyStopping: false } },
      ],
      edges: [['rows.table', 'fit.table']],
    },
    catalogue,
  );
  await mkdir(path.join(projectDir, 'pipelines'), { recursive: true });
  await writeFile(path.join(projectDir, 'pipelines', 'long.pipeline.json'), serialiseDocument({ ...document, id: 'long', title: 'Long' }));
  return Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), catalogue, background: true });
}

/** Fires once and then waits to be killed. */
export async function run({ project }: { readonly project: string }): Promise<never> {
  const engine = await openBackground(project, 30_000);
  const { record } = await engine.automation.create({ name: 'Long one', pipeline: 'pipelines/long.pipeline.json', trigger: { kind: 'cron', cron: '0 0 1 1 *', timezone: 'UTC' } });
  engine.automation.fire(record.id);
  return new Promise(() => setInterval(() => undefined, 1000));
}
