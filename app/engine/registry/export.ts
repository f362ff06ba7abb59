import path from 'node:path';
import { parseDocument } from '#app/pipeline/parse.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { ModelVersionRecord } from '#app/store/index.ts';
import { writeBundle } from '../bundle/index.ts';
import type { EngineAreas } from '../areas.ts';

/**
 * A version as one ONNX file (`.onnx`), or as a bundle: a folder, or `.zip`. Its golden rows are repeated first.
 * @param target absolute. @throws PenstockError `parity`, those of `writeBundle`.
 */
export async function exportVersion(engine: EngineAreas, record: ModelVersionRecord, target: string, signal: AbortSignal): Promise<{ path: string; bytes: number }> {
  // Its golden rows are repeated, which runs the model.
  engine.trust.assert('Registered models of this project are not run');
  if (target.toLowerCase().endsWith('.onnx')) return engine.models.exportOnnx(record.value, target);
  const { name, value, nodeId, pipelineTitle, createdAt } = record;
  const { artifacts } = engine.store;
  const { path: at, files } = await writeBundle({
    name,
    model: value,
    nodeId: nodeId ?? '',
    pipelineTitle: pipelineTitle ?? record.facts.origin ?? name,
    createdAt: new Date(createdAt),
    lineage: [],
    onnx: await artifacts.read(value.onnx),
    golden: await artifacts.read(value.golden),
    document: documentOf(engine, record),
    serverDir: path.join(engine.distDir, 'bundle-server'),
    target,
    signal,
  });
  return { path: at, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The pipeline as it was run; null where that is not kept. */
export function documentOf({ store }: Pick<EngineAreas, 'store'>, { runId, facts }: ModelVersionRecord): PipelineDocument | null {
  const hash = facts.pipeline ?? (runId === null ? null : store.runVersion(runId)?.hash);
  if (hash === null || hash === undefined) return null;
  try {
    return parseDocument(store.documentText(hash));
  } catch {
    return null;
  }
}
