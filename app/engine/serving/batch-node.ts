import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '#app/data/index.ts';
import type { ModelServices, RegistryProbes, TableServices } from '#app/sdk/node.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { scoreTable } from './batch-score.ts';

/** Of one run of a node, for services that work for minutes. */
export interface NodeWork {
  /** Queries that say nothing of how far they are: whoever asks them tells of the whole. */
  readonly tables: TableServices;
  /** A folder for finished parts, there again when the same node is run with the same inputs; null where nothing can be kept. */
  parts(): Promise<string | null>;
  progress(fraction: number | null, message?: string): void;
}

export function registryProbes(store: ProjectStore): RegistryProbes {
  return {
    find(reference) {
      const { name, version, value } = store.models.resolve(reference);
      return { name, version, model: value };
    },
  };
}

/** What a node that scores tables asks of the engine. */
export function batchScoring({ database, store, tempDir }: { readonly database: Database; readonly store: ProjectStore; readonly tempDir: string }, signal: AbortSignal, { tables, parts, progress }: NodeWork): Pick<ModelServices, 'batchScore'> {
  return {
    async batchScore(model, table, { partRows, label }) {
      const kept = await parts();
      const folder = kept ?? (await mkdtemp(path.join(tempDir, 'scoring-')));
      try {
        const scored = await scoreTable({ database, tables, model, modelFile: store.artifacts.path(model.onnx), table, folder, tempDir, partRows, signal, progress });
        progress(0.96, 'Putting the parts together');
        const { relation, rows, parts: count, resumed } = scored;
        return { table: await tables.materialise(relation, label), rows, parts: count, resumed };
      } finally {
        if (kept === null) await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
