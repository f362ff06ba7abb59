import path from 'node:path';
import SQLite from 'better-sqlite3-multiple-ciphers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, col, lit } from '#app/relation/build.ts';
import type { DatabaseKind } from '#app/sdk/databases.ts';
import { openReader } from '../testing/read-all.ts';
import { mariadbMissing, postgresMissing, startMariadb, startPostgres, type TestServer } from '../testing/servers.ts';
import { statements } from '../testing/statements.ts';
import type { OutsideColumn, Target } from '../types.ts';
import { pushDown } from './emit.ts';
import { mysqlDialect } from './mysql.ts';
import { postgresDialect } from './postgres.ts';
import { sqliteDialect } from './sqlite.ts';

const column = (name: string, type: OutsideColumn['type'], base: string): OutsideColumn => ({ name, type, base, sourceType: base });

describe('what is sent', () => {
  const columns = [column('n', 'integer', 'int4'), column('t', 'string', 'text'), column('x', 'float', 'numeric')];
  const filter = call('and', call('greater_than', col('n'), lit(5)), call('equals', col('t'), lit("a' or 1=1")), call('less_than', col('x'), lit(2)), call('equals', call('lower', col('t')), lit('a')));

  it('holds constants as parameters, numbered through', () => {
    expect(pushDown(filter, columns, postgresDialect).where).toEqual({ sql: '("n" > $1::bigint) and ("t" = $2::text) and ("x"::double precision < $3::double precision)', values: ['5', "a' or 1=1", '2'] });
    expect(pushDown(filter, [column('n', 'integer', 'int'), column('t', 'string', 'varchar'), column('x', 'float', 'decimal')], mysqlDialect).where).toEqual({
      sql: '(`n` > cast(? as signed)) and (`t` = ? and cast(convert(`t` using utf8mb4) as binary) = cast(convert(? using utf8mb4) as binary)) and (cast(`x` as double) < cast(? as double))',
      values: ['5', "a' or 1=1", "a' or 1=1", '2'],
    });
    expect(pushDown(filter, columns, sqliteDialect).where).toEqual({ sql: '("n" > ?) and (cast("t" as text) = ? collate binary) and ("x" < ?)', values: [5n, "a' or 1=1", 2] });
  });

  it('leaves here what has no equal there', () => {
    const { pushed, local } = pushDown(filter, columns, postgresDialect);
    expect([pushed.length, local]).toEqual([3, [call('equals', call('lower', col('t')), lit('a'))]]);
    for (const part of [call('in', col('n'), lit(1), lit(null, 'integer')), call('or', call('is_null', col('t')), call('equals', call('length', col('t')), lit(1))), call('equals', col('t'), lit('a\0b'))]) {
      expect(pushDown(part, columns, postgresDialect)).toMatchObject({ where: null, local: [part] });
    }
  });

  it('quotes names, whatever they hold', () => {
    const odd = 'a"`; drop table t; --';
    expect(pushDown(call('is_null', col(odd)), [column(odd, 'integer', 'int4')], postgresDialect).where?.sql).toBe('("a""`; drop table t; --" is null)');
    expect(pushDown(call('is_null', col(odd)), [column(odd, 'integer', 'int')], mysqlDialect).where?.sql).toBe('(`a"``; drop table t; --` is null)');
  });
});

/** Texts that collations, padding and patterns treat in ways of their own. */
const texts = ['', ' ', 'a', 'A', 'a ', 'ä', 'Ab', 'ab', 'aB%', 'a_b', 'z', 'é', '🦆', "it's", 'a\\b', '[a]*', '0', '10', '9'];
const numbers = [-5, 0, 1, 2, 9, 10, 2_147_483_647];
const floats = [-1.5, 0, 0.1, 2, 1e10];
const days = ['1999-12-31', '2000-01-01', '2024-02-29'];
const times = ['1999-12-31 23:59:59', '2024-01-01 00:00:00.123456'];

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const comparison = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');
const text = fc.constantFrom(...texts).map(quoted);
const leaf = fc.oneof(
  fc.tuple(fc.constantFrom('n', 'x'), comparison, fc.oneof(fc.constantFrom(...numbers), fc.constantFrom(...floats)).map(String)).map((parts) => parts.join(' ')),
  fc.tuple(fc.constant('t'), comparison, text).map((parts) => parts.join(' ')),
  fc.tuple(fc.constant('d'), comparison, fc.constantFrom(...days).map((day) => `date '${day}'`)).map((parts) => parts.join(' ')),
  fc.tuple(fc.constant('s'), comparison, fc.constantFrom(...times).map((time) => `timestamp '${time}'`)).map((parts) => parts.join(' ')),
  fc.tuple(fc.constantFrom('n', 'x', 't', 'd', 's', 'y'), fc.constantFrom('is null', 'is not null')).map((parts) => parts.join(' ')),
  fc.tuple(fc.array(text, { minLength: 1, maxLength: 3 }), fc.constantFrom('in', 'not in')).map(([list, word]) => `t ${word} (${list.join(', ')})`),
  fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...numbers)).map(([low, high]) => `n between ${low} and ${high}`),
  fc.tuple(fc.constantFrom(...texts), fc.constantFrom('%', '_', ''), fc.constantFrom('%', '')).map(([part, after, before]) => `t like ${quoted(before + part + after)}`),
  text.map((start) => `starts_with(t, ${start})`),
  text.map((value) => `${value} = t`),
  fc.constantFrom('y', 'not y', 'y = true', 'n = x', 't <> t', 'n < 1.5'),
);
const condition = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any')).map(([a, word, b]) => `(${a} ${word} ${b})`), tie('any').map((inner) => `not (${inner})`)),
})).any;

const rows = Array.from({ length: 120 }, (_, id) => {
  const pick = <T>(list: readonly T[], step: number): T | null => (id % (7 + step) === step ? null : (list[(id * (step + 3) + step) % list.length] ?? null));
  return [id, pick(numbers, 0), pick(floats, 1), pick(texts, 2), pick(days, 3), pick(times, 4), pick([true, false], 1)] as const;
});

/** Every row as one INSERT of a dialect. */
function inserts(escape: (text: string) => string): string {
  return `insert into cases values ${rows.map((row) => `(${row.map((cell) => (cell === null ? 'null' : typeof cell === 'string' ? `'${escape(cell)}'` : String(cell))).join(', ')})`).join(', ')}`;
}

const kinds: readonly { readonly kind: DatabaseKind; readonly missing: string | null; readonly runs: number }[] = [
  { kind: 'postgres', missing: postgresMissing, runs: 30 },
  { kind: 'mysql', missing: mariadbMissing, runs: 30 },
  { kind: 'sqlite', missing: null, runs: 30 },
];

describe.each(kinds)('conditions pushed to $kind', ({ kind, missing, runs }) => {
  describe.skipIf(missing !== null)(missing ?? 'give the rows that they give here', () => {
    let server: TestServer | null = null;
    let target: Target;
    let reader: Awaited<ReturnType<typeof openReader>>;

    beforeAll(async () => {
      reader = await openReader();
      if (kind === 'postgres') {
        server = await startPostgres();
        await statements(server.target, 'create table cases (id int, n int8, x float8, t text, d date, s timestamp, y bool)', inserts((value) => value.replaceAll("'", "''")));
      }
      if (kind === 'mysql') {
        server = await startMariadb();
        await statements(server.target, 'create table cases (id int, n bigint, x double, t varchar(20), d date, s datetime(6), y tinyint(1))', inserts((value) => value.replaceAll('\\', '\\\\').replaceAll("'", "''")));
      }
      if (kind === 'sqlite') {
        const file = path.join(reader.folder, 'cases.sqlite');
        new SQLite(file).exec('create table cases (id int, n int, x real, t text, d date, s timestamp, y boolean)').exec(inserts((value) => value.replaceAll("'", "''"))).close();
        target = { name: 'files', kind, host: '', port: 0, database: '', user: '', tls: 'off', path: file, password: null };
      } else target = server?.target as Target;
    }, 60_000);
    afterAll(async () => {
      await reader?.close();
      await server?.stop();
    });

    it('for any condition', async () => {
      const source = { kind: 'table', schema: kind === 'postgres' ? 'public' : kind === 'mysql' ? 'shop' : '', table: 'cases' } as const;
      const ids = (read: { readonly rows: readonly (readonly (string | null)[])[] }) => read.rows.map(([id]) => Number(id)).sort((a, b) => a - b);
      let pushedOnce = 0;
      await fc.assert(
        fc.asyncProperty(condition, async (filter) => {
          const [there, here] = [await reader.readAll(target, source, { filter }), await reader.readAll(target, source, { filter, local: true })];
          expect(ids(there), filter).toEqual(ids(here));
          if (there.pushed.length > 0) pushedOnce += 1;
        }),
        { numRuns: runs },
      );
      expect(pushedOnce).toBeGreaterThan(runs / 4);
    }, 60_000);
  });
});
