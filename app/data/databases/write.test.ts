import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaOf } from '#app/relation/index.ts';
import type { ColumnType, Relation } from '#app/relation/types.ts';
import type { DatabaseKind, WriteMode } from '#app/sdk/databases.ts';
import { openReader } from './testing/read-all.ts';
import { mariadbMissing, postgresMissing, startMariadb, startPostgres, type TestServer } from './testing/servers.ts';
import type { Target } from './types.ts';

const columns: readonly { readonly name: string; readonly type: ColumnType }[] = [
  { name: 'id', type: 'integer' },
  { name: 'Näme "x"', type: 'string' },
  { name: 'score', type: 'float' },
  { name: 'ok', type: 'boolean' },
  { name: 'day', type: 'date' },
  { name: 'at', type: 'timestamp' },
  { name: 'raw', type: 'binary' },
];
type Row = readonly (null | boolean | number | string)[];
const table = (rows: readonly Row[], schema = columns): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema, label: 'rows' });
const first: readonly Row[] = [
  [1, 'tab\tnew\nline \\N “ö 🦆\'"', 0.1, true, '2024-02-29', '2024-01-02 03:04:05.678901', '00FF10'],
  [2, '', -1e300, false, '1999-12-31', '1970-01-01 00:00:00', 'AB'],
  [3, null, null, null, null, null, null],
];
/** As text, in the order of ids. */
const shown = (rows: readonly Row[]) => rows.map((row) => row.map((cell, i) => (cell === null ? null : columns[i]?.name === 'score' ? String(cell === -1e300 ? '-1e+300' : cell) : String(cell))));

const kinds: readonly { readonly kind: DatabaseKind; readonly missing: string | null }[] = [
  { kind: 'postgres', missing: postgresMissing },
  { kind: 'mysql', missing: mariadbMissing },
  { kind: 'sqlite', missing: null },
  { kind: 'duckdb', missing: null },
];

describe.each(kinds)('writing into $kind', ({ kind, missing }) => {
  describe.skipIf(missing !== null)(missing ?? 'is all or nothing', () => {
    let server: TestServer | null = null;
    let target: Target;
    let reader: Awaited<ReturnType<typeof openReader>>;
    const schema = kind === 'postgres' ? 'public' : kind === 'mysql' ? 'shop' : kind === 'duckdb' ? 'main' : '';

    beforeAll(async () => {
      reader = await openReader();
      if (kind === 'postgres') server = await startPostgres();
      if (kind === 'mysql') server = await startMariadb();
      target = server?.target ?? { name: 'files', kind, host: '', port: 0, database: '', user: '', tls: 'off', path: path.join(reader.folder, `out.${kind}`), password: null };
    }, 60_000);
    afterAll(async () => {
      await reader?.close();
      await server?.stop();
    });

    async function write(relation: Relation, name: string, mode: WriteMode, keys: readonly string[] = [], signal = new AbortController().signal) {
      const client = await reader.open(target, true);
      try {
        return await reader.database.writeOutside(client, relation, { schema: '', table: name, mode, keys, columns: schemaOf(relation) }, signal, () => undefined);
      } finally {
        await client.close();
      }
    }
    async function rowsOf(name: string): Promise<(readonly (string | null)[])[]> {
      const { rows } = await reader.readAll(target, { kind: 'table', schema, table: name });
      return [...rows].sort((a, b) => Number(a[0]) - Number(b[0]));
    }

    it('makes the table, and every type comes back as it went', async () => {
      expect(await write(table(first), 'kinds of things', 'create')).toMatchObject({ rows: 3, created: true });
      expect(await rowsOf('kinds of things')).toEqual(shown(first));
      await expect(write(table(first), 'kinds of things', 'create')).rejects.toMatchObject({ code: 'database-table-exists' });
      const read = await reader.readAll(target, { kind: 'table', schema, table: 'kinds of things' });
      expect(read.columns.map(({ name, type }) => ({ name, type }))).toEqual(columns);
    });

    it('appends, replaces, and says when there is nothing to append to', async () => {
      await expect(write(table(first), 'nothing', 'append')).rejects.toMatchObject({ code: 'database-unknown-table' });
      expect(await write(table(first.slice(0, 1)), 'modes', 'replace')).toMatchObject({ rows: 1, created: true, removed: null });
      expect(await write(table(first.slice(1)), 'modes', 'append')).toMatchObject({ rows: 2, created: false });
      expect(await rowsOf('modes')).toEqual(shown(first));
      expect(await write(table(first.slice(2)), 'modes', 'replace')).toMatchObject({ rows: 1, created: false, removed: 3 });
      expect(await rowsOf('modes')).toEqual(shown(first.slice(2)));
    });

    it('updates rows with an equal key and adds the others', async () => {
      expect(await write(table(first.slice(0, 2)), 'keyed', 'upsert', ['id'])).toMatchObject({ rows: 2, created: true });
      const changed: readonly Row[] = [[2, 'two', 2.5, true, '2000-01-01', '2000-01-01 00:00:00', '00'], [4, 'four', 4.5, false, '2004-01-01', '2004-01-01 00:00:00', '04']];
      await write(table(changed), 'keyed', 'upsert', ['id']);
      expect(await rowsOf('keyed')).toEqual(shown([...first.slice(0, 1), ...changed]));
      await write(table(first.slice(0, 1)), 'unkeyed', 'create');
      await expect(write(table(changed), 'unkeyed', 'upsert', ['id'])).rejects.toMatchObject({ code: 'database-no-key' });
      expect(await rowsOf('unkeyed')).toEqual(shown(first.slice(0, 1)));
    });

    it('leaves the table as it was when a row in the middle is refused', async () => {
      const wide = [{ name: 'id', type: 'integer' }, { name: 'v', type: 'string' }] as const;
      const before: readonly Row[] = [[6000, 'first']];
      await write(table(before, wide), 'strict', 'upsert', ['id']);
      // 8000 rows of which one, far behind, has a key that is there already.
      const many: Relation = { op: 'scan', source: { kind: 'values', rows: Array.from({ length: 8000 }, (_, i) => [i, `row ${i}`]) }, schema: wide, label: 'many' };
      await expect(write(many, 'strict', 'append')).rejects.toMatchObject({ code: 'database-duplicate' });
      expect(await rowsOf('strict')).toEqual([['6000', 'first']]);
      const doubled: Relation = { op: 'union', by: 'name', inputs: [many, table(before, wide)] };
      await expect(write(doubled, 'strict', 'replace')).rejects.toMatchObject({ code: 'database-duplicate' });
      expect(await rowsOf('strict')).toEqual([['6000', 'first']]);
    });

    it('leaves nothing behind when it is cancelled', async () => {
      const stop = new AbortController();
      const wide = [{ name: 'id', type: 'integer' }] as const;
      const many: Relation = { op: 'scan', source: { kind: 'values', rows: Array.from({ length: 8000 }, (_, i) => [i]) }, schema: wide, label: 'many' };
      const client = await reader.open(target, true);
      try {
        const writing = reader.database.writeOutside(client, many, { schema: '', table: 'cut', mode: 'replace', keys: [], columns: wide }, stop.signal, () => stop.abort());
        await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
      } finally {
        await client.close();
      }
      await expect(rowsOf('cut')).rejects.toMatchObject({ code: 'database-unknown-table' });
    });
  });
});
