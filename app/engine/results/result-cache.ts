import { formatBytes, formatDuration } from '#app/core/units.ts';
import type { Diagnostic } from '#app/core/errors.ts';
import { stableHash } from '#app/core/hash.ts';
import type { KeyParts } from '#app/pipeline/cache-key.ts';
import { explainStale } from '#app/pipeline/cache-key.ts';
import type { Freshness } from '#app/protocol/schema.ts';
import type { PortKind, PortValue } from '#app/sdk/ports.ts';
import type { AnalysedNode, Analysis } from '../analysis/analyse.ts';
import { artifactsOf, decodeValue, encodeValue, type ArtifactPlaces } from './value-codec.ts';

/** A node's finished result, addressed by its cache key. Written when the node ends, so a killed run keeps what it finished. */
export interface ResultEntry {
  readonly key: string;
  readonly nodeId: string;
  readonly pipelineId: string;
  readonly finishedAt: number;
  readonly ms: number;
  readonly parts: KeyParts;
  readonly ports: Readonly<Record<string, StoredPort>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** Warnings and notes of the node, shown again when its result is reused. */
  readonly diagnostics: readonly Diagnostic[];
  /** Unix ms; absent on an entry that was just made. */
  readonly lastUsed?: number;
  /** Its values were removed to free disk; only `latest` gives such an entry. */
  readonly evicted?: { readonly at: number; readonly bytes: number } | null;
}

export interface StoredPort {
  readonly kind: PortKind;
  /** Encoded. Null for the table of a relational node that was not materialised: it is built again from the node's inputs. */
  readonly value: PortValue | null;
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** Where entries are kept between sessions (app/store). */
export interface ResultStore {
  get(key: string): ResultEntry | null;
  put(entry: ResultEntry): void;
  delete(key: string): void;
  /** The newest entry of a node, whatever its key; for saying why the present one differs. */
  latest(pipelineId: string, nodeId: string): ResultEntry | null;
  /** Makes an entry the newest of a node that reused it. */
  touch(pipelineId: string, nodeId: string, key: string): void;
}

/** Where the result of a cancelled node stands that has something to show: never in the place of a whole one. */
export const partialKey = (key: string): string => stableHash(['partial', key]);

const usedToTheHour = 3_600_000;

/** Whether using a kept value runs it: a model by onnxruntime, a person's SQL by the database. */
function wouldRun({ kind, value }: StoredPort): boolean {
  return value !== null && (kind === 'model' || value.kind === 'model' || JSON.stringify(value).includes('"op":"sql"'));
}

/** The store with a memory in front, and a check that what an entry needs still exists. */
export class ResultCache {
  readonly #store: ResultStore;
  readonly #places: ArtifactPlaces & { exists(id: string): boolean };
  readonly #memory = new Map<string, ResultEntry>();
  readonly #unwritten = new Map<string, ResultEntry>();
  /** Newest entry by pipeline and node, as far as this session asked; null: there is none. */
  readonly #newest = new Map<string, ResultEntry | null>();
  /** Keys asked for in vain. This process is the store's only writer, so they stay absent until it puts them. */
  readonly #absent = new Set<string>();
  static readonly #kept = 5000;

  readonly #options: { readonly soleWriter: boolean; readonly distrusts?: () => boolean };
  /** What this session made. */
  readonly #own = new Set<string>();

  /**
   * `soleWriter`: nobody else writes to the store meanwhile, so what was found there can be remembered. `distrusts`: what was not made here
   * came from elsewhere, so kept results that would be run (models, tables that are SQL) are not taken.
   */
  constructor(store: ResultStore, places: ArtifactPlaces & { exists(id: string): boolean }, options: { readonly soleWriter: boolean; readonly distrusts?: () => boolean }) {
    this.#store = store;
    this.#places = places;
    this.#options = options;
  }

  /** The usable entry of a node, or null. Entries whose artifacts are gone are forgotten. */
  find(node: AnalysedNode): ResultEntry | null {
    if (node.key === null || !node.cacheable) return null;
    return this.get(node.key);
  }

  get(key: string): ResultEntry | null {
    if (this.#absent.has(key)) return null;
    const entry = this.#memory.get(key) ?? this.#unwritten.get(key) ?? this.#store.get(key);
    if (entry === null || entry.evicted) {
      if (this.#absent.size > ResultCache.#kept) this.#absent.clear();
      if (this.#options.soleWriter) this.#absent.add(key);
      return null;
    }
    if (!this.#own.has(key) && Object.values(entry.ports).some(wouldRun) && this.#options.distrusts?.() === true) return null;
    for (const port of Object.values(entry.ports)) {
      if (port.value === null) continue;
      for (const id of artifactsOf(port.value)) {
        if (this.#places.exists(id)) continue;
        this.delete(key);
        return null;
      }
    }
    this.#remember(entry);
    return entry;
  }

  /**
   * Keeps a result; `values` as the node gave them, null for a fused table. With `later` it is only remembered until `flush`:
   * a result that is nothing but descriptions costs less to make again than to bring to the disk by itself.
   */
  put(entry: Omit<ResultEntry, 'ports'>, ports: Readonly<Record<string, StoredPort>>, options: { readonly later?: boolean } = {}): ResultEntry {
    const encoded = Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [name, { ...port, value: port.value === null ? null : encodeValue(port.value, this.#places) }]),
    );
    const full: ResultEntry = { ...entry, ports: encoded };
    if (options.later === true) this.#unwritten.set(full.key, full);
    else this.#store.put(full);
    this.#absent.delete(full.key);
    this.#own.add(full.key);
    this.#newest.set(`${full.pipelineId}\0${full.nodeId}`, full);
    this.#remember(full);
    return full;
  }

  /** Writes what was put for later; call it inside a transaction with other writes. */
  flush(): void {
    for (const entry of this.#unwritten.values()) this.#store.put(entry);
    this.#unwritten.clear();
  }

  /** Notes that a node now stands on this entry, so that later changes are explained against it. */
  reused(pipelineId: string, nodeId: string, key: string): void {
    const now = Date.now();
    const latest = this.latest(pipelineId, nodeId);
    // The time is for deciding what to remove first: to the hour is enough, and spares a write for each node of each run.
    if (latest?.key === key && now - (latest.lastUsed ?? latest.finishedAt) < usedToTheHour) return;
    this.#store.touch(pipelineId, nodeId, key);
    const entry = this.get(key);
    if (entry === null) return;
    const used: ResultEntry = { ...entry, lastUsed: now };
    this.#memory.set(key, used);
    this.#newest.set(`${pipelineId}\0${nodeId}`, used);
  }

  delete(key: string): void {
    this.#memory.delete(key);
    this.#unwritten.delete(key);
    this.#store.delete(key);
  }

  /** Forgets what is known of results whose values were removed from the store. */
  evicted(keys: Iterable<string>): void {
    for (const key of keys) {
      this.#memory.delete(key);
      this.#unwritten.delete(key);
    }
    this.#newest.clear();
    this.#absent.clear();
  }

  value(port: StoredPort): PortValue | null {
    return port.value === null ? null : decodeValue(port.value, this.#places);
  }

  /** State of each node against the cache, with reasons in words. */
  freshness(analysis: Analysis): Record<string, Freshness> {
    return Object.fromEntries(analysis.document.nodes.map((node) => [node.id, this.#freshnessOf(analysis, analysis.nodes.get(node.id))]));
  }

  /** Why a node has to run now: the words shown beside a stale node, or that it never ran. */
  reasons(analysis: Analysis, node: AnalysedNode): string[] {
    const latest = this.latest(analysis.document.id, node.node.id);
    if (latest === null || node.parts === null) return [];
    if (node.key !== null && latest.key === partialKey(node.key)) return ['its last run was cancelled before it was done'];
    const reasons = explainStale(latest.parts, node.parts);
    const gone = latest.evicted ? `its earlier result was removed to free disk (${formatBytes(latest.evicted.bytes)}, ${formatDuration(latest.ms)} to make again)` : null;
    if (reasons.length > 0) return gone === null || latest.key !== node.key ? reasons : [...reasons, gone];
    return [gone ?? 'its earlier result is no longer kept'];
  }

  /** The newest result of a node, whatever its key; its files may be gone. */
  latest(pipelineId: string, nodeId: string): ResultEntry | null {
    const of = `${pipelineId}\0${nodeId}`;
    const known = this.#newest.get(of);
    if (known !== undefined) return known;
    const latest = this.#store.latest(pipelineId, nodeId);
    if (this.#options.soleWriter) this.#newest.set(of, latest);
    return latest;
  }

  #freshnessOf(analysis: Analysis, node: AnalysedNode | undefined): Freshness {
    if (node === undefined) return { state: 'not-ready', reasons: ['it is on or behind a circle'] };
    if (node.node.bypassed === true) return { state: 'fresh', reasons: [] };
    if (node.key === null) return { state: 'not-ready', reasons: node.problems.slice(0, 3).map((problem) => problem.message) };
    if (this.find(node) !== null) return { state: 'fresh', reasons: [] };
    const reasons = this.reasons(analysis, node);
    if (reasons.length === 0) return { state: 'never-run', reasons: [] };
    return { state: 'stale', reasons: node.cacheable ? reasons : ['it reads something that may change at any time'] };
  }

  #remember(entry: ResultEntry): void {
    this.#memory.delete(entry.key);
    this.#memory.set(entry.key, entry);
    if (this.#memory.size <= ResultCache.#kept) return;
    const oldest = this.#memory.keys().next();
    if (!oldest.done) this.#memory.delete(oldest.value);
  }
}
