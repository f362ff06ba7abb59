import { z } from 'zod';
import type { StoreDatabase } from './database.ts';
import { jsonColumn, readRow, storedKeyParts } from './records.ts';

/** What a kept result holds and what it was made of, to decide what goes when the disk is to be freed. */
export interface StoredResult {
  readonly key: string;
  readonly pipelineId: string;
  readonly nodeId: string;
  readonly nodeType: string;
  readonly ms: number;
  readonly createdAt: number;
  readonly lastUsed: number;
  /** The newest of its node: what the next run would reuse. */
  readonly isLatest: boolean;
  /** Artifact ids in its values. */
  readonly artifacts: readonly string[];
  /** Keys of the results it was computed from. */
  readonly upstream: readonly string[];
}

const resultRow = z.object({
  key: z.string(),
  pipelineId: z.string(),
  nodeId: z.string(),
  nodeType: z.string(),
  ms: z.number(),
  createdAt: z.number(),
  lastUsed: z.number(),
  isLatest: z.number(),
  outputs: z.string(),
  parts: jsonColumn(storedKeyParts.pick({ upstream: true })),
});
const textRow = z.object({ text: z.string() });
const sizeRow = z.object({ id: z.string(), bytes: z.number(), createdAt: z.number() });
const pipelineRow = z.object({ pipelineId: z.string(), title: z.string(), hash: z.string() });

/** Any artifact id in a text: values name artifacts in several places, and one more must not make a file look unused. */
const ids = /[0-9a-f]{64}/g;
const idsIn = (text: string): string[] => [...new Set(text.match(ids) ?? [])];

/** Sizes and uses of results and of the files they are in. */
export class UsageStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  /** Results whose values are kept; those that were removed are left out. */
  results(): StoredResult[] {
    const rows = this.#db.all(
      `select e.key, e.pipeline_id as pipelineId, e.node_id as nodeId, e.node_type as nodeType, e.ms, e.created_at as createdAt, e.last_used as lastUsed,
         exists (select 1 from cache_latest l where l.key = e.key) as isLatest, e.outputs, e.parts
       from cache_entries e where e.evicted_at is null`,
    );
    return rows.map((row) => {
      const { outputs, parts, isLatest, ...rest } = readRow(resultRow, row, 'a cached result');
      const upstream = Object.values(parts.upstream).flatMap((edges) => edges.map((edge) => edge.key));
      return { ...rest, isLatest: isLatest === 1, artifacts: idsIn(outputs), upstream };
    });
  }

  /** Artifacts of registered models and of feature views. */
  registered(): Set<string> {
    return new Set(this.#db.all("select value || ' ' || onnx as text from model_versions union all select artifact from feature_materialisations where artifact is not null").flatMap((row) => idsIn(readRow(textRow, row, 'a model version').text)));
  }

  /** Every artifact that was noted, whether its file is there or not. */
  artifacts(): Map<string, { readonly bytes: number; readonly createdAt: number }> {
    const rows = this.#db.all('select id, bytes, created_at as createdAt from artifacts');
    return new Map(rows.map((row) => readRow(sizeRow, row, 'an artifact')).map(({ id, bytes, createdAt }) => [id, { bytes, createdAt }]));
  }

  /** Title of each pipeline and hash of its document, as last run. */
  pipelines(): { readonly pipelineId: string; readonly title: string; readonly hash: string }[] {
    return this.#db.all('select pipeline_id as pipelineId, title, version_hash as hash, max(run_id) as runId from runs group by pipeline_id').map((row) => readRow(pipelineRow, row, 'a run'));
  }

  /** Marks results as removed; their rows stay until their nodes have newer ones. */
  evict(results: readonly { readonly key: string; readonly bytes: number }[], now: number): void {
    this.#db.transaction(() => {
      for (const { key, bytes } of results) this.#db.run("update cache_entries set evicted_at = ?, evicted_bytes = ?, outputs = '{}' where key = ?", now, bytes, key);
      // Older results of a node that are gone explain nothing any more.
      this.#db.run('delete from cache_entries where evicted_at is not null and key not in (select key from cache_latest)');
    });
  }

  forgetArtifacts(gone: readonly string[]): void {
    this.#db.transaction(() => {
      for (const id of gone) this.#db.run('delete from artifacts where id = ?', id);
    });
  }
}
