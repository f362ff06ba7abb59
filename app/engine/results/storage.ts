import { stat } from 'node:fs/promises';
import { formatBytes } from '#app/core/units.ts';
import { parseDocument } from '#app/pipeline/parse.ts';
import type { PipelineDocument } from '#app/pipeline/document.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { chooseEvictions, type Eviction } from './eviction.ts';
import { Leases } from './leases.ts';
import type { ResultCache } from './result-cache.ts';

/** What one node keeps on the disk. */
export interface HeldResult {
  readonly pipelineId: string;
  readonly pipelineTitle: string;
  readonly nodeId: string;
  readonly nodeTitle: string;
  readonly nodeType: string;
  readonly bytes: number;
  /** How many results: the newest and ones that undo would bring back. */
  readonly results: number;
  readonly ms: number;
  readonly lastUsed: number;
  readonly isPinned: boolean;
}

export interface StorageReport {
  readonly budget: number;
  /** Bytes of all artifacts on disk. */
  readonly used: number;
  /** Of them: of registered models, of pinned results, and of files that no result names. */
  readonly models: number;
  readonly pinned: number;
  readonly unused: number;
  readonly held: readonly HeldResult[];
}

export interface ResultStorageOptions {
  readonly store: ProjectStore;
  readonly cache: ResultCache;
  budget(): number;
  /** Title of a node type. */
  titleOf(type: string): string;
  /** Results are gone: views must be described anew. */
  changed(): void;
  warn(message: string): void;
}

/** A file that no result names yet may be one that is just being recorded. */
const youngMs = 600_000;

/** The disk that kept results take: how much, of whom, and what goes when it is too much. */
export class ResultStorage {
  readonly leases = new Leases();
  readonly #options: ResultStorageOptions;
  /** Documents as last seen in this session: what is pinned in them. */
  readonly #pins = new Map<string, ReadonlySet<string>>();
  /** What each run under way holds, as functions that give it back. */
  readonly #runs = new Set<(() => void)[]>();
  /** Bytes on disk as far as known; null before the first look. */
  #used: number | null = null;
  #enforcing: Promise<void> | null = null;

  constructor(options: ResultStorageOptions) {
    this.#options = options;
  }

  /** Notes what is pinned in a document that is being worked on. */
  seen(document: PipelineDocument): void {
    this.#pins.set(document.id, pinnedIn(document));
  }

  /** A file was written: runs under way hold it to their end. When there is too much, others go in the background. */
  written(id: string, bytes: number): void {
    this.leases.look([id]);
    for (const run of this.#runs) run.push(this.leases.hold([id]));
    if (this.#used === null) return;
    this.#used += bytes;
    if (this.#used > this.#options.budget()) void this.enforce();
  }

  /** For the time of a run: nothing it reads or writes goes. @returns a function to call when it has ended. */
  running(reads: Iterable<string>): () => void {
    const held = [this.leases.hold(reads)];
    this.#runs.add(held);
    return () => {
      this.#runs.delete(held);
      for (const release of held) release();
      if (this.#used !== null && this.#used > this.#options.budget()) void this.enforce();
    };
  }

  /** Holds the project to its budget. One at a time; never rejects. */
  enforce(): Promise<void> {
    this.#enforcing ??= this.#hold().finally(() => {
      this.#enforcing = null;
    });
    return this.#enforcing;
  }

  async report(): Promise<StorageReport> {
    const { store, budget, titleOf } = this.#options;
    const sizes = await this.#sizes();
    const results = store.usage.results();
    const registered = store.usage.registered();
    const documents = this.#documents();
    const sum = (ids: Iterable<string>): number => [...ids].reduce((total, id) => total + (sizes.get(id) ?? 0), 0);
    const nodes = new Map<string, { readonly about: Omit<HeldResult, 'bytes'>; readonly files: Set<string> }>();
    const named = new Set<string>(registered);
    const pinned = new Set<string>();
    for (const { pipelineId, nodeId, nodeType, artifacts, ms, lastUsed, isLatest } of results) {
      for (const id of artifacts) named.add(id);
      const isPinned = this.#pinsOf(pipelineId, documents).has(nodeId);
      if (isPinned && isLatest) for (const id of artifacts) pinned.add(id);
      if (sum(artifacts) === 0) continue;
      const key = `${pipelineId}\0${nodeId}`;
      const before = nodes.get(key);
      const files = new Set([...(before?.files ?? []), ...artifacts]);
      const about = documents.get(pipelineId);
      nodes.set(key, {
        files,
        about: {
          pipelineId,
          pipelineTitle: about?.title ?? pipelineId,
          nodeId,
          nodeTitle: about?.document?.nodes.find((node) => node.id === nodeId)?.title ?? titleOf(nodeType),
          nodeType,
          results: (before?.about.results ?? 0) + 1,
          ms: isLatest || before === undefined ? ms : before.about.ms,
          lastUsed: Math.max(before?.about.lastUsed ?? 0, lastUsed),
          isPinned,
        },
      });
    }
    const held = [...nodes.values()].map(({ about, files }): HeldResult => ({ ...about, bytes: sum(files) })).toSorted((a, b) => b.bytes - a.bytes);
    const used = sum(sizes.keys());
    return { budget: budget(), used, models: sum(registered), pinned: sum(pinned), unused: sum([...sizes.keys()].filter((id) => !named.has(id))), held };
  }

  /** Frees disk now. `all`: everything that may go; otherwise superseded results, files that no result names, and what is over the budget. */
  async clean(options: { readonly all: boolean }): Promise<{ readonly freed: number; readonly results: number }> {
    await this.#enforcing;
    const { store, budget } = this.#options;
    const unused = await this.#collect(false);
    const results = store.usage.results();
    const left = options.all ? 0 : null;
    const superseded = left === null ? await this.#evict({ budget: 0, only: new Set(results.filter(({ isLatest }) => !isLatest).map(({ key }) => key)) }) : null;
    const rest = await this.#evict({ budget: left ?? budget() });
    return { freed: unused + (superseded?.freed ?? 0) + rest.freed, results: (superseded?.results.length ?? 0) + rest.results.length };
  }

  /** At the start, before anything runs: what a crash left behind, and what is over the budget. Never rejects. */
  async start(): Promise<void> {
    await this.#safely(async () => {
      await this.#collect(true);
      await this.#evict({ budget: this.#options.budget() });
    });
  }

  async #hold(): Promise<void> {
    await this.#safely(async () => {
      const { freed, results } = await this.#evict({ budget: this.#options.budget() });
      if (results.length > 0) this.#options.warn(`${formatBytes(freed)} of earlier results were removed, to stay within the disk budget of ${formatBytes(this.#options.budget())}.`);
    });
  }

  async #safely(work: () => Promise<void>): Promise<void> {
    if (this.#options.store.readOnly) return;
    try {
      await work();
    } catch (error) {
      this.#options.warn(`Earlier results could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Removes files that no result and no model names. @param all also those just made: nothing runs yet. @returns bytes freed. */
  async #collect(all: boolean): Promise<number> {
    const { store } = this.#options;
    const sizes = await this.#sizes();
    const named = new Set([...store.usage.registered(), ...store.usage.results().flatMap(({ artifacts }) => artifacts), ...this.leases.held()]);
    const noted = store.usage.artifacts();
    const now = Date.now();
    const gone = [...sizes.keys()].filter((id) => !named.has(id) && (all || now - (noted.get(id)?.createdAt ?? now) >= youngMs));
    return this.#remove(gone, sizes);
  }

  async #evict({ budget, only }: { readonly budget: number; readonly only?: ReadonlySet<string> }): Promise<Eviction> {
    const { store, cache } = this.#options;
    const sizes = await this.#sizes();
    const results = store.usage.results();
    const now = Date.now();
    const noted = store.usage.artifacts();
    const named = new Set(results.flatMap(({ artifacts }) => artifacts));
    const safe = new Set([...this.leases.held(now), ...store.usage.registered()]);
    for (const id of sizes.keys()) if (!named.has(id) && now - (noted.get(id)?.createdAt ?? now) < youngMs) safe.add(id);
    const documents = this.#documents();
    for (const { pipelineId, nodeId, isLatest, artifacts, key } of results) {
      const isPinned = isLatest && this.#pinsOf(pipelineId, documents).has(nodeId);
      if (isPinned || only?.has(key) === false) for (const id of artifacts) safe.add(id);
    }
    const chosen = chooseEvictions({ results, sizes, protected: safe, budget, now });
    if (chosen.results.length > 0) {
      // First the record, then the files: a crash in between leaves files that the next start collects, not results without files.
      store.usage.evict(chosen.results, now);
      cache.evicted(chosen.results.map(({ key }) => key));
    }
    await this.#remove(chosen.artifacts, sizes);
    if (chosen.results.length > 0) this.#options.changed();
    return chosen;
  }

  async #remove(ids: readonly string[], sizes: ReadonlyMap<string, number>): Promise<number> {
    const { store } = this.#options;
    const gone: string[] = [];
    let freed = 0;
    for (const id of ids) {
      if (this.leases.held().has(id)) continue;
      try {
        await store.removeArtifact(id);
        gone.push(id);
        freed += sizes.get(id) ?? 0;
      } catch {
        // Open in a reader (Windows refuses to remove such a file): it is collected at the next start.
      }
    }
    if (gone.length > 0) store.usage.forgetArtifacts(gone);
    if (this.#used !== null) this.#used -= freed;
    return freed;
  }

  /** Sizes of the artifacts that are on disk. */
  async #sizes(): Promise<Map<string, number>> {
    const { store } = this.#options;
    const noted = store.usage.artifacts();
    const sizes = new Map<string, number>();
    for (const id of await store.artifactIds()) {
      const known = noted.get(id)?.bytes;
      // A file that a crash left before it was noted.
      sizes.set(id, known ?? (await stat(store.artifacts.path(id)).then((info) => info.size, () => 0)));
    }
    this.#used = [...sizes.values()].reduce((a, b) => a + b, 0);
    return sizes;
  }

  #pinsOf(pipelineId: string, documents: ReadonlyMap<string, KnownPipeline>): ReadonlySet<string> {
    return this.#pins.get(pipelineId) ?? documents.get(pipelineId)?.pinned ?? new Set();
  }

  /** Pipelines as they were last run. */
  #documents(): Map<string, KnownPipeline> {
    const { store } = this.#options;
    const known = new Map<string, KnownPipeline>();
    for (const { pipelineId, title, hash } of store.usage.pipelines()) {
      let document: PipelineDocument | null = null;
      try {
        document = parseDocument(store.documentText(hash));
      } catch {
        // A document that cannot be read any more pins nothing; its results are still listed.
      }
      known.set(pipelineId, { title, document, pinned: document === null ? new Set() : pinnedIn(document) });
    }
    return known;
  }
}

interface KnownPipeline {
  readonly title: string;
  readonly document: PipelineDocument | null;
  readonly pinned: ReadonlySet<string>;
}

function pinnedIn(document: PipelineDocument): ReadonlySet<string> {
  return new Set(document.nodes.filter((node) => (node.pinned?.length ?? 0) > 0).map((node) => node.id));
}
