import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, cast, col, lit, when } from './build.ts';
import { bindExpression } from './expression/bind.ts';
import { expressionPrefix } from './expression/text-positions.ts';
import { exprToText, nameToText } from './expression-text.ts';
import type { Value } from './functions/spec.ts';
import { evaluate } from './interpreter/expression.ts';
import { rowText } from './testing/duckdb.ts';
import { exprArbitrary, tableArbitrary, testSchema, type TestType } from './testing/expressions.ts';
import { typed } from './typing.ts';
import type { Expr, Schema } from './types.ts';

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

async function read(text: string, schema: Schema): Promise<Expr> {
  const reader = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [expressionPrefix + text]);
  return bindExpression(JSON.parse(String(reader.getRows()[0]?.[0])), text, schema);
}

/** Type and values of an expression over rows; where computing fails, a word. */
function meaning(expr: Expr, rows: readonly Value[][]): string[] {
  const tree = typed(expr, testSchema);
  return rows.map((row) => {
    try {
      return `${tree.type} ${rowText([evaluate(tree, new Map(testSchema.map(({ name }, i) => [name, row[i] ?? null])))])}`;
    } catch {
      return 'fails';
    }
  });
}

describe('what is written means the same when it is read', () => {
  it.each<TestType>(['boolean', 'integer', 'float', 'string', 'date', 'timestamp', 'time'])(
    'of type %s',
    async (type) => {
      await fc.assert(
        fc.asyncProperty(exprArbitrary(type, testSchema, 4), tableArbitrary(testSchema, true, 5), async (expr, rows) => {
          // A constant alone has no type where it is missing; within an expression its neighbours give it one.
          fc.pre(!(expr.op === 'lit' && expr.value === null));
          const text = exprToText(expr);
          const again = await read(text, testSchema);
          expect(meaning(again, rows), text).toEqual(meaning(expr, rows));
        }),
        { numRuns: 200 },
      );
    },
    60_000,
  );

  it('every word of the grammar can be a column’s name', async () => {
    const words = await connection.runAndReadAll('select distinct keyword_name from duckdb_keywords()');
    const others = ['now', 'today', 'current_date', 'current_timestamp', 'localtime', 'random', 'Größe', 'a b', '1st', 'a"b', 'x.y', '_', '*', 'é'];
    for (const name of [...words.getRows().map(([word]) => String(word)), ...others]) {
      expect(await read(exprToText(call('add', col(name), lit(1))), [{ name, type: 'integer' }]), name).toMatchObject({ args: [{ op: 'col', name }, { value: 1 }] });
    }
  }, 30_000);
});

it.each<[string, Expr]>([
  ['income * 12', call('multiply', col('income'), lit(12))],
  ['(a + b) * c - (d - e)', call('subtract', call('multiply', call('add', col('a'), col('b')), col('c')), call('subtract', col('d'), col('e')))],
  ["not (a = 'it''s') and (b or c)", call('and', call('not', call('equals', col('a'), lit("it's"))), call('or', col('b'), col('c')))],
  ['-(-5) - -5', call('subtract', call('negate', lit(-5)), lit(-5))],
  ['"my col" is not null', call('is_not_null', col('my col'))],
  ["age between 18 and 65.0 and city not in ('Oslo', 'Bergen')", call('and', call('between', col('age'), lit(18), lit(65, 'float')), call('not_in', col('city'), lit('Oslo'), lit('Bergen')))],
  ["case when born < date '2000-01-01' then 'old' else null end", when([{ when: call('less_than', col('born'), lit('2000-01-01', 'date')), then: lit('old') }], lit(null))],
  ['try_cast(upper(name) as double)', cast(call('upper', col('name')), 'float', 'null')],
  ['9223372036854775807', cast(lit('9223372036854775807'), 'integer')],
])('%s', (text, expr) => {
  expect(exprToText(expr)).toBe(text);
});

it('quotes only the names that need it', () => {
  expect(['income', 'Order', 'a b', 'x"y', 'année'].map(nameToText)).toEqual(['income', '"Order"', '"a b"', '"x""y"', '"année"']);
});
