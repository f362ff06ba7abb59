import { rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { Database } from '#app/data/index.ts';
import { call, cast, col, filter, limit, scanParquet } from '#app/relation/build.ts';
import { didYouMean, latestFeatures, pointInTime, schemaOf } from '#app/relation/index.ts';
import type { Measure, Relation } from '#app/relation/types.ts';
import { featureTable, type FeatureProbes, type FeatureServices, type KnownView, type PublishedView, type PublishRequest, type ViewDefinition } from '#app/sdk/features.ts';
import type { TableValue } from '#app/sdk/ports.ts';
import { keyPart, OnlineFeatures, OnlineFeatureWriter, type FeatureCell, type MaterialisationRecord, type ModelFeatures, type OnlineRow, type ViewVersionRecord } from '#app/store/index.ts';
import type { ProjectEvents } from '../events.ts';
import type { ProjectStore } from '../project/project-store.ts';
import { portLineage } from '../results/lineage.ts';
import type { ModelOrigin } from '../services/models.ts';
import { modelFeatures } from './model-features.ts';

/** What of the engine the feature store stands on. */
export interface FeaturesHost {
  readonly store: ProjectStore;
  readonly database: Database;
  readonly projectDir: string;
  readonly readOnly: boolean;
  readonly events: ProjectEvents;
  audit(event: { readonly action: string; readonly subject: string; readonly details?: Readonly<Record<string, unknown>> }): void;
  assertWritable(): void;
}

/** A row of a view as somebody asked for it. */
export interface FoundFeatures {
  readonly view: string;
  readonly version: number;
  readonly values: Readonly<Record<string, FeatureCell>>;
  /** Unix ms of the row's event, and its age at the time asked for. */
  readonly event: number | null;
  readonly ageMs: number | null;
  readonly isExpired: boolean;
  readonly isFound: boolean;
}

const batchRows = 20_000;

/** In the project's notes: the versions that were put into `features.db`, so that its loss is noticed. */
const keptKey = 'features-online';
const keptSchema = z.array(z.object({ view: z.string(), version: z.number() }));
type KeptOnline = z.infer<typeof keptSchema>[number];

const lostError = (view: string): PenstockError =>
  new PenstockError('features-lost', `What is kept of “${view}” for lookups is gone: features.db was deleted or replaced.`, { remedy: 'Make it again from the kept rows: “Make again” on the page Features, or “penstock features online”.' });

/** The project's feature views: publishing, finding, looking up. What pages and commands show is put together in `show.ts`. */
export class Features {
  readonly #host: FeaturesHost;
  #writer: OnlineFeatureWriter | null = null;

  constructor(host: FeaturesHost) {
    this.#host = host;
  }

  readonly probes: FeatureProbes = {
    find: (view, version) => this.find(view, version),
    names: () => this.#host.store.features.views().map(({ name }) => name),
  };

  servicesFor(origin: ModelOrigin): FeatureServices {
    return { ...this.probes, publish: (request) => this.#publish(request, origin) };
  }

  /** The rows of a view that count. */
  find(view: string, version: number | null): KnownView | null {
    const { store } = this.#host;
    const made = store.features.current(view, version);
    const of = made === null ? undefined : store.features.versions(view).find((one) => one.version === made.version);
    if (made === null || of === undefined || made.artifact === null) return null;
    return { view, version: of.version, definition: of.definition, materialisation: `${of.version}:${made.artifact}`, path: store.artifacts.path(made.artifact), schema: storedSchema(of.definition) };
  }

  /** @throws PenstockError `unknown-view`. */
  known(view: string, version: number | null): KnownView {
    const found = this.find(view, version);
    if (found !== null) return found;
    const names = this.probes.names();
    const versions = this.#host.store.features.versions(view);
    if (versions.length > 0 && version !== null && versions.every((one) => one.version !== version)) {
      throw new PenstockError('unknown-view', `The feature view “${view}” has no version ${version}.`, { remedy: `It has the versions ${versions.map((one) => one.version).join(', ')}.` });
    }
    if (versions.length > 0) throw new PenstockError('view-without-rows', `The feature view “${view}” has no rows yet: its tests have never passed.`, { remedy: 'Look at what its tests say, and run its pipeline again.' });
    throw new PenstockError('unknown-view', `There is no feature view “${view}” in this project.${didYouMean(view, names)}`, { remedy: names.length === 0 ? 'Run a pipeline with a Feature View first.' : `There are: ${names.join(', ')}.` });
  }

  /** The rows of a view as a table. */
  table(known: KnownView): Relation {
    const scan = scanParquet([known.path], known.schema, `${known.view}@${known.version}`);
    return { ...scan, features: featureTable(known.view, known.version, known.definition) } as Relation;
  }

  /**
   * Features of one key: now, as a model server finds them, or as they were known at a time, from the kept rows.
   * @param at ISO text, without zone; null: now. @throws PenstockError `unknown-view`, `features-key`, `features-time`.
   */
  async get(view: string, version: number | null, key: Readonly<Record<string, unknown>>, at: string | null, signal?: AbortSignal): Promise<FoundFeatures> {
    const known = this.known(view, version);
    const about = { view, version: known.version };
    const missing = Object.fromEntries(known.definition.features.map(({ name }) => [name, null]));
    if (at === null) {
      const [gone] = this.lost(view).filter((one) => one.version === known.version);
      if (gone !== undefined) throw lostError(view);
      const online = new OnlineFeatures(this.#host.projectDir);
      try {
        const found = online.lookup(view, known.version, key);
        if (found === null) return { ...about, values: missing, event: null, ageMs: null, isExpired: false, isFound: false };
        return { ...about, ...found, isFound: true };
      } finally {
        online.close();
      }
    }
    const time = keyPart(/^\d{4}-\d{2}-\d{2}$/.test(at.trim()) ? `${at.trim()} 00:00` : at, 'timestamp');
    if (typeof time !== 'string') throw new PenstockError('features-time', `“${at}” is no time.`, { remedy: 'Write it like 2024-05-31 or 2024-05-31 08:00, in UTC.' });
    const { keys, features } = known.definition;
    const parts = keys.map(({ name, type }) => {
      const part = key[name] === undefined ? undefined : keyPart(key[name], type);
      if (part === undefined) throw new PenstockError('features-key', key[name] === undefined ? `The key of “${view}” lacks “${name}”.` : `“${String(key[name])}” is no value of “${name}” (${type}) of “${view}”.`, { remedy: `A key has ${keys.map((one) => `${one.name} (${one.type})`).join(', ')}.` });
      return part;
    });
    const spine: Relation = {
      op: 'scan',
      source: { kind: 'values', rows: [[...parts, time]] },
      schema: [...keys.map((column, i) => ({ name: `key_${i}`, type: column.type })), { name: 'at', type: 'timestamp' }],
      label: 'the key asked for',
    };
    const table = featureTable(view, known.version, known.definition);
    const asked = { ...table, ttl: null };
    const pairs = keys.map(({ name }, i) => ({ feature: name, spine: `key_${i}` }));
    const wanted = [...features.map(({ name }) => ({ column: name, as: `f_${name}` })), { column: table.time, as: 'event' }];
    const { rows } = await this.#host.database.rows(pointInTime(spine, this.table(known), asked, pairs, 'at', wanted), 10, signal);
    const row = rows[0] ?? [];
    const eventText = row[keys.length + 1 + features.length];
    if (typeof eventText !== 'string') return { ...about, values: missing, event: null, ageMs: null, isExpired: false, isFound: false };
    const event = utc(eventText);
    const ageMs = utc(time) - event;
    const isExpired = table.ttl !== null && ageMs > table.ttl * 1000;
    const values = isExpired ? missing : Object.fromEntries(features.map(({ name }, i) => [name, row[keys.length + 1 + i] ?? null]));
    return { ...about, values, event, ageMs, isExpired, isFound: true };
  }

  /** Feature views that the inputs of a model come from, for its registration; empty where there are none. */
  async ofModel(origin: Pick<ModelOrigin, 'resolver' | 'nodeId'>, inputs: readonly string[]): Promise<ModelFeatures[]> {
    const { store } = this.#host;
    return modelFeatures(origin.resolver, origin.nodeId, inputs, (view, version) => store.features.current(view, version)?.version ?? null);
  }

  /** @throws PenstockError `unknown-view`, `read-only`. */
  remove(view: string): void {
    const { store } = this.#host;
    this.#host.assertWritable();
    if (store.features.view(view) === null) this.known(view, null);
    store.together(() => {
      store.features.remove(view);
      this.#host.audit({ action: 'features.removed', subject: `feature-view:${view}` });
    });
    if (OnlineFeatures.exists(this.#host.projectDir)) this.#online().remove(view);
    this.#keep((kept) => kept.filter((one) => one.view !== view));
  }

  /** Versions of a view that are kept for lookups, and whose rows for that are gone: `features.db` was deleted, or is another. */
  lost(view: string): { readonly version: number }[] {
    const { store, projectDir } = this.#host;
    const kept = this.#kept();
    const exists = OnlineFeatures.exists(projectDir);
    // Projects from before this was noted: whatever has rows may have been looked up.
    const wanted = kept === null ? (exists ? [] : [store.features.current(view, null)?.version ?? []].flat()) : kept.flatMap((one) => (one.view === view ? [one.version] : []));
    if (wanted.length === 0) return [];
    const there = exists ? this.#versionsOnline(view) : new Set<number>();
    return wanted.filter((version) => !there.has(version)).map((version) => ({ version }));
  }

  /**
   * Fills the online store with the rows of a view that are kept, where they are gone from it.
   * @returns the versions. @throws PenstockError `view-without-rows`, `unknown-view`, `read-only`.
   */
  async restoreOnline(view: string, signal: AbortSignal = new AbortController().signal): Promise<number[]> {
    this.#host.assertWritable();
    this.known(view, null);
    const restored: number[] = [];
    for (const { version } of this.lost(view)) {
      const known = this.known(view, version);
      const made = this.#host.store.features.current(view, version);
      if (made === null) continue;
      await this.#putOnline(view, version, known.definition, made, this.table(known), signal);
      restored.push(version);
    }
    if (restored.length > 0) {
      this.#host.audit({ action: 'features.restored', subject: `feature-view:${view}`, details: { versions: restored } });
      this.#host.events.emit({ type: 'features-materialised', view, version: restored.at(-1) ?? 0, status: 'current', runId: null });
    }
    return restored;
  }

  close(): void {
    this.#writer?.close();
    this.#writer = null;
  }

  #online(): OnlineFeatureWriter {
    // Written to a file that was deleted, rows would be nowhere.
    if (this.#writer !== null && !OnlineFeatures.exists(this.#host.projectDir)) this.close();
    this.#writer ??= new OnlineFeatureWriter(this.#host.projectDir);
    return this.#writer;
  }

  #versionsOnline(view: string): Set<number> {
    const online = new OnlineFeatures(this.#host.projectDir);
    try {
      return new Set(online.views().flatMap((one) => (one.view === view ? [one.version] : [])));
    } finally {
      online.close();
    }
  }

  /** What lookups were ever filled with; null: not noted yet. */
  #kept(): KeptOnline[] | null {
    const text = this.#host.store.meta.get(keptKey);
    if (text === null) return null;
    const parsed = keptSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  }

  #keep(change: (kept: KeptOnline[]) => KeptOnline[]): void {
    this.#host.store.meta.set(keptKey, JSON.stringify(change(this.#kept() ?? [])));
  }

  async #publish({ view, definition, about, table, results, online }: PublishRequest, { resolver, nodeId, runId, signal }: ModelOrigin): Promise<PublishedView> {
    const { store } = this.#host;
    this.#host.assertWritable();
    const artifact = artifactOf(table, store);
    const facts = await this.#measure(table, definition, signal);
    const source = resolver.analysis.nodes.get(nodeId)?.inputs['table']?.[0];
    const lineage = source === undefined ? [] : await portLineage(resolver, source.nodeId, source.port);
    const features = new Set(definition.features.map(({ name }) => name));
    const isHeld = results.some(({ passed }) => !passed);
    const { size: bytes } = await stat(store.artifacts.path(artifact));
    const run = runId === null ? null : store.records.get(runId);
    const now = Date.now();
    const { version, isNew, made } = store.together(() => {
      const registered = store.features.register(view, definition, about, now);
      const record = store.features.add(view, registered.version, {
        at: now,
        isHeld,
        artifact,
        ...facts,
        bytes,
        tests: results,
        lineage: lineage.filter(({ column }) => features.has(column)).map(({ column, from }) => ({ column, from: from.map(({ label, column: of, via, origin }) => ({ label, column: of, via, ...(origin === undefined ? {} : { nodeId: origin.nodeId }) })) })),
        runId,
        nodeId,
        pipelineId: resolver.analysis.document.id,
        pipelinePath: run?.pipelinePath ?? null,
      });
      this.#host.audit({ action: isHeld ? 'features.held' : 'features.materialised', subject: `feature-view:${view}@${registered.version}`, details: { rows: facts.rows, entities: facts.entities, artifact, ...(runId === null ? {} : { run: runId }) } });
      return { ...registered, made: record };
    });
    if (!isHeld && online) await this.#putOnline(view, version, definition, made, table, signal);
    this.#host.events.emit({ type: 'features-materialised', view, version, status: isHeld ? 'held' : 'current', runId });
    const present = this.find(view, version);
    return {
      version,
      isNewVersion: isNew,
      status: isHeld ? 'held' : 'current',
      rows: facts.rows,
      entities: facts.entities,
      first: facts.first,
      last: facts.last,
      table: present === null ? null : ({ kind: 'table', relation: this.table(present), schema: present.schema } satisfies TableValue),
    };
  }

  async #measure(table: Relation, { keys, time }: ViewDefinition, signal: AbortSignal) {
    const { database } = this.#host;
    const event = cast(col(time), 'timestamp');
    const measures: Measure[] = [
      { name: 'rows', fn: 'count' },
      { name: 'first', fn: 'min', arg: event },
      { name: 'last', fn: 'max', arg: event },
    ];
    const [row = []] = (await database.rows({ op: 'aggregate', input: table, keys: [], measures }, 1, signal)).rows;
    const entities = await database.count({ op: 'aggregate', input: filter(table, allPresent(keys.map(({ name }) => name))), keys: keys.map(({ name }) => ({ name, expr: col(name) })), measures: [] }, signal);
    const [rows = 0, first = null, last = null] = row;
    const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    return { rows: Number(rows), entities, first: text(first), last: text(last), firstEvent: first === null ? null : utc(String(first)), lastEvent: last === null ? null : utc(String(last)) };
  }

  /** The latest row of each key that is known by now, for lookups by key. */
  async #putOnline(view: string, version: number, definition: ViewDefinition, made: MaterialisationRecord, table: Relation, signal: AbortSignal): Promise<void> {
    const { store, database } = this.#host;
    const { keys, features } = definition;
    const at = new Date(made.at).toISOString().slice(0, 23).replace('T', ' ');
    // Names that cannot meet those of keys.
    const latest = latestFeatures(table, featureTable(view, version, definition), features.map(({ name }) => ({ column: name, as: `f ${name}` })), { at, eventAs: 'e' });
    const file = await store.artifacts.temporary('parquet');
    try {
      const { rows } = await database.writeParquet(latest, file, { signal });
      const scan = scanParquet([file], schemaOf(latest), view);
      const batch = async function* (): AsyncGenerator<OnlineRow[]> {
        for (let offset = 0; offset < rows; offset += batchRows) {
          const page = await database.rows(limit(scan, batchRows, offset), batchRows, signal);
          yield page.rows.map((row) => ({
            key: keys.map(({ type }, i) => keyPart(row[i] ?? null, type) ?? null),
            values: row.slice(keys.length, keys.length + features.length),
            event: utc(String(row[keys.length + features.length])),
          }));
        }
      };
      await this.#online().replace({ view, version, materialisation: made.id, keys, features, ttl: definition.ttl, at: made.at }, batch());
      this.#keep((kept) => [...kept.filter((one) => one.view !== view || one.version !== version), { view, version }]);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Of a view's versions, newest first. @throws PenstockError `unknown-view`. */
  versions(view: string): ViewVersionRecord[] {
    const versions = this.#host.store.features.versions(view);
    if (versions.length === 0) this.known(view, null);
    return versions;
  }
}

function allPresent(names: readonly string[]): ReturnType<typeof call> {
  const [first, ...more] = names.map((name) => call('is_not_null', col(name)));
  return first === undefined ? { op: 'lit', value: true, type: 'boolean' } : more.length === 0 ? first : call('and', first, ...more);
}

/** Unix ms of a timestamp as DuckDB writes it. */
export function utc(text: string): number {
  return Date.parse(`${text.trim().slice(0, 23).replace(' ', 'T')}Z`);
}

/** Columns of the kept rows, in order. */
const storedSchema = ({ keys, times, features }: ViewDefinition): KnownView['schema'] => [...keys, ...times, ...features];

function artifactOf(table: Relation, store: ProjectStore): string {
  const path = table.op === 'scan' && table.source.kind === 'parquet' ? table.source.paths[0] : undefined;
  const id = path === undefined ? null : store.artifacts.idOf(path);
  if (id === null) throw new Error('features: the rows of a view must be kept before they are published');
  return id;
}
