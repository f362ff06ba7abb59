export { ArtifactStore } from './artifacts.ts';
export { CacheStore, type CacheEntry } from './cache.ts';
export { listBackups } from './database.ts';
export type { LeaseHolder } from './lease.ts';
export { modelNamePattern, ModelStore, type ModelVersionRecord } from './models.ts';
export type { NodeRunRecord, RunRecord, SeriesRecord } from './records.ts';
export { RunStore, type LineageRecord } from './runs.ts';
export { UsageStore, type StoredResult } from './usage.ts';
export { openStore, type MetaStore, type Store, type StoreOptions } from './store.ts';
