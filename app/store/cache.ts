import { z } from 'zod';
import type { Diagnostic } from '#app/core/errors.ts';
import type { PortValue } from '#app/sdk/ports.ts';
import type { StoreDatabase } from './database.ts';
import { diagnosticSchema } from '#app/core/diagnostic-schema.ts';
import { jsonColumn, readRow, storedKeyParts, storedPortStats, storedPortValue } from './records.ts';

/** A finished result under its cache key. */
export interface CacheEntry {
  readonly key: string;
  readonly pipelineId: string;
  readonly nodeId: string;
  readonly nodeType: string;
  /** What the key was made of (app/pipeline/cache-key), to say later what changed. */
  readonly parts: z.infer<typeof storedKeyParts>;
  readonly outputs: Readonly<Record<string, PortValue>>;
  readonly ports: Readonly<Record<string, z.infer<typeof storedPortStats>>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly ms: number;
  readonly createdAt: number;
  /** Unix ms; at first its time of making. */
  readonly lastUsed: number;
  /** Its values were removed to free disk: when, and how many bytes that freed. */
  readonly evicted: { readonly at: number; readonly bytes: number } | null;
}

const entryRow = z.object({
  key: z.string(),
  pipelineId: z.string(),
  nodeId: z.string(),
  nodeType: z.string(),
  parts: jsonColumn(storedKeyParts),
  outputs: jsonColumn(z.record(z.string(), storedPortValue)),
  ports: jsonColumn(z.record(z.string(), storedPortStats)),
  // JSON has no NaN: such a metric comes back as null.
  metrics: jsonColumn(z.record(z.string(), z.number().nullable().transform((value) => value ?? Number.NaN))),
  diagnostics: jsonColumn(z.array(diagnosticSchema)),
  ms: z.number(),
  createdAt: z.number(),
  lastUsed: z.number(),
  evictedAt: z.number().nullable(),
  evictedBytes: z.number().nullable(),
});

const columns = `e.key, e.pipeline_id as pipelineId, e.node_id as nodeId, e.node_type as nodeType, e.parts, e.outputs, e.ports, e.metrics,
  e.diagnostics, e.ms, e.created_at as createdAt, e.last_used as lastUsed, e.evicted_at as evictedAt, e.evicted_bytes as evictedBytes`;

/** Results by cache key. Whether the artifacts they name are still on disk is the reader's question. */
export class CacheStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  get(key: string): CacheEntry | null {
    const row = this.#db.get(`select ${columns} from cache_entries e where e.key = ?`, key);
    return row === undefined ? null : entryOf(row);
  }

  /** The last result of a node of a pipeline, whatever its key: what "stale" is measured against. */
  latest(pipelineId: string, nodeId: string): CacheEntry | null {
    const row = this.#db.get(`select ${columns} from cache_latest l join cache_entries e on e.key = l.key where l.pipeline_id = ? and l.node_id = ?`, pipelineId, nodeId);
    return row === undefined ? null : entryOf(row);
  }

  /** Keeps a result and makes it the latest of its node. A second result for a key replaces the first. */
  save(entry: Omit<CacheEntry, 'lastUsed' | 'evicted'>): void {
    this.#db.transaction(() => {
      this.#db.run(
        `insert into cache_entries (key, pipeline_id, node_id, node_type, parts, outputs, ports, metrics, diagnostics, ms, created_at, last_used)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (key) do update set parts = excluded.parts, outputs = excluded.outputs, ports = excluded.ports, metrics = excluded.metrics,
           diagnostics = excluded.diagnostics, ms = excluded.ms, created_at = excluded.created_at,
           last_used = excluded.last_used, evicted_at = null, evicted_bytes = null`,
        entry.key,
        entry.pipelineId,
        entry.nodeId,
        entry.nodeType,
        JSON.stringify(entry.parts),
        JSON.stringify(entry.outputs),
        JSON.stringify(entry.ports),
        JSON.stringify(entry.metrics),
        JSON.stringify(entry.diagnostics),
        entry.ms,
        entry.createdAt,
        entry.createdAt,
      );
      this.touch(entry.pipelineId, entry.nodeId, entry.key);
    });
  }

  /** Makes an existing result the latest of a node (it was reused). */
  touch(pipelineId: string, nodeId: string, key: string): void {
    this.#db.run(
      'insert into cache_latest (pipeline_id, node_id, key) values (?, ?, ?) on conflict (pipeline_id, node_id) do update set key = excluded.key',
      pipelineId,
      nodeId,
      key,
    );
    this.#db.run('update cache_entries set last_used = max(last_used, ?) where key = ?', Date.now(), key);
  }

  forget(key: string): void {
    this.#db.run('delete from cache_entries where key = ?', key);
  }

  /** Removes entries older than a time (Unix ms) that are no node's latest; gives how many. */
  prune(before: number): number {
    return this.#db.run('delete from cache_entries where created_at < ? and key not in (select key from cache_latest)', before);
  }

  /** Every entry's outputs, to find which artifacts are in use. */
  *allOutputs(): Generator<Readonly<Record<string, PortValue>>> {
    for (const row of this.#db.all(`select ${columns} from cache_entries e`)) yield entryOf(row).outputs;
  }
}

function entryOf(row: unknown): CacheEntry {
  const { evictedAt, evictedBytes, ...entry } = readRow(entryRow, row, 'a cached result');
  // A port value's kind is checked above; its inside was typed when this store wrote it.
  return { ...entry, evicted: evictedAt === null ? null : { at: evictedAt, bytes: evictedBytes ?? 0 } } as unknown as CacheEntry;
}
