import fc from 'fast-check';
import { commonType } from '../column-types.ts';
import { schemaOf } from '../schema.ts';
import type { Column, ColumnType, Expr, Relation } from '../types.ts';
import { valueArbitrary } from './expressions.ts';
import { col, exact, freshName, measures, safeMeasures, someColumns, sortKeys } from './relations.ts';

/** Random joins in time, pivots, unpivots, explodes and sets for property tests. */

const onALine: ReadonlySet<ColumnType> = new Set(['integer', 'float', 'date', 'timestamp']);

/** `other` on either side. */
export function asofOver(input: Relation, other: Relation): fc.Arbitrary<Relation> {
  return fc.boolean().chain((swap) => {
    const [left, right] = swap ? [other, input] : [input, other];
    const pairs = schemaOf(left).flatMap((a) => schemaOf(right).flatMap((b) => (commonType(a.type, b.type) === null ? [] : [{ left: a.name, right: b.name, type: a.type }])));
    const times = pairs.filter(({ type }) => onALine.has(type));
    if (times.length === 0) return setOver(input);
    return fc
      .record({
        kind: fc.constantFrom('left' as const, 'inner' as const),
        time: fc.constantFrom(...times),
        on: fc.subarray(pairs, { maxLength: Math.min(1, pairs.length) }),
        direction: fc.constantFrom('backward' as const, 'forward' as const),
        strict: fc.boolean(),
        tolerance: fc.option(fc.constantFrom(0, 0.5, 1, 2, 86_400), { freq: 2 }),
      })
      .map(({ kind, time, on, direction, strict, tolerance }): Relation => {
        const keys = on.filter((pair) => pair.right !== time.right).map((pair) => ({ left: pair.left, right: pair.right }));
        return { op: 'asof', kind, left, right, on: keys, time: { left: time.left, right: time.right }, direction, strict, tolerance, rightSuffix: '_right' };
      });
  });
}

const literals = ({ type }: Column): fc.Arbitrary<null | boolean | number | string> =>
  fc.option(valueArbitrary(type, false), { freq: 4 }).map((value) => (typeof value === 'bigint' ? Number(value) : Object.is(value, -0) ? 0 : value));

/** Few values and many: they are emitted in different ways. */
export function pivotOver(input: Relation): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  return fc.constantFrom(...schema).chain((column) =>
    fc.tuple(someColumns(schema.filter((each) => each !== column), 0, 2), fc.uniqueArray(literals(column), { maxLength: 7 }), measures(schema, safeMeasures), fc.constantFrom('value_measure' as const, 'measure_value' as const)).map(
      ([keys, values, list, naming]): Relation => ({
        op: 'pivot',
        input,
        keys: keys.map(({ name }) => name),
        column: column.name,
        values: (values.length === 0 ? [null] : values).map((value) => ({ value, name: freshName() })),
        measures: list,
        naming,
      }),
    ),
  );
}

export function unpivotOver(input: Relation): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  // Text of decimal numbers would tell -0 from 0.
  return fc.tuple(someColumns(schema, 1, 2), fc.boolean()).map(([columns, dropMissing]): Relation => {
    const mixed = columns.some((a) => a.type === 'float' && columns.some((b) => commonType(a.type, b.type) === null));
    return { op: 'unpivot', input, columns: (mixed ? columns.slice(0, 1) : columns).map(({ name }) => name), nameColumn: freshName(), valueColumn: freshName(), dropMissing };
  });
}

const lists = ['[]', '[1, -2.5, "7", null]', '["a", "ä\\n\\"", {"k": [1, null, "x"]}, [true, 1.50]]', 'no list', '{"a": 1}', '"text"', ' [ 12345678901234567890 , 1e3 ] ', '[1,', 'null', '["2024-02-29", "yes"]'];
const text = (value: string): Expr => ({ op: 'lit', value, type: 'string' });

/** Lists by chance are no lists, so the text is one of these where a random condition holds. */
export function explodeOver(input: Relation): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  const types: ColumnType[] = ['string', 'string', 'integer', 'float', 'boolean', 'date'];
  return fc
    .record({ first: exact('boolean', schema), second: exact('boolean', schema), some: fc.constantFrom(...lists), other: fc.constantFrom(...lists), fallback: exact('string', schema), delimiter: fc.option(fc.constantFrom('a', ' ', ', ', '\\'), { freq: 1 }), elementType: fc.constantFrom(...types), position: fc.boolean(), keepEmpty: fc.boolean() })
    .map(({ first, second, some, other, fallback, delimiter, elementType, position, keepEmpty }): Relation => {
      const column = freshName();
      const list: Expr = { op: 'case', branches: [{ when: first, then: text(some) }, { when: second, then: text(other) }], else: fallback };
      const prepared: Relation = { op: 'project', input, columns: [...schema.map(({ name }) => ({ name, expr: col(name) })), { name: column, expr: list }] };
      // Parts of random text are not cast: what the database's parser of numbers accepts beyond JSON is not part of the promise.
      return { op: 'explode', input: prepared, column, as: position ? column : freshName(), delimiter, elementType: delimiter === null ? elementType : 'string', position: position ? freshName() : null, keepEmpty };
    });
}

/** A table against a part of itself, with columns in another order and whole numbers as decimals. */
export function setOver(input: Relation): fc.Arbitrary<Relation> {
  const schema = schemaOf(input);
  const part = fc.oneof(exact('boolean', schema).map((predicate): Relation => ({ op: 'filter', input, predicate })), sortKeys(schema).map((keys): Relation => ({ op: 'limit', input: { op: 'sort', input, keys }, count: 2, offset: 0 })));
  return fc.tuple(part, fc.constantFrom('intersect' as const, 'except' as const), fc.boolean(), someColumns(schema, 1, schema.length)).map(([other, kind, swap, columns]): Relation => {
    const some: Relation = { op: 'project', input, columns: columns.map(({ name }) => ({ name, expr: col(name) })) };
    const turned: Relation = { op: 'project', input: other, columns: columns.toReversed().map(({ name, type }) => ({ name, expr: type === 'integer' ? { op: 'cast', to: 'float', arg: col(name), onError: 'fail' } : col(name) })) };
    return { op: 'set', kind, left: swap ? turned : some, right: swap ? some : turned };
  });
}
