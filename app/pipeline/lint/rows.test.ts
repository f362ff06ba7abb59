import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdentifier, saysWhose } from './identifiers.ts';
import { eitherOf, keptApartBy, overlap, rowsOf, throughPart, together, type Rows } from './rows.ts';

const people = rowsOf('people');
const train = throughPart(people, 'split', 'train');
const test = throughPart(people, 'split', 'test');

const anyRows: fc.Arbitrary<Rows> = fc.letrec<{ rows: Rows }>((tie) => ({
  rows: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('people', 'shops').map(rowsOf),
    fc.tuple(tie('rows'), fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y')).map(([rows, node, port]) => throughPart(rows, node, port)),
    fc.tuple(tie('rows'), tie('rows')).map(([a, b]) => together(a, b)),
    fc.tuple(tie('rows'), tie('rows')).map(([a, b]) => eitherOf(a, b)),
  ),
})).rows;

describe('rows', () => {
  it('of one table overlap, and of different ones do not', () => {
    expect([overlap(people, people), overlap(people, rowsOf('shops'))]).toEqual([true, false]);
  });

  it('are kept apart by the outputs of a split, also where one side is filtered on', () => {
    expect([overlap(train, test), overlap(train, people), overlap(throughPart(train, 'filter', 'table'), train)]).toEqual([false, true, true]);
    expect(keptApartBy(throughPart(train, 'filter', 'table'), test)).toEqual(['split']);
  });

  it('of two filters side by side are not said to overlap', () => {
    expect(overlap(throughPart(people, 'past', 'table'), throughPart(people, 'later', 'table'))).toBe(false);
  });

  it('put together again overlap both parts', () => {
    const all = eitherOf(train, test);
    expect([overlap(all, train), overlap(all, test)]).toEqual([true, true]);
  });

  it('overlap the other way round, too, and never where they are kept apart', () => {
    fc.assert(
      fc.property(anyRows, anyRows, (a, b) => {
        expect(overlap(a, b)).toBe(overlap(b, a));
        if (keptApartBy(a, b).length > 0) expect(overlap(a, b)).toBe(false);
        expect(overlap(a, a)).toBe(true);
      }),
    );
  });
});

describe('identifiers', () => {
  it('are told by their names and types', () => {
    const named = ['id', 'ID', 'uuid', 'customer_id', 'PassengerId', 'order id', 'row_nr', 'index', 'Unnamed: 0'];
    expect(named.filter((name) => !isIdentifier(name, 'integer'))).toEqual([]);
    const others = ['paid', 'humid', 'idea', 'grid', 'GRID', 'kid', 'valid', 'identity', 'void', 'price'];
    expect(others.filter((name) => isIdentifier(name, 'integer'))).toEqual([]);
    // A stock index is a number to learn from.
    expect(isIdentifier('index', 'float')).toBe(false);
  });

  it('of whom, where several rows may be of one', () => {
    expect(['patient', 'customer_nr', 'user', 'tailnum', 'shop_id'].filter((name) => !saysWhose(name, 'string'))).toEqual([]);
    expect(['patience', 'customers', 'city', 'users_online'].filter((name) => saysWhose(name, 'string'))).toEqual([]);
  });
});
