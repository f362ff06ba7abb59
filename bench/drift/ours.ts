import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '#app/engine/engine.ts';
import { exportReport } from '#app/engine/reports/export.ts';
import { monitorReport } from '#app/engine/monitoring/report.ts';
import { emptyDocument } from '#app/pipeline/document.ts';

export interface DriftOptions {
  readonly reference: string;
  readonly current: string;
  readonly out: string;
}

/** From two Parquet files to the report as one HTML file: reading, counting, calibrating one false alarm in 100 batches, writing. */
export async function run({ reference, current, out }: DriftOptions): Promise<{ ms: number; bytes: number; drifted: number }> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const projectDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const engine = await Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist') });
  try {
    const from = performance.now();
    const document = emptyDocument('drift', 'Drift');
    const version = (of: string): number => engine.catalogue.get(of)?.definition.version ?? 1;
    for (const [id, file] of Object.entries({ reference, current })) document.nodes.push({ id, type: 'data/parquet-reader', version: version('data/parquet-reader'), params: { path: file } });
    document.nodes.push({ id: 'drift', type: 'monitor/data-drift', version: version('monitor/data-drift'), params: {} });
    for (const id of ['reference', 'current']) document.edges.push({ id, from: { node: id, port: 'table' }, to: { node: 'drift', port: id } });
    const file = await engine.pipelines.create(document.title, document);
    const opened = await engine.pipelines.open(file.path);
    const started = await engine.startRun({ document: opened.document, path: file.path });
    if ((await started.finished) !== 'succeeded') throw new Error(JSON.stringify(engine.store.records.get(started.runId)?.nodes));
    const { html } = await exportReport(engine, monitorReport(engine, 'drift'), new AbortController().signal);
    await writeFile(out, html);
    const ms = performance.now() - from;
    const [monitor] = engine.alarms.monitors();
    return { ms, bytes: Buffer.byteLength(html), drifted: monitor?.batch.metrics['driftedColumns'] ?? -1 };
  } finally {
    await engine.close();
    await rm(projectDir, { recursive: true, force: true });
  }
}
