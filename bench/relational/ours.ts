import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '#app/engine/engine.ts';
import { ordersPipeline } from './pipeline.ts';

export interface OursOptions {
  readonly orders: string;
  readonly customers: string;
  readonly out: string;
  readonly memoryLimit?: string;
  /** Cancels after so many ms instead of running to the end. */
  readonly cancelAfter?: number;
}

/** One run of the pipeline in a new project, so that nothing is known beforehand. @returns wall time of the run, and how long a cancel took */
export async function run(options: OursOptions): Promise<{ ms: number; status: string; nodes: Record<string, number>; cancelMs: number | null }> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const projectDir = await mkdtemp(path.join(os.tmpdir(), 'penstock-bench-'));
  const engine = await Engine.open({ projectDir, resourcesDir: path.join(root, 'resources'), distDir: path.join(root, 'dist'), ...(options.memoryLimit === undefined ? {} : { memoryLimit: options.memoryLimit }) });
  try {
    const document = ordersPipeline(engine.catalogue, options);
    const from = performance.now();
    const started = await engine.startRun({ document, path: null, stream: true });
    let cancelMs: number | null = null;
    if (options.cancelAfter !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, options.cancelAfter));
      const asked = performance.now();
      started.cancel();
      await started.finished;
      cancelMs = performance.now() - asked;
    }
    const status = await started.finished;
    const ms = performance.now() - from;
    const detail = engine.store.records.get(started.runId);
    const failed = detail?.nodes.find((node) => node.status === 'failed');
    if (failed !== undefined) throw new Error(`${failed.title}: ${failed.reason} ${JSON.stringify(failed.diagnostics)}`);
    if (options.cancelAfter === undefined && status !== 'succeeded') throw new Error(`the run ${status}`);
    return { ms, status, nodes: Object.fromEntries((detail?.nodes ?? []).map((node) => [node.nodeId, Math.round(node.ms ?? 0)])), cancelMs };
  } finally {
    await engine.close();
    await rm(projectDir, { recursive: true, force: true });
  }
}
