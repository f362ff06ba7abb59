import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, cast, col, lit } from '../../build.ts';
import { functionRegistry } from '../../functions/registry.ts';
import { interpret } from '../../interpreter/interpret.ts';
import { createTable, queryRows, rowText } from '../../testing/duckdb.ts';
import { exprArbitrary, tableArbitrary, testSchema, type TestType } from '../../testing/expressions.ts';
import type { Value } from '../../functions/spec.ts';
import { typeOf } from '../../typing.ts';
import type { Expr, Relation } from '../../types.ts';
import { toDuckDb } from './relation.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const scan: Relation = { op: 'scan', source: { kind: 'named', name: 'random rows' }, schema: testSchema, label: 'random' };

/** What an expression gives for each row in both backends; a failure is a word. */
async function both(expr: Expr, rows: Value[][]): Promise<{ expected: string[] | 'fails'; actual: string[] | string }> {
  const relation: Relation = { op: 'project', input: scan, columns: [{ name: 'result', expr }] };
  await createTable(connection, 'random rows', testSchema, rows);
  let expected: string[] | 'fails';
  try {
    expected = interpret(relation, new Map([['random rows', rows]])).map(rowText);
  } catch {
    expected = 'fails';
  }
  try {
    return { expected, actual: (await queryRows(connection, toDuckDb(relation), [{ name: 'result', type: typeOf(expr, testSchema) }])).map(rowText) };
  } catch (error) {
    return { expected, actual: error instanceof Error ? error.message : String(error) };
  }
}

describe('emitted expressions mean what the interpreter says', () => {
  it.each<TestType>(['boolean', 'integer', 'float', 'string', 'date', 'timestamp', 'time'])(
    'of type %s',
    async (type) => {
      await fc.assert(
        fc.asyncProperty(exprArbitrary(type, testSchema, 3), tableArbitrary(testSchema, true), async (expr, rows) => {
          const { expected, actual } = await both(expr, rows);
          // Years before the first have another spelling in the database (“0001-01-01 (BC)”); the interpreter does not follow it there.
          fc.pre(!String(actual).includes('(BC)'));
          // The database may skip work that the interpreter does for nothing, so it may succeed where the interpreter fails.
          if (expected !== 'fails') expect(actual).toEqual(expected);
          else expect(typeof actual === 'string' ? actual : '').toMatch(/^$|Overflow|overflow|out of range|Out of Range|Conversion|Could not convert|can't be cast/);
        }),
        { numRuns: 150 },
      );
    },
    60_000,
  );

  it.each(['exp', 'ln', 'log10', 'sqrt'])('%s, to the last few digits', async (fn) => {
    await fc.assert(
      fc.asyncProperty(tableArbitrary(testSchema, true), async (rows) => {
        const { expected, actual } = await both(call(fn, col('x')), rows);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('power, to the last few digits', async () => {
    await fc.assert(
      fc.asyncProperty(tableArbitrary(testSchema, true), async (rows) => {
        const { expected, actual } = await both(call('power', col('x'), col('y "q"')), rows);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('stated edges', () => {
  const value = async (expr: Expr): Promise<string> => {
    const { expected, actual } = await both(expr, [[null, null, null, null, null, null, null, null, null, null]]);
    if (typeof actual === 'string') return `${expected === 'fails' ? 'fails' : 'only the database fails'}: ${actual.split('\n')[0]}`;
    expect(actual).toEqual(expected);
    return actual[0] ?? '';
  };
  const largest = cast(lit('9223372036854775807'), 'integer');

  it('divides to a fraction, and by zero to null', async () => {
    expect(await value(call('divide', lit(7), lit(2)))).toBe('3.5');
    expect(await value(call('divide', lit(7), lit(0)))).toBe('null');
    expect(await value(call('integer_divide', lit(-7), lit(2)))).toBe('-3');
    expect(await value(call('integer_divide', lit(7), lit(0)))).toBe('null');
    expect(await value(call('mod', lit(-7), lit(2)))).toBe('-1');
    expect(await value(call('mod', lit(5.5), lit(0)))).toBe('null');
  });

  it('keeps 64 bits, then fails clearly', async () => {
    expect(await value(call('add', lit(2147483647), lit(1)))).toBe('2147483648');
    expect(await value(largest)).toBe('9223372036854775807');
    expect(await value(call('add', largest, lit(1)))).toMatch(/^fails: .*Overflow in addition/);
    expect(await value(call('multiply', largest, lit(2)))).toMatch(/^fails: .*Overflow in multiplication/);
  });

  it('is null outside the domain of a function', async () => {
    for (const fn of ['sqrt', 'ln', 'log10']) expect(await value(call(fn, lit(-1)))).toBe('null');
    expect(await value(call('power', lit(-8), lit(0.5)))).toBe('null');
  });

  it('quotes names and texts', async () => {
    expect(await value(lit("it's \0 \"x\" \\ 😀"))).toBe(JSON.stringify("it's \0 \"x\" \\ 😀"));
  });

  it('strict casts fail, lenient ones give null', async () => {
    expect(await value(cast(lit('x'), 'integer'))).toMatch(/^fails: .*Could not convert/);
    expect(await value(cast(lit('x'), 'integer', 'null'))).toBe('null');
  });
});

it('every function says what it is for, with an example', () => {
  for (const [name, spec] of functionRegistry) {
    expect(spec.name).toBe(name);
    expect(spec.summary, name).toMatch(/\.$/);
    expect(spec.example, name).not.toBe('');
    expect(spec.signature, name).toContain('→');
  }
});
