import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import { artifactFolder, ArtifactStore } from './artifacts.ts';
import { AuditStore } from './audit.ts';
import { AlarmStore } from './alarms.ts';
import { AutomationStore } from './automation.ts';
import { CacheStore } from './cache.ts';
import { FeatureStore } from './features.ts';
import { assertStoreWhole, keepGoodCopy } from './damage.ts';
import { migrateStore, StoreDatabase } from './database.ts';
import { leaseRenewalMs, readLease, releaseLease, renewLease, takeLease, type LeaseHolder } from './lease.ts';
import type { StoreMigration } from './migrations/index.ts';
import { storeMigrations } from './migrations/index.ts';
import { ModelStore } from './models.ts';
import { RunStore } from './runs.ts';
import { TraceStore } from './trace.ts';
import { TokenStore } from './tokens.ts';
import { UsageStore } from './usage.ts';

export interface StoreOptions {
  /** Do not try to become the writer. */
  readonly readOnly?: boolean;
  readonly migrations?: readonly StoreMigration[];
  /** Called when another process has taken the lease over (this one was asleep): stop writing. */
  readonly onLeaseLost?: () => void;
}

/** What a project remembers: `penstock.db` and `artifacts/`. */
export interface Store {
  readonly projectDir: string;
  readonly readOnly: boolean;
  /** Who writes, when this store may not. */
  readonly writer: LeaseHolder | null;
  /** Runs that an earlier process left unfinished, marked `interrupted` by this opening. */
  readonly interruptedRuns: readonly string[];
  readonly runs: RunStore;
  readonly cache: CacheStore;
  readonly models: ModelStore;
  readonly artifacts: ArtifactStore;
  readonly meta: MetaStore;
  readonly usage: UsageStore;
  readonly audit: AuditStore;
  readonly trace: TraceStore;
  readonly alarms: AlarmStore;
  readonly automation: AutomationStore;
  readonly tokens: TokenStore;
  readonly features: FeatureStore;
  /** Notes an artifact's name and size; the file is `artifacts`' business. */
  noteArtifact(id: string, name: string, bytes: number): void;
  artifactInfo(id: string): { id: string; name: string; bytes: number; createdAt: number } | null;
  /** Another number as soon as another process has changed anything: for readers that wait for news. */
  changes(): number;
  /** Makes several writes one transaction, and so one flush to the disk. Synchronous. */
  together<T>(work: () => T): T;
  close(): void;
}

/**
 * Opens a project's store, made on first use. The first process to open it is its writer; later ones read only.
 * @throws PenstockError `store-damaged`, `store-newer`, `store-migration-failed`, `disk-full`, `store-missing` (read-only and not there).
 */
export function openStore(projectDir: string, options: StoreOptions = {}): Store {
  const file = path.join(projectDir, 'penstock.db');
  const migrations = options.migrations ?? storeMigrations;
  if (options.readOnly === true) return readOnlyStore(projectDir, file, migrations);
  mkdirSync(projectDir, { recursive: true });
  assertStoreWhole(projectDir);
  const database = new StoreDatabase(file, { readOnly: false });
  let lease: LeaseHolder | null = null;
  try {
    const answer = takeLease(database, Date.now());
    if ('heldBy' in answer) {
      database.close();
      return readOnlyStore(projectDir, file, migrations);
    }
    lease = answer.mine;
    if (database.version === migrations.length) keepGoodCopy(database);
    else migrateStore(database, migrations);
    const runs = new RunStore(database);
    return writerStore(projectDir, database, lease, runs, options.onLeaseLost);
  } catch (error) {
    if (lease !== null) releaseQuietly(database, lease);
    database.close();
    throw error;
  }
}

function writerStore(projectDir: string, database: StoreDatabase, lease: LeaseHolder, runs: RunStore, onLeaseLost?: () => void): Store {
  const interruptedRuns = runs.interruptLeftovers();
  const renewal = setInterval(() => {
    try {
      if (renewLease(database, lease, Date.now())) return;
      clearInterval(renewal);
      onLeaseLost?.();
    } catch {
      // A full disk or a busy database must not end the engine; the next renewal tries again.
    }
  }, leaseRenewalMs);
  renewal.unref();
  return {
    ...partsOf(projectDir, database, runs),
    readOnly: false,
    writer: null,
    interruptedRuns,
    close() {
      clearInterval(renewal);
      releaseQuietly(database, lease);
      database.close();
    },
  };
}

function releaseQuietly(database: StoreDatabase, lease: LeaseHolder): void {
  try {
    releaseLease(database, lease);
  } catch {
    // A lease that could not be given back is found stale by the next opener: this process is gone then.
  }
}

function readOnlyStore(projectDir: string, file: string, migrations: readonly StoreMigration[]): Store {
  if (!existsSync(file)) {
    throw new PenstockError('store-missing', `There is no project in ${projectDir}.`, { remedy: 'Choose a project folder, or open it for writing to start one.', place: { file } });
  }
  const database = new StoreDatabase(file, { readOnly: true });
  try {
    const { version } = database;
    if (version !== migrations.length) {
      const newer = version > migrations.length;
      throw new PenstockError(newer ? 'store-newer' : 'store-older', `The project's database has schema ${version}; this Penstock reads ${migrations.length}.`, {
        remedy: newer ? 'Update Penstock.' : 'Open the project for writing once, so that it is brought up to date.',
        place: { file },
      });
    }
    return {
      ...partsOf(projectDir, database, new RunStore(database)),
      readOnly: true,
      writer: readLease(database),
      interruptedRuns: [],
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

type Parts = Pick<Store, 'projectDir' | 'runs' | 'cache' | 'models' | 'artifacts' | 'meta' | 'usage' | 'audit' | 'trace' | 'noteArtifact' | 'artifactInfo' | 'alarms' | 'automation' | 'tokens' | 'changes' | 'features' | 'together'>;

const artifactRow = z.object({ id: z.string(), name: z.string(), bytes: z.number(), createdAt: z.number() });

function partsOf(projectDir: string, database: StoreDatabase, runs: RunStore): Parts {
  return {
    projectDir,
    runs,
    cache: new CacheStore(database),
    models: new ModelStore(database),
    artifacts: new ArtifactStore(artifactFolder(projectDir)),
    meta: new MetaStore(database),
    usage: new UsageStore(database),
    audit: new AuditStore(database),
    trace: new TraceStore(database),
    alarms: new AlarmStore(database),
    automation: new AutomationStore(database),
    tokens: new TokenStore(database),
    changes: () => database.dataVersion,
    features: new FeatureStore(database),
    noteArtifact(id, name, bytes) {
      database.run('insert into artifacts (id, name, bytes, created_at) values (?, ?, ?, ?) on conflict do nothing', id, name, bytes, Date.now());
    },
    artifactInfo(id) {
      const row = database.get('select id, name, bytes, created_at as createdAt from artifacts where id = ?', id);
      return row === undefined ? null : artifactRow.parse(row);
    },
    together: (work) => database.transaction(work),
  };
}

/** Small facts about the project by name. */
export class MetaStore {
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
  }

  get(key: string): string | null {
    const row = this.#db.get('select value from meta where key = ?', key);
    return row === undefined ? null : z.string().parse(row['value']);
  }

  set(key: string, value: string): void {
    this.#db.run('insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value', key, value);
  }
}
