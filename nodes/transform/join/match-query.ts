import { call, cast, col, filter, limit, lit, named, project, when } from '#app/relation/build.ts';
import { commonType, schemaOf } from '#app/relation/index.ts';
import type { ColumnType, Expr, NamedExpr, Relation } from '#app/relation/types.ts';
import type { JoinParams } from './node.ts';

/**
 * How the rows of two tables meet, from the keys alone: each side is counted by key, then the counts are joined. So the cost is that of
 * the different keys, never of the rows that the join makes.
 */

export interface KeyColumn {
  readonly title: string;
  readonly type: ColumnType;
}

/** Columns: k0 … (the keys as text), l and r (rows of each side, missing where a side has none). Keys with a missing part never meet. */
export function keyCounts(left: Relation, right: Relation, keys: JoinParams['keys']): { counts: Relation; columns: KeyColumn[] } {
  const leftSchema = schemaOf(left);
  const rightSchema = schemaOf(right);
  const types = keys.map((pair): ColumnType => {
    const a = leftSchema.find((column) => column.name === pair.left)?.type ?? 'string';
    return commonType(a, rightSchema.find((column) => column.name === pair.right)?.type ?? a) ?? a;
  });
  const side = (input: Relation, rows: string, of: (pair: JoinParams['keys'][number]) => string): Relation => ({
    op: 'aggregate',
    input,
    keys: keys.map((pair, i) => named(`k${i}`, cast(col(of(pair)), types[i] ?? 'string'))),
    measures: [{ name: rows, fn: 'count' }],
  });
  const counts: Relation = {
    op: 'join',
    kind: 'full',
    left: side(left, 'l', (pair) => pair.left),
    right: side(right, 'r', (pair) => pair.right),
    on: keys.map((_, i) => ({ left: `k${i}`, right: `k${i}` })),
    rightSuffix: '_right',
  };
  return { counts, columns: keys.map((pair, i) => ({ title: pair.left === pair.right ? pair.left : `${pair.left} = ${pair.right}`, type: types[i] ?? 'string' })) };
}

export const totalNames = ['leftRows', 'rightRows', 'leftMatched', 'rightMatched', 'pairs', 'keys', 'leftKeys', 'rightKeys', 'leftDuplicated', 'rightDuplicated', 'bothDuplicated', 'leftMost', 'rightMost', 'leftMissing', 'rightMissing'] as const;
export type Totals = Readonly<Record<(typeof totalNames)[number], number>>;

const l = col('l');
const r = col('r');
const has = (side: Expr): Expr => call('is_not_null', side);
const several = (side: Expr): Expr => call('greater_than', side, lit(1));
const both = call('and', has(l), has(r));

/** One row of `totalNames`. Products are floats: they may pass 64 bits. */
export function totals(counts: Relation, keys: number): Relation {
  const anyMissing = Array.from({ length: keys }, (_, i): Expr => call('is_null', col(`k${i}`))).reduce((a, b) => call('or', a, b));
  const whole = call('not', anyMissing);
  const rows = (side: Expr, condition?: Expr): Expr => (condition === undefined ? side : when([{ when: condition, then: side }]));
  const one = (condition: Expr): Expr => when([{ when: condition, then: lit(1) }]);
  const args: Record<(typeof totalNames)[number], Expr> = {
    leftRows: rows(l),
    rightRows: rows(r),
    leftMatched: rows(l, both),
    rightMatched: rows(r, both),
    pairs: call('multiply', cast(l, 'float'), cast(r, 'float')),
    keys: one(both),
    leftKeys: one(call('and', has(l), whole)),
    rightKeys: one(call('and', has(r), whole)),
    leftDuplicated: one(call('and', several(l), whole)),
    rightDuplicated: one(call('and', several(r), whole)),
    bothDuplicated: one(call('and', several(l), several(r))),
    leftMost: rows(l, whole),
    rightMost: rows(r, whole),
    leftMissing: rows(l, anyMissing),
    rightMissing: rows(r, anyMissing),
  };
  return { op: 'aggregate', input: counts, keys: [], measures: totalNames.map((name) => ({ name, fn: name === 'leftMost' || name === 'rightMost' ? 'max' : 'sum', arg: args[name] })) };
}

/** The heaviest keys: `kind` pairs (duplicated on a side and matched), left or right (without a match), then k0 … as text, l, r, rows. At most `each` of a kind. */
export function examples(counts: Relation, keys: number, each: number): Relation {
  const pick = (kind: string, where: Expr, rows: Expr): Relation => {
    const columns: NamedExpr[] = [
      named('kind', lit(kind)),
      ...Array.from({ length: keys }, (_, i) => named(`k${i}`, cast(col(`k${i}`), 'string'))),
      named('l', call('coalesce', l, lit(0))),
      named('r', call('coalesce', r, lit(0))),
      named('rows', rows),
    ];
    const found = project(filter(counts, where), columns);
    const order = [{ expr: col('rows'), descending: true, nulls: 'last' as const }, ...Array.from({ length: keys }, (_, i) => ({ expr: col(`k${i}`), descending: false, nulls: 'last' as const }))];
    return limit({ op: 'sort', input: found, keys: order }, each);
  };
  return {
    op: 'union',
    by: 'name',
    inputs: [
      pick('pairs', call('and', both, call('or', several(l), several(r))), call('multiply', cast(l, 'float'), cast(r, 'float'))),
      pick('left', call('is_null', r), cast(l, 'float')),
      pick('right', call('is_null', l), cast(r, 'float')),
    ],
  };
}
