import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asc, call, col, filter, limit, lit, named, project, scanParquet } from '../../build.ts';
import { interpret } from '../../interpreter/interpret.ts';
import { lineageOf } from '../../lineage.ts';
import { schemaOf } from '../../schema.ts';
import { createTable, queryRows, rowText } from '../../testing/duckdb.ts';
import { aggregateOver, leftSchema, leftScan, relationArbitrary, rightScan, rightSchema, rowsArbitrary } from '../../testing/relations.ts';
import { inexactFunctions, windowOver } from '../../testing/windows.ts';
import type { Value } from '../../functions/spec.ts';
import type { Relation } from '../../types.ts';
import { duckdbTypes, quoteText } from './literal.ts';
import { toDuckDb } from './relation.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  // As the app opens it: these optimisers give wrong rows.
  instance = await DuckDBInstance.create(':memory:', { disabled_optimizers: 'join_filter_pushdown,late_materialization' });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function both(relation: Relation, left: Value[][], right: Value[][]): Promise<{ expected: string[]; actual: string[] }> {
  await createTable(connection, 'left rows', leftSchema, left);
  await createTable(connection, 'right rows', rightSchema, right);
  const tables = new Map([
    ['left rows', left],
    ['right rows', right],
  ]);
  const actual = await queryRows(connection, toDuckDb(relation), schemaOf(relation));
  return { expected: interpret(relation, tables).map(rowText), actual: actual.map(rowText) };
}

const left = rowsArbitrary(leftSchema, 6);
const right = rowsArbitrary(rightSchema, 4);

describe('emitted relations mean what the interpreter says', () => {
  it('random chains give the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }).chain(relationArbitrary), left, right, async (relation, leftRows, rightRows) => {
        const { expected, actual } = await both(relation, leftRows, rightRows);
        expect(actual.sort()).toEqual(expected.sort());
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  it('every measure, at the end of a chain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 }).chain(relationArbitrary).chain((relation) => aggregateOver(relation)), left, right, async (relation, leftRows, rightRows) => {
        const answer = await both(relation, leftRows, rightRows).catch((error: unknown) => String(error));
        // The database fails where a variance passes the largest float (values beyond 1e154); it never gives another number.
        if (typeof answer === 'string') expect(answer).toMatch(/(VARSAMP|STDDEV_SAMP|STDDEV) is out of range/i);
        else expect(answer.actual.sort()).toEqual(answer.expected.sort());
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('windows that are not exact, at the end of a chain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 }).chain(relationArbitrary).chain((relation) => windowOver(relation, inexactFunctions)), left, right, async (relation, leftRows, rightRows) => {
        const { expected, actual } = await both(relation, leftRows, rightRows);
        expect(actual.sort()).toEqual(expected.sort());
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('joins in time of more rows than DuckDB takes one by one, with ties', async () => {
    const rows = (count: number, seed: number): Value[][] => Array.from({ length: count }, (_, i) => [BigInt((i * seed) % 7), (i * seed * 3) % 50, `s${(i * seed) % 3}`, null, null, null]);
    for (const kind of ['left', 'inner'] as const) {
      for (const direction of ['backward', 'forward'] as const) {
        for (const strict of [true, false]) {
          const right = project(leftScan, [named('k', col('n')), named('x', col('x')), named('s', col('S s'))]);
          const relation: Relation = { op: 'asof', kind, left: leftScan, right, on: [{ left: 'n', right: 'k' }], time: { left: 'x', right: 'x' }, direction, strict, tolerance: 9, rightSuffix: '_r' };
          const { expected, actual } = await both(relation, rows(300, 11), []);
          expect(actual.sort()).toEqual(expected.sort());
          expect(actual.length).toBeGreaterThan(100);
        }
      }
    }
  });

  it('pivots of many values are laid out as pivots of few', async () => {
    const rows: Value[][] = Array.from({ length: 400 }, (_, i) => [BigInt((i * 7) % 5), i / 4, `v${(i * 13) % 40}`, null, null, null]);
    for (const keys of [['n'], ['n', 'flag'], []]) {
      const relation: Relation = {
        op: 'pivot',
        input: leftScan,
        keys,
        column: 'S s',
        values: [{ value: null, name: 'none' }, ...Array.from({ length: 60 }, (_, i) => ({ value: `v${i}`, name: `v${i}` }))],
        measures: [
          { name: 'rows', fn: 'count' },
          { name: 'middle', fn: 'median', arg: col('x') },
        ],
        naming: 'measure_value',
      };
      for (const some of [rows, []]) {
        const { expected, actual } = await both(relation, some, []);
        expect(actual.sort()).toEqual(expected.sort());
        expect(actual).toHaveLength(keys.length === 0 ? 1 : some.length === 0 ? 0 : 5);
      }
    }
  });

  it('explode and unpivot keep the order of rows', async () => {
    const listed = project(leftScan, [named('n', col('n')), named('list', lit('["b", "a"]')), named('x', col('x'))]);
    const rows: Value[][] = Array.from({ length: 3000 }, (_, i) => [BigInt((i * 7919) % 3000), i, null, null, null, null]);
    const exploded: Relation = { op: 'explode', input: listed, column: 'list', as: 'item', delimiter: null, elementType: 'string', position: 'place', keepEmpty: false };
    const unpivoted: Relation = { op: 'unpivot', input: listed, columns: ['n', 'x'], nameColumn: 'name', valueColumn: 'value', dropMissing: true };
    for (const relation of [exploded, unpivoted]) {
      const { expected, actual } = await both(relation, rows, []);
      expect(actual).toEqual(expected);
    }
  });

  it('a total order comes out in order, through projections and limits behind it', async () => {
    const sorted: Relation = { op: 'sort', input: leftScan, keys: leftSchema.map(({ name }, i) => ({ expr: col(name), descending: i % 2 === 0, nulls: i % 3 === 0 ? 'first' : 'last' })) };
    const relation = limit(project(filter(sorted, call('is_not_null', col('n'))), [named('n', call('negate', col('n'))), named('x', col('x'))]), 4, 1);
    await fc.assert(
      fc.asyncProperty(left, async (rows) => {
        const { expected, actual } = await both(relation, rows, []);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('the schema that is promised is the schema that comes', async () => {
    await createTable(connection, 'left rows', leftSchema, []);
    await createTable(connection, 'right rows', rightSchema, []);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }).chain(relationArbitrary), async (relation) => {
        const described = await connection.runAndReadAll(`describe ${toDuckDb(relation)}`);
        expect(described.getRows().map((row) => [row[0], row[1]])).toEqual(schemaOf(relation).map(({ name, type }) => [name, duckdbTypes[type]]));
      }),
      { numRuns: 150 },
    );
  });

  it('samples of one fraction and their complement are the whole', async () => {
    const rows: Value[][] = Array.from({ length: 200 }, (_, i) => [BigInt(i), i / 4, `s${i}`, null, null]);
    const { actual } = await both({ op: 'sample', input: leftScan, fraction: 0.3, seed: 7 }, rows, []);
    expect(actual.length).toBeGreaterThan(30);
    expect(actual.length).toBeLessThan(90);
    const all = await both({ op: 'sample', input: leftScan, fraction: 1, seed: 7 }, rows, []);
    expect(all.actual).toHaveLength(200);
  });
});

describe('lineage', () => {
  it('names no column that the result does not depend on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }).chain(relationArbitrary), left, right, async (relation, leftRows, rightRows) => {
        const lineage = lineageOf(relation);
        expect(lineage.map(({ column }) => column)).toEqual(schemaOf(relation).map(({ name }) => name));
        const read = new Set(lineage.flatMap(({ from }) => from.filter(({ label }) => label === 'left').map(({ column }) => column)));
        const unread = leftSchema.findIndex(({ name }) => !read.has(name));
        if (unread < 0) return;
        // Emptying a column that lineage does not name changes nothing.
        const before = await both(relation, leftRows, rightRows);
        const after = await both(relation, leftRows.map((row) => row.map((value, i) => (i === unread ? null : value))), rightRows);
        expect(after.actual.sort()).toEqual(before.actual.sort());
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('the emitted text', () => {
  it('keeps a chain in few SELECTs', () => {
    const chain = limit(
      { op: 'sort', input: project(filter(filter({ op: 'scan', source: { kind: 'named', name: 't' }, schema: leftSchema, label: 't' }, col('flag')), call('greater_than', col('n'), lit(3))), [named('n', col('n'))]), keys: [asc(col('n'))] },
      10,
    );
    expect(toDuckDb(chain).match(/select/g)).toHaveLength(3);
  });

  it('nests 200 steps without trouble', async () => {
    let relation: Relation = leftScan;
    for (let i = 0; i < 200; i++) relation = project(filter(relation, call('is_not_null', col('n'))), [named('n', call('add', col('n'), lit(1)))]);
    const { expected, actual } = await both(relation, [[1n, null, null, null, null]], []);
    expect(actual).toEqual(expected);
  });

  it('lets a filter through every operator into the file that is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'push-'));
    try {
      const path = join(folder, 'rows.parquet');
      await connection.run(`copy (select i::bigint as n, i / 2 as x, 's' as "S s", true as flag, date '2024-01-01' as d, timestamp '2024-01-01' as at from range(1000) t(i)) to ${quoteText(path)} (format parquet)`);
      const file = scanParquet([path], leftSchema, 'rows');
      const small = project(file, [named('n', col('n')), named('t', col('at'))]);
      const values = Array.from({ length: 20 }, (_, i) => ({ value: i, name: `v${i}` }));
      const pivot = (count: number): Relation => ({ op: 'pivot', input: file, keys: ['n'], column: 'x', values: values.slice(0, count), measures: [{ name: 'rows', fn: 'count' }], naming: 'value' });
      const relations: Record<string, Relation> = {
        asof: { op: 'asof', kind: 'left', left: file, right: small, on: [{ left: 'n', right: 'n' }], time: { left: 'at', right: 't' }, direction: 'backward', strict: false, tolerance: 5, rightSuffix: '_r' },
        'pivot of few': pivot(2),
        'pivot of many': pivot(20),
        unpivot: { op: 'unpivot', input: file, columns: ['x', 'd'], nameColumn: 'name', valueColumn: 'value', dropMissing: true },
        explode: { op: 'explode', input: file, column: 'S s', as: 'part', delimiter: null, elementType: 'string', position: 'place', keepEmpty: true },
        set: { op: 'set', kind: 'except', left: small, right: limit(small, 3) },
        sql: { op: 'sql', inputs: [{ name: 'rows', relation: file }], text: 'select n, x + 1 as more from rows', schema: [{ name: 'n', type: 'integer' }, { name: 'more', type: 'float' }] },
        window: { op: 'window', input: file, columns: [{ name: 'sum', fn: 'sum', arg: col('x'), partitionBy: [col('n')], orderBy: [asc(col('at'))], frame: { by: 'range', preceding: 60, following: 0 } }] },
      };
      for (const [name, relation] of Object.entries(relations)) {
        const plan = await connection.runAndReadAll(`explain ${toDuckDb(filter(relation, call('equals', col('n'), lit(7))))}`);
        // Both sides of a join lie beside each other in the plan, so the filter is looked for by its own line.
        expect(String(plan.getRows()[0]?.[1]), name).toMatch(/Filters:[^]*?\bn=7/);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads SQL that ends in a semicolon or a comment, and gives nested values as JSON', async () => {
    const sql = (text: string): Relation => ({ op: 'sql', inputs: [{ name: 'my rows', relation: leftScan }], text, schema: [{ name: 'n', type: 'integer' }, { name: 'list', type: 'string' }, { name: 'text', type: 'string' }] });
    await createTable(connection, 'left rows', leftSchema, [[1n, 2.5, "a;'b", null, null, null]]);
    for (const end of ['', ';', ' -- that; is all', '; -- that is all\n', ' /* ; */ ;']) {
      const relation = sql(`select n::int as n, [x, null] as list, "S s" || ';' as text from "my rows"${end}`);
      expect(await queryRows(connection, toDuckDb(relation), schemaOf(relation))).toEqual([[1n, '[2.5,null]', "a;'b;"]]);
    }
    const relation = sql(`select 1 as n, {'a': n} as list, map {'k': x} as text from "my rows"`);
    expect(await queryRows(connection, toDuckDb(relation), schemaOf(relation))).toEqual([[1n, '{"a":1}', '{"k":2.5}']]);
  });

  it('casts what a file holds to the logical types', async () => {
    await connection.run(`create or replace table physical as select 1::tinyint as n, 1.5::decimal(4, 2) as x, 'a' as "S s", true as flag, date '2024-05-31' as d, timestamp_s '2024-05-31 08:00:00' as at`);
    const scan: Relation = { op: 'scan', source: { kind: 'named', name: 'physical' }, schema: leftSchema, label: 'physical' };
    expect(await queryRows(connection, toDuckDb(scan), leftSchema)).toEqual([[1n, 1.5, 'a', true, '2024-05-31', '2024-05-31 08:00:00']]);
  });

  it('writes inline rows, none included', async () => {
    const scan = (rows: (null | number)[][]): Relation => ({ op: 'scan', source: { kind: 'values', rows }, schema: [{ name: 'v', type: 'integer' }], label: 'values' });
    expect(await queryRows(connection, toDuckDb(scan([[1], [null]])), [{ name: 'v', type: 'integer' }])).toEqual([[1n], [null]]);
    expect(await queryRows(connection, toDuckDb(scan([])), [{ name: 'v', type: 'integer' }])).toEqual([]);
    expect(await queryRows(connection, toDuckDb({ op: 'join', kind: 'left', left: scan([[1]]), right: rightScan, on: [{ left: 'v', right: 'm' }], rightSuffix: '_r' }), [{ name: 'v', type: 'integer' }])).toHaveLength(1);
  });
});
