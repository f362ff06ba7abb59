import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, rowAtPlace, type Database } from '#app/data/index.ts';
import { inputsOf, mapInputs, schemaOf } from '#app/relation/index.ts';
import { col, named, project } from '#app/relation/build.ts';
import { leftSchema, relationArbitrary, rightSchema, rowsArbitrary } from '#app/relation/testing/relations.ts';
import { rowText } from '#app/relation/testing/duckdb.ts';
import type { Relation } from '#app/relation/types.ts';
import { RowTrace } from './row-trace.ts';

type Cell = null | boolean | number | string;
interface Tables {
  readonly left: readonly (readonly Cell[])[];
  readonly right: readonly (readonly Cell[])[];
}
type Named = Readonly<Record<'left' | 'right', ReadonlySet<number>>>;

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-trace-'));
  database = await openDatabase({ tempDir: folder, threads: 2 });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** The relation with rows in its scans; a scan that occurs twice has the same rows in both. */
function over(relation: Relation, tables: Tables): Relation {
  if (relation.op !== 'scan') return mapInputs(relation, (input) => over(input, tables));
  return { ...relation, source: { kind: 'values', rows: relation.label === 'left' ? tables.left : tables.right } };
}

const plain = (rows: readonly (readonly unknown[])[]): Cell[][] => rows.map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : (value as Cell))));

/** Rows as text, or null where computing them fails, which says nothing about rows. */
async function textsOf(relation: Relation): Promise<string[] | null> {
  try {
    return (await database.rows(relation)).rows.map(rowText);
  } catch {
    return null;
  }
}

/** Rows of the scans, from 0, that a row of the result is made of, and those that decide it. */
async function sourcesOf(relation: Relation, place: number): Promise<{ row: string; made: Named; decides: Named }> {
  const trace = new RowTrace<string>({ database, tempDir: folder });
  try {
    const whole = trace.traced(relation, '');
    const chosen = await trace.keep(rowAtPlace({ relation: whole.relation, schema: schemaOf(whole.relation) }, place, []));
    const names = schemaOf(relation).map(({ name }) => named(name, col(name)));
    const [row = []] = (await database.rows(project(chosen.relation, names))).rows;
    const { found, stopped } = await trace.walk(chosen.relation, whole.parts);
    expect(stopped).toEqual([]);
    const sets = { made: { left: new Set<number>(), right: new Set<number>() }, decides: { left: new Set<number>(), right: new Set<number>() } };
    for (const { scan, role, rows } of found) {
      const numbers = rows === null ? (scan.source.kind === 'values' ? scan.source.rows.map((_row, i) => i + 1) : []) : (await database.rows(rows)).rows.map(([number]) => Number(number));
      for (const number of numbers) sets[role][scan.label === 'left' ? 'left' : 'right'].add(number - 1);
    }
    return { row: rowText(row), ...sets };
  } finally {
    await trace.close();
  }
}

const without = (rows: readonly (readonly Cell[])[], gone: (row: number) => boolean): (readonly Cell[])[] => rows.filter((_row, i) => !gone(i));
const times = (texts: readonly string[], row: string): number => texts.filter((text) => text === row).length;

/** Operators whose results only shrink when their inputs do, row by row or group by group. */
const shrinking: ReadonlySet<Relation['op']> = new Set(['scan', 'project', 'filter', 'sort', 'distinct', 'sample', 'unpivot', 'explode', 'union', 'join', 'aggregate']);
function onlyShrinks(relation: Relation): boolean {
  if (!shrinking.has(relation.op)) return false;
  if (relation.op === 'distinct' && relation.on !== undefined) return false;
  if (relation.op === 'aggregate' && relation.keys.length === 0) return false;
  if (relation.op === 'aggregate' && !onlyRows(relation.input)) return false;
  if (relation.op === 'join' && relation.kind !== 'inner' && relation.kind !== 'cross') return false;
  return inputsOf(relation).every(onlyShrinks);
}
/** No groups below, whose values would change and make other groups. */
const onlyRows = (relation: Relation): boolean => relation.op !== 'aggregate' && inputsOf(relation).every(onlyRows);
const putsTogether = (relation: Relation): boolean => relation.op === 'distinct' || inputsOf(relation).some(putsTogether);
/** An aggregate's value changes with a row of its group: what reads it further on may then give the same row as before, from elsewhere. */
const readsGroups = (relation: Relation): boolean => (relation.op !== 'aggregate' && relation.op !== 'sort' && !onlyRows(relation)) || (relation.op === 'sort' && readsGroups(relation.input));

describe('the rows that a row comes from', () => {
  it('keep it as it is while they stay, whatever else goes, and take it along when they go', async () => {
    const counts = { kept: 0, gone: 0, removed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }).chain(relationArbitrary),
        rowsArbitrary(leftSchema, 6),
        rowsArbitrary(rightSchema, 4),
        fc.nat(20),
        fc.infiniteStream(fc.boolean()),
        async (shape, leftRows, rightRows, which, coin) => {
          const tables: Tables = { left: plain(leftRows), right: plain(rightRows) };
          const relation = over(shape, tables);
          const before = await textsOf(relation);
          if (before === null || before.length === 0) return;
          const { row, made, decides } = await sourcesOf(relation, which % before.length);
          expect(before).toContain(row);
          const isNamed = (side: 'left' | 'right', i: number): boolean => made[side].has(i) || decides[side].has(i);
          const some = [...tables.left, ...tables.right].map(() => coin.next().value === true);
          const unnamed = (side: 'left' | 'right') => (i: number): boolean => !isNamed(side, i) && some[side === 'left' ? i : tables.left.length + i] === true;
          const left = without(tables.left, unnamed('left'));
          const right = without(tables.right, unnamed('right'));
          const after = await textsOf(over(shape, { left, right }));
          if (after !== null) {
            expect(after, `rows that are not named went: ${tables.left.length - left.length} left, ${tables.right.length - right.length} right`).toContain(row);
            counts.kept += 1;
            counts.removed += tables.left.length - left.length + (tables.right.length - right.length);
          }
          if (!onlyShrinks(shape) || readsGroups(shape)) return;
          const rest = await textsOf(over(shape, { left: without(tables.left, (i) => made.left.has(i)), right: without(tables.right, (i) => made.right.has(i)) }));
          if (rest === null) return;
          expect(times(rest, row)).toBeLessThan(times(before, row));
          counts.gone += 1;
          // Where nothing is put together, every single one is needed.
          if (!onlyRows(shape) || putsTogether(shape)) return;
          for (const side of ['left', 'right'] as const) {
            for (const one of made[side]) {
              const fewer = await textsOf(over(shape, { ...tables, [side]: without(tables[side], (i) => i === one) }));
              if (fewer !== null) expect(times(fewer, row)).toBeLessThan(times(before, row));
            }
          }
        },
      ),
      { numRuns: 200 },
    );
    // The test would say nothing if nothing were removed, or if every relation named everything.
    expect(counts.removed).toBeGreaterThan(20);
    expect(counts.gone).toBeGreaterThan(2);
  }, 120_000);
});
