import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { scanParquet } from '#app/relation/build.ts';
import { createParser } from '#app/relation/index.ts';
import type { Expr } from '#app/relation/types.ts';
import type { DatabaseSource, DecimalMode } from '#app/sdk/databases.ts';
import { openDatabase, type Database } from '../../index.ts';
import { openClient } from '../index.ts';
import { planRead, planWords } from '../plan.ts';
import type { DatabaseClient, OutsideColumn, Target } from '../types.ts';

export interface ReadAll {
  readonly columns: readonly OutsideColumn[];
  /** Every cell as text, binary ones as hex, so that nothing is rounded on the way to the test. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly notes: readonly string[];
  readonly pushed: readonly string[];
  readonly local: readonly string[];
  readonly rowsRead: number;
}

export interface Wish {
  readonly columns?: readonly string[];
  readonly filter?: string;
  readonly limit?: number;
  readonly decimals?: DecimalMode;
  /** Leaves the whole filter to be done after reading. */
  readonly local?: boolean;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** What tests of databases stand on: a DuckDB of their own, and a read from end to end. */
export async function openReader(): Promise<{ database: Database; folder: string; readAll(target: Target, source: DatabaseSource, wish?: Wish): Promise<ReadAll>; open(target: Target, writable?: boolean): Promise<DatabaseClient>; close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-databases-'));
  const database = await openDatabase({ tempDir: path.join(folder, 'temp') });
  let files = 0;
  return {
    database,
    folder,
    open: (target, writable = false) => openClient(target, { writable }),
    async readAll(target, source, wish = {}) {
      const client = await openClient(target);
      try {
        const available = await client.columns(source, wish.decimals ?? 'number');
        const text = wish.filter ?? '';
        const schema = available.map(({ name, type }) => ({ name, type }));
        const filter = text === '' ? null : createParser(new Map([[text, await database.parseExpression(text)]]))(text, schema, ['filter']);
        const asked = { kind: target.kind, source, available, columns: wish.columns ?? null, limit: wish.limit ?? null, timeout: wish.timeout ?? 0 };
        const plan = planRead({ ...asked, filter });
        const read = wish.local === true ? planRead({ ...asked, filter: null, limit: null, columns: null }).read : plan.read;
        files += 1;
        const file = path.join(folder, `${files}.parquet`);
        const { rows, notes } = await database.readOutside(client, read, file, wish.signal ?? new AbortController().signal, () => undefined);
        const scan = scanParquet([file], read.columns.map(({ name, type }) => ({ name, type })), 'read');
        const done = wish.local === true && filter !== null ? ({ op: 'filter', input: scan, predicate: filter } as const) : plan.rest(scan);
        const asText = (name: string): Expr => (schema.find((column) => column.name === name)?.type === 'binary' ? { op: 'col', name } : { op: 'cast', to: 'string', onError: 'fail', arg: { op: 'col', name } });
        const names = wish.columns ?? schema.map(({ name }) => name);
        const shown = await database.rows({ op: 'project', input: done, columns: names.map((name) => ({ name, expr: asText(name) })) });
        return { columns: read.columns, rows: shown.rows.map((row) => row.map((cell) => (cell === null ? null : String(cell)))), notes, pushed: planWords(plan.pushed, text), local: planWords(plan.local, text), rowsRead: rows };
      } finally {
        await client.close();
      }
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
