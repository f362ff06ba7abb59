import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '#app/engine/engine.ts';
import { openScorer } from '#app/ml/index.ts';
import { predictRecords } from '#app/ml/model/predict-records.ts';
import { emptyDocument } from '#app/pipeline/document.ts';

export interface ScoreOptions {
  readonly file: string;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Records of each batch size, again and again for about a second. */
  readonly batches: readonly number[];
}

/** Rows a second, by batch size: plain records through the one ONNX file that the app would export. */
export async function run({ file, type, params, batches }: ScoreOptions): Promise<{ rates: number[] }> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const projectDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const engine = await Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
  try {
    const document = emptyDocument('score', 'Score');
    const version = (of: string): number => engine.catalogue.get(of)?.definition.version ?? 1;
    document.nodes.push({ id: 'read', type: 'data/csv-reader', version: version('data/csv-reader'), params: { path: file } }, { id: 'fit', type, version: version(type), params: { target: 'bought', ...params } });
    document.edges.push({ id: 'e', from: { node: 'read', port: 'table' }, to: { node: 'fit', port: 'table' } });
    const started = await engine.startRun({ document, path: null });
    if ((await started.finished) !== 'succeeded') throw new Error(JSON.stringify(engine.store.records.get(started.runId)?.nodes));
    const signal = new AbortController().signal;
    const model = await engine.data.portValue({ document, nodeId: 'fit', port: 'model' }, signal);
    const table = await engine.data.table({ document, nodeId: 'read', port: 'table', filter: '' }, signal);
    if (model.kind !== 'model') throw new Error('there is no model');
    const { schema, rows } = await engine.database.rows({ op: 'limit', input: table.relation, count: Math.max(...batches), offset: 0 });
    const records = rows.map((row) => Object.fromEntries(schema.map(({ name }, i) => [name, row[i] ?? null])));
    const scorer = await openScorer(engine.store.artifacts.path(model.onnx), model.signature);
    const rates: number[] = [];
    for (const batch of batches) {
      const some = records.slice(0, batch);
      for (let i = 0; i < 20; i += 1) await predictRecords(scorer, some);
      const from = performance.now();
      let count = 0;
      while (performance.now() - from < 1000) {
        await predictRecords(scorer, some);
        count += batch;
      }
      rates.push((1000 * count) / (performance.now() - from));
    }
    await scorer.close();
    return { rates };
  } finally {
    await engine.close();
    await rm(projectDir, { recursive: true, force: true });
  }
}
