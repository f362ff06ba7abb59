import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PenstockError } from '#app/core/errors.ts';
import type { ColumnType, Schema } from '#app/relation/types.ts';
import { StoreDatabase } from './database.ts';

export type FeatureCell = null | boolean | number | string;

/** The latest row of a key, as a model server asks for it. */
export interface OnlineRecord {
  /** By feature; all missing where the row has outlived its time to live. */
  readonly values: Readonly<Record<string, FeatureCell>>;
  /** Event time of the row, unix ms. */
  readonly event: number;
  /** Time since then, ms. */
  readonly ageMs: number;
  readonly isExpired: boolean;
}

export interface OnlineView {
  readonly view: string;
  readonly version: number;
  readonly materialisation: string;
  readonly keys: Schema;
  readonly features: Schema;
  /** Seconds; null: rows do not expire. */
  readonly ttl: number | null;
  readonly rows: number;
  /** Unix ms. */
  readonly at: number;
}

export interface OnlineRow {
  readonly key: readonly FeatureCell[];
  readonly values: readonly FeatureCell[];
  /** Unix ms. */
  readonly event: number;
}

const file = (projectDir: string): string => path.join(projectDir, 'features.db');

/** Written anew for each schema: the rows are only copies, so an older file is simply filled again. */
const schema = `
  create table if not exists current (
    view text not null, version integer not null, slot integer not null, materialisation text not null,
    keys text not null, features text not null, ttl real, rows integer not null, at integer not null,
    primary key (view, version)
  ) strict, without rowid;
  create table if not exists latest (slot integer not null, key text not null, event integer not null, record text not null, primary key (slot, key)) strict, without rowid;
`;

const schemaColumn = z.string().transform((text, context) => {
  const parsed = z.array(z.object({ name: z.string(), type: z.enum(['boolean', 'integer', 'float', 'string', 'date', 'time', 'timestamp', 'binary']) })).safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'schema' });
  return z.NEVER;
});
const viewRow = z.object({ view: z.string(), version: z.number(), materialisation: z.string(), keys: schemaColumn, features: schemaColumn, ttl: z.number().nullable(), rows: z.number(), at: z.number() });
const viewColumns = 'view, version, materialisation, keys, features, ttl, rows, at';

/** The writer: one process, the project's. Readers see a version's old rows or its new ones, never a mixture. */
export class OnlineFeatureWriter {
  readonly #db: StoreDatabase;
  /** Slots that are being filled: nodes that publish views run side by side. */
  readonly #filling = new Set<number>();

  /** Opens or makes `features.db` in the project. @throws PenstockError of the store (`disk-full` …). */
  constructor(projectDir: string) {
    // What is left of a deleted database must not be taken for a part of the new one.
    if (!existsSync(file(projectDir))) for (const left of ['-wal', '-shm']) rmSync(file(projectDir) + left, { force: true });
    this.#db = new StoreDatabase(file(projectDir), { readOnly: false });
    this.#db.script(schema);
  }

  /**
   * Puts these rows in the place of those that the version had. They are written beside them, batch by batch, and count from the last
   * step on; what a killed process left is swept by the next call. Several views may be replaced at once; of two replacements of one
   * version the one that ends last counts. Keys must differ. @returns the number of rows.
   */
  async replace(about: Omit<OnlineView, 'rows'>, batches: AsyncIterable<readonly OnlineRow[]> | Iterable<readonly OnlineRow[]>): Promise<number> {
    const slot = this.#freeSlot();
    this.#filling.add(slot);
    try {
      let count = 0;
      for await (const rows of batches) {
        this.#db.transaction(() => {
          for (const { key, values, event } of rows) this.#db.run('insert into latest (slot, key, event, record) values (?, ?, ?, ?)', slot, JSON.stringify(key), event, JSON.stringify(values));
        });
        count += rows.length;
      }
      this.#db.transaction(() => {
        const before = this.#db.get('select slot from current where view = ? and version = ?', about.view, about.version);
        this.#db.run(
          `insert into current (view, version, slot, materialisation, keys, features, ttl, rows, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
           on conflict (view, version) do update set slot = excluded.slot, materialisation = excluded.materialisation, keys = excluded.keys, features = excluded.features, ttl = excluded.ttl, rows = excluded.rows, at = excluded.at`,
          about.view,
          about.version,
          slot,
          about.materialisation,
          JSON.stringify(about.keys),
          JSON.stringify(about.features),
          about.ttl,
          count,
          about.at,
        );
        if (before !== undefined) this.#db.run('delete from latest where slot = ?', z.number().parse(before['slot']));
      });
      return count;
    } finally {
      this.#filling.delete(slot);
    }
  }

  #freeSlot(): number {
    const filling = JSON.stringify([...this.#filling]);
    return this.#db.transaction(() => {
      this.#db.run('delete from latest where slot not in (select slot from current union all select value from json_each(?))', filling);
      const row = this.#db.get('select coalesce(max(slot), 0) + 1 as slot from (select slot from current union all select value from json_each(?))', filling);
      return z.number().parse(row?.['slot']);
    });
  }

  remove(view: string): void {
    this.#db.transaction(() => {
      this.#db.run('delete from latest where slot in (select slot from current where view = ?)', view);
      this.#db.run('delete from current where view = ?', view);
    });
  }

  close(): void {
    this.#db.close();
  }
}

interface Known {
  readonly of: OnlineView;
  readonly names: readonly string[];
}

/**
 * Looks features up by key, in any process, also while the project's engine replaces them. A lookup is one question to SQLite (well under
 * 50 µs); nothing is kept of the rows, so what it gives is always what stands in the file.
 */
export class OnlineFeatures {
  readonly #db: StoreDatabase;
  readonly #known = new Map<string, Known>();

  /** @throws PenstockError `features-missing` where the project has no online features yet; those of the store. */
  constructor(projectDir: string) {
    if (!existsSync(file(projectDir))) {
      throw new PenstockError('features-missing', 'No features were made in this project yet.', { remedy: 'Run a pipeline with a Feature View.', place: { file: file(projectDir) } });
    }
    this.#db = new StoreDatabase(file(projectDir), { readOnly: true });
    // Read where the system has the file in memory anyway: a lookup in a million keys then copies no pages.
    this.#db.script('pragma mmap_size = 1073741824');
  }

  static exists(projectDir: string): boolean {
    return existsSync(file(projectDir));
  }

  /** By name and version. */
  views(): OnlineView[] {
    return this.#db.all(`select ${viewColumns} from current order by view, version`).map((row) => viewRow.parse(row));
  }

  /** Null: the version has no rows here. */
  view(view: string, version: number): OnlineView | null {
    const row = this.#db.get(`select ${viewColumns} from current where view = ? and version = ?`, view, version);
    return row === undefined ? null : viewRow.parse(row);
  }

  /**
   * The latest row of a key. Members of `key` beyond the key columns are passed over. Null: the key is not known, or a part of it is missing.
   * @param now unix ms. @throws PenstockError `features-unknown-view`, `features-key`.
   */
  lookup(view: string, version: number, key: Readonly<Record<string, unknown>>, now = Date.now()): OnlineRecord | null {
    const known = this.#of(view, version);
    const parts: FeatureCell[] = [];
    for (const { name, type } of known.of.keys) {
      const value = key[name];
      if (value === undefined) {
        throw new PenstockError('features-key', `The key of “${view}” lacks “${name}”.`, { remedy: `A key has ${known.of.keys.map((one) => `${one.name} (${one.type})`).join(', ')}.` });
      }
      const part = keyPart(value, type);
      if (part === undefined) throw new PenstockError('features-key', `“${String(value)}” is no value of “${name}” (${type}) of “${view}”.`, { remedy: 'Look at the type of the key column.' });
      if (part === null) return null;
      parts.push(part);
    }
    const row = this.#db.get('select l.event as event, l.record as record from current c join latest l on l.slot = c.slot and l.key = ? where c.view = ? and c.version = ?', JSON.stringify(parts), view, version);
    if (row === undefined) return null;
    const event = Number(row['event']);
    const ageMs = Math.max(0, now - event);
    const { ttl } = known.of;
    const isExpired = ttl !== null && now - event > ttl * 1000;
    // The schema of a version never changes, so places in the record keep their names whatever was replaced meanwhile.
    const cells = JSON.parse(String(row['record'])) as FeatureCell[];
    const values: Record<string, FeatureCell> = {};
    for (let i = 0; i < known.names.length; i += 1) values[known.names[i] ?? ''] = isExpired ? null : (cells[i] ?? null);
    return { values, event, ageMs, isExpired };
  }

  close(): void {
    this.#db.close();
  }

  #of(view: string, version: number): Known {
    const name = `${view}@${version}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const of = this.view(view, version);
    if (of === null) throw new PenstockError('features-unknown-view', `There are no online features of “${name}”.`, { remedy: `There are: ${this.views().map((one) => `${one.view}@${one.version}`).join(', ') || 'none'}.` });
    const made: Known = { of, names: of.features.map((column) => column.name) };
    this.#known.set(name, made);
    return made;
  }
}

/** A key value as it was written, from what a request or a command line holds. Null: missing. Undefined: none of this type. */
export function keyPart(value: unknown, type: ColumnType): FeatureCell | undefined {
  if (value === null || (value === '' && type !== 'string')) return null;
  switch (type) {
    case 'integer':
    case 'float': {
      const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
      if (!Number.isFinite(number) || (type === 'integer' && !Number.isSafeInteger(number))) return undefined;
      return number === 0 ? 0 : number;
    }
    case 'boolean':
      if (typeof value === 'boolean') return value;
      return value === 'true' || value === 1 ? true : value === 'false' || value === 0 ? false : undefined;
    case 'string':
      return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value.trim()) ? value.trim() : undefined;
    case 'timestamp': {
      if (typeof value !== 'string') return undefined;
      const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?Z?$/.exec(value.trim());
      if (match === null) return undefined;
      const fraction = (match[4] ?? '').replace(/0+$/, '');
      return `${match[1]} ${match[2]}:${match[3] ?? '00'}${fraction === '' ? '' : `.${fraction}`}`;
    }
    default:
      return undefined;
  }
}
