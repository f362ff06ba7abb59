import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asc, call, col, filter, limit, lit, named, project } from './build.ts';
import { interpret } from './interpreter/interpret.ts';
import { lineageOf } from './lineage.ts';
import { rowText } from './testing/duckdb.ts';
import { leftScan, leftSchema, relationArbitrary, rightScan, rightSchema, rowsArbitrary } from './testing/relations.ts';
import type { Value } from './functions/spec.ts';
import type { Relation } from './types.ts';

type Rows = Value[][];
const sources = [
  { label: 'left', table: 'left rows', schema: leftSchema },
  { label: 'right', table: 'right rows', schema: rightSchema },
] as const;

/** Rows of a relation, or null where computing them fails (a number too large), which says nothing about columns. */
function rowsOf(relation: Relation, left: Rows, right: Rows): Rows | null {
  try {
    return interpret(relation, new Map([['left rows', left], ['right rows', right]]));
  } catch {
    return null;
  }
}

/** The rows seen through some of their columns, in no order. */
const seen = (rows: Rows, columns: readonly number[]): string[] => rows.map((row) => rowText(columns.map((i) => row[i] ?? null))).sort();

describe('lineage never misses a column that changes the result', () => {
  it('for any relation, table and column', async () => {
    let [changes, quiet] = [0, 0];
    await fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }).chain(relationArbitrary), rowsArbitrary(leftSchema, 6), rowsArbitrary(rightSchema, 4), rowsArbitrary(leftSchema, 6), rowsArbitrary(rightSchema, 4), (relation, left, right, otherLeft, otherRight) => {
        const before = rowsOf(relation, left, right);
        if (before === null) return;
        const lineage = lineageOf(relation);
        for (const { label, schema } of sources) {
          const [rows, others] = label === 'left' ? [left, otherLeft] : [right, otherRight];
          for (const [at, source] of schema.entries()) {
            // The column's values are those of other rows; where there are too few, they are missing.
            const changed = rows.map((row, i) => row.map((value, j) => (j === at ? (others[i]?.[j] ?? null) : value)));
            const after = label === 'left' ? rowsOf(relation, changed, right) : rowsOf(relation, left, changed);
            if (after === null) continue;
            const untouched = lineage.flatMap(({ from }, i) => (from.some((each) => each.label === label && each.column === source.name) ? [] : [i]));
            // Together, because columns may trade their values among rows and each still look the same.
            if (untouched.length > 0) expect(seen(after, untouched), `${label}.${source.name} is not in the lineage of ${untouched.map((i) => lineage[i]?.column).join(', ')}`).toEqual(seen(before, untouched));
            const all = lineage.map((_, i) => i);
            if (untouched.length < lineage.length) changes += Number(seen(after, all).join('\n') !== seen(before, all).join('\n'));
            else quiet += 1;
          }
        }
      }),
      { numRuns: 1500 },
    );
    // The test would say nothing if changes came to nothing, or if lineage listed everything everywhere.
    expect(changes).toBeGreaterThan(500);
    expect(quiet).toBeGreaterThan(500);
  }, 120_000);
});

/** `label.column via`, sorted. */
const listed = (relation: Relation, column: string): string[] =>
  (lineageOf(relation).find((each) => each.column === column)?.from ?? []).map((from) => `${from.label}.${from.column} ${from.via}`).sort();

describe('what lineage says', () => {
  const onlyN = [named('n', col('n'))];
  const sorted: Relation = { op: 'sort', input: leftScan, keys: [asc(col('x'))] };

  it('follows the order through projections and filters to the limit', () => {
    expect(listed(limit(project(filter(sorted, col('flag')), onlyN), 3), 'n')).toEqual(['left.flag filter', 'left.n value', 'left.x filter']);
    expect(listed(project(sorted, onlyN), 'n')).toEqual(['left.n value']);
  });

  it('of a join in time: keys and times choose the right row, and leave left columns alone', () => {
    const asof = (kind: 'left' | 'inner'): Relation => ({ op: 'asof', kind, left: project(leftScan, [named('n', col('n')), named('at', col('at'))]), right: rightScan, on: [], time: { left: 'at', right: 'At' }, direction: 'backward', strict: false, tolerance: null, rightSuffix: '_r' });
    expect(listed(asof('left'), 'n')).toEqual(['left.n value']);
    expect(listed(asof('inner'), 'n')).toEqual(['left.at filter', 'left.n value', 'right.At filter']);
    expect(listed(asof('left'), 'm')).toEqual(['left.at filter', 'right.At filter', 'right.N filter', 'right.S s filter', 'right.m value']);
    const latest: Relation = { op: 'aggregate', input: rightScan, keys: [named('At', col('At'))], measures: [{ name: 'm', fn: 'max', arg: col('m') }] };
    expect(listed({ ...asof('left'), right: latest } as Relation, 'm')).toEqual(['left.at filter', 'right.At filter', 'right.m value']);
  });

  it('of pivot, unpivot and explode', () => {
    const pivot: Relation = { op: 'pivot', input: leftScan, keys: ['n'], column: 'S s', values: [{ value: 'a', name: 'a' }], measures: [{ name: 'sum', fn: 'sum', arg: col('x') }], naming: 'value' };
    expect(listed(pivot, 'a')).toEqual(['left.S s filter', 'left.n filter', 'left.x value']);
    expect(listed(pivot, 'n')).toEqual(['left.n value']);
    const unpivot: Relation = { op: 'unpivot', input: leftScan, columns: ['n', 'x'], nameColumn: 'name', valueColumn: 'value', dropMissing: false };
    expect(listed(unpivot, 'value')).toEqual(['left.n value', 'left.x value']);
    expect(listed(unpivot, 'name')).toEqual([]);
    expect(listed({ ...unpivot, dropMissing: true }, 'd')).toEqual(['left.d value', 'left.n filter', 'left.x filter']);
    const explode: Relation = { op: 'explode', input: leftScan, column: 'S s', as: 'part', delimiter: ',', elementType: 'string', position: 'place', keepEmpty: false };
    expect(listed(explode, 'place')).toEqual(['left.S s value']);
    expect(listed(explode, 'n')).toEqual(['left.S s filter', 'left.n value']);
  });

  it('of sets and of SQL, which is not looked into', () => {
    const [some, other] = [project(leftScan, [named('n', col('n'))]), project(rightScan, [named('n', col('m'))])];
    expect(listed({ op: 'set', kind: 'except', left: some, right: other }, 'n')).toEqual(['left.n value', 'right.m filter']);
    const sql: Relation = { op: 'sql', inputs: [{ name: 'a', relation: some }, { name: 'b', relation: filter(rightScan, call('greater_than', col('m'), lit(0))) }], text: 'select 1 as one', schema: [{ name: 'one', type: 'integer' }] };
    expect(listed(sql, 'one')).toEqual(['left.n value', 'right.At value', 'right.N value', 'right.S s value', 'right.m value']);
  });

  it('keeps a value a value where the column also filters', () => {
    expect(listed(limit({ op: 'sort', input: leftScan, keys: [asc(col('n'))] }, 1), 'n')).toEqual(['left.n value']);
  });
});
