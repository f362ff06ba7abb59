import type { Database } from '#app/data/index.ts';
import { col, limit } from '#app/relation/build.ts';
import type { FeatureUse, Materialisation, ViewDetail, ViewSummary } from '#app/protocol/sections/features.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { OnlineFeatures, type MaterialisationRecord, type OnlineView, type ViewRecord, type ViewVersionRecord } from '#app/store/index.ts';
import type { ViewDefinition } from '#app/sdk/features.ts';
import type { ProjectStore } from '../project/project-store.ts';
import type { Features, FoundFeatures } from './features.ts';

/** What of the engine the pages and commands of the feature store need. */
export interface ShownFrom {
  readonly store: ProjectStore;
  readonly database: Database;
  readonly projectDir: string;
  readonly features: Features;
}

/** From this share of the time to live on a view is called ageing. */
const ageing = 0.75;

/** All views, by name. @param now unix ms */
export function listViews(engine: ShownFrom, now = Date.now()): ViewSummary[] {
  const online = onlineViews(engine);
  return engine.store.features.views().map((view) => summaryOf(engine, view, online, now));
}

/** @throws PenstockError `unknown-view`. */
export function showView(engine: ShownFrom, name: string, now = Date.now()): ViewDetail {
  const versions = engine.features.versions(name);
  const view = engine.store.features.view(name);
  if (view === null) throw new Error('features: a version without its view');
  const history = engine.store.features.materialisations(name);
  const lineage = (history.find(({ status }) => status === 'current') ?? history[0])?.lineage ?? [];
  return {
    ...summaryOf(engine, view, onlineViews(engine), now),
    notes: view.about.notes,
    tests: view.about.tests,
    allVersions: versions.map((one, i) => ({ version: one.version, createdAt: one.createdAt, features: one.definition.features, keys: one.definition.keys, ttl: one.definition.ttl, changes: changesOf(versions[i + 1], one) })),
    history: history.map(shown),
    lineage,
    uses: engine.store.features.uses(name).map(useOf),
  };
}

/** Distribution of each column of the rows that count. @throws PenstockError `unknown-view`. */
export async function profileView(engine: ShownFrom, name: string, version: number | null, signal: AbortSignal): Promise<ColumnProfile[]> {
  const { columns } = await engine.database.profile(engine.features.table(engine.features.known(name, version)), signal);
  return structuredClone(columns) as ColumnProfile[];
}

/** @throws PenstockError `unknown-view`. */
export async function someKeys(engine: ShownFrom, name: string, count: number, signal: AbortSignal): Promise<Record<string, FoundFeatures['values'][string]>[]> {
  const known = engine.features.known(name, null);
  const keys = known.definition.keys.map((column) => column.name);
  const distinct = { op: 'aggregate', input: engine.features.table(known), keys: keys.map((key) => ({ name: key, expr: col(key) })), measures: [{ name: 'rows of it', fn: 'count' }] } as const;
  const most = { op: 'sort', input: distinct, keys: [{ expr: col('rows of it'), descending: true, nulls: 'last' }, ...keys.map((key) => ({ expr: col(key), descending: false, nulls: 'last' }) as const)] } as const;
  const { rows } = await engine.database.rows(limit(most, count), count, signal);
  return rows.filter((row) => keys.every((_, i) => row[i] !== null)).map((row) => Object.fromEntries(keys.map((key, i) => [key, row[i] ?? null])));
}

function onlineViews({ projectDir }: ShownFrom): OnlineView[] {
  if (!OnlineFeatures.exists(projectDir)) return [];
  const online = new OnlineFeatures(projectDir);
  try {
    return online.views();
  } finally {
    online.close();
  }
}

function summaryOf({ store, features }: ShownFrom, { name, about }: ViewRecord, online: readonly OnlineView[], now: number): ViewSummary {
  const versions = store.features.versions(name);
  const [newest] = versions;
  if (newest === undefined) throw new Error('features: a view without a version');
  const { definition } = newest;
  const current = store.features.current(name, null);
  const [latest] = store.features.materialisations(name, 1);
  const kept = online.find((one) => one.view === name && one.version === (current?.version ?? newest.version));
  return {
    name,
    owner: about.owner,
    description: about.description,
    keys: definition.keys,
    time: definition.time,
    created: definition.created,
    ttl: definition.ttl,
    delay: definition.delay,
    version: newest.version,
    versions: versions.length,
    features: definition.features,
    freshness: freshnessOf(definition, current, now),
    current: current === null ? null : shown(current),
    latest: latest === undefined ? null : shown(latest),
    online: kept?.rows ?? null,
    isOnlineLost: features.lost(name).length > 0,
    models: new Set(store.features.uses(name).map((one) => one.name)).size,
  };
}

function freshnessOf({ ttl }: ViewDefinition, current: MaterialisationRecord | null, now: number): ViewSummary['freshness'] {
  const lastEvent = current?.lastEvent ?? null;
  if (lastEvent === null) return { state: 'empty', ageMs: null, lastEvent };
  const ageMs = Math.max(0, now - lastEvent);
  if (ttl === null) return { state: 'untimed', ageMs, lastEvent };
  return { state: ageMs > ttl * 1000 ? 'stale' : ageMs > ttl * 1000 * ageing ? 'ageing' : 'fresh', ageMs, lastEvent };
}

function shown({ id, version, at, status, artifact, rows, entities, bytes, firstEvent, lastEvent, tests, runId, nodeId, pipelineId, pipelinePath }: MaterialisationRecord): Materialisation {
  return { id, version, at, status, rows, entities, bytes, firstEvent, lastEvent, tests, hasRows: artifact !== null, runId, nodeId, pipelineId, pipelinePath };
}

function useOf({ name, version, stage, createdAt, features }: ReturnType<ProjectStore['features']['uses']>[number]): FeatureUse {
  return { model: name, modelVersion: version, stage, createdAt, version: features.version, columns: features.columns, computed: features.computed ?? [] };
}

/** What is new in a version, in short sentences. */
function changesOf(before: ViewVersionRecord | undefined, after: ViewVersionRecord): string[] {
  if (before === undefined) return [];
  const [a, b] = [before.definition, after.definition];
  const changes: string[] = [];
  const names = (columns: ViewDefinition['features']): string => columns.map((column) => column.name).join(', ');
  const added = b.features.filter((one) => a.features.every((other) => other.name !== one.name));
  const gone = a.features.filter((one) => b.features.every((other) => other.name !== one.name));
  const retyped = b.features.filter((one) => a.features.some((other) => other.name === one.name && other.type !== one.type));
  if (added.length > 0) changes.push(`New: ${names(added)}.`);
  if (gone.length > 0) changes.push(`Gone: ${names(gone)}.`);
  if (retyped.length > 0) changes.push(`Another type: ${names(retyped)}.`);
  if (names(a.keys) !== names(b.keys)) changes.push(`Key: ${names(a.keys)} → ${names(b.keys)}.`);
  if (a.time !== b.time || a.created !== b.created) changes.push('Other time columns.');
  if (a.ttl !== b.ttl) changes.push('Another time to live.');
  if (a.delay !== b.delay) changes.push('Known after another time.');
  return changes.length === 0 ? ['Another order of columns.'] : changes;
}
