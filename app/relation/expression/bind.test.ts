import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PenstockError } from '#app/core/errors.ts';
import { exprToDuckDb } from '../emitters/duckdb/index.ts';
import { NeedsParse } from '../needs-parse.ts';
import { typeOf } from '../typing.ts';
import type { Schema } from '../types.ts';
import { bindExpression } from './bind.ts';
import { createParser } from './parser.ts';
import { expressionPrefix } from './text-positions.ts';

const schema: Schema = [
  { name: 'income', type: 'float' },
  { name: 'age', type: 'integer' },
  { name: 'city', type: 'string' },
  { name: 'member', type: 'boolean' },
  { name: 'born', type: 'date' },
  { name: 'seen', type: 'timestamp' },
  { name: 'my col', type: 'string' },
  { name: 'année', type: 'integer' },
];

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

async function tree(text: string): Promise<unknown> {
  const reader = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [expressionPrefix + text]);
  return JSON.parse(String(reader.getRows()[0]?.[0]));
}

async function bound(text: string) {
  return bindExpression(await tree(text), text, schema, ['expression']);
}

async function failure(text: string): Promise<{ code: string; message: string; remedy: string | undefined; at: string; param: unknown }> {
  try {
    const expr = await bound(text);
    return { code: 'none', message: JSON.stringify(expr), remedy: undefined, at: '', param: null };
  } catch (error) {
    if (!(error instanceof PenstockError)) throw error;
    const span = error.place?.span;
    return { code: error.code, message: error.message, remedy: error.remedy, at: span ? text.slice(span.start, span.end) : '(none)', param: error.place?.param };
  }
}

describe('accepted expressions', () => {
  it.each([
    ['age > 30 and city in (\'x\', \'y\')', 'boolean'],
    ["case when age < 18 then 'child' else 'adult' end", 'string'],
    ["case city when 'x' then 1 when 'y' then 2.5 end", 'float'],
    ['cast(age as double)', 'float'],
    ['age::text', 'string'],
    ["try_cast(city as date)", 'date'],
    ["'text' || age", 'string'],
    ['income is null', 'boolean'],
    ['income is not null and not member', 'boolean'],
    ['age between 18 and 65', 'boolean'],
    ['age not between 18 and 65', 'boolean'],
    ["city not in ('x')", 'boolean'],
    ['-age', 'integer'],
    ['age / 2', 'float'],
    ['age // 2', 'integer'],
    ['age % 2', 'integer'],
    ['income ^ 2', 'float'],
    ['"my col"', 'string'],
    ['"année" + 1', 'integer'],
    ['INCOME * 2', 'float'],
    ["born >= '2020-01-01'", 'boolean'],
    ["born > date '2020-01-01'", 'boolean'],
    ['seen > born', 'boolean'],
    ['extract(year from born)', 'integer'],
    ["date_diff('day', born, seen)", 'integer'],
    ["date_trunc('month', born)", 'date'],
    ['born + 7', 'date'],
    ['born - born', 'integer'],
    ['coalesce(age, income, 0)', 'float'],
    ['coalesce(null, city)', 'string'],
    ['nullif(age, 0)', 'integer'],
    ['if(member, 1, 0)', 'integer'],
    ['iif(member, 1, 2.5)', 'float'],
    ["json_text(city, 'a.b[0]')", 'string'],
    ["strptime(city, '%d.%m.%Y')", 'timestamp'],
    ['proper(city)', 'string'],
    ['pi()', 'float'],
    ['member is true', 'boolean'],
    ["lower(city) like 'a%'", 'boolean'],
    ["city not ilike '%x'", 'boolean'],
    ["regexp_extract(city, '([0-9]+)', 1)", 'string'],
    ['hash_fraction(42, city, age) < 0.2', 'boolean'],
    ['true', 'boolean'],
    ['9223372036854775807', 'integer'],
    ['round(income, 2) -- rounded', 'float'],
    ['substring(city from 2 for 3)', 'string'],
    ['greatest(age, income)', 'float'],
    ['income is distinct from null', 'boolean'],
  ])('%s is %s, and DuckDB agrees', async (text, type) => {
    const expr = await bound(text);
    expect(typeOf(expr, schema)).toBe(type);
    const columns = schema.map((column) => `null::${{ float: 'double', integer: 'bigint', string: 'varchar', boolean: 'boolean', date: 'date', timestamp: 'timestamp', time: 'time', binary: 'blob' }[column.type]} as "${column.name}"`);
    const described = await connection.runAndReadAll(`select typeof(${exprToDuckDb(expr, schema)}) from (select ${columns.join(', ')})`);
    const duckdb = { float: 'DOUBLE', integer: 'BIGINT', string: 'VARCHAR', boolean: 'BOOLEAN', date: 'DATE', timestamp: 'TIMESTAMP' }[type];
    expect(described.getRows()[0]?.[0]).toBe(duckdb);
  });

  it('gives spans in UTF-16 code units, past letters of several bytes', async () => {
    const text = "'äö€😀' || \"année\" > city";
    const expr = await bound(text);
    expect(expr.op === 'call' && expr.args[0]?.op === 'call' && expr.args[0].args.map((arg) => text.slice(arg.span?.start, arg.span?.end))).toEqual(["'äö€😀'", '"année"']);
    expect(text.slice(expr.span?.start, expr.span?.end)).toBe(text);
  });
});

describe('rejected expressions', () => {
  it.each([
    ['incme > 3', 'unknown-column', 'There is no column “incme”. Did you mean “income”?', 'incme'],
    ['age > ', 'syntax', 'The expression ends too early.', '>'],
    ["'é😀' > > age", 'syntax', '“>” cannot stand here.', '>'],
    ["city = 'x", 'syntax', 'A text is opened with a single quote but not closed.', "'x"],
    ['', 'syntax', 'There is no expression here.', ''],
    ['sum(age) + 1', 'not-row-wise', 'sum works over many rows, but an expression sees one row at a time.', 'sum(age)'],
    ['1 + count(*)', 'not-row-wise', 'count(*) works over many rows, but an expression sees one row at a time.', 'count(*)'],
    ['age + (select 1)', 'not-row-wise', 'A query inside an expression cannot be used here.', '(select 1)'],
    ['row_number() over (order by age)', 'not-row-wise', 'Functions over a window of rows (“over”) cannot be used here.', 'row_number()'],
    ['*', 'not-row-wise', 'The star stands for all columns, but an expression needs them by name.', '*'],
    ['age, city', 'expression-only', 'Only one expression can stand here, but there are several with commas between them.', 'age, city'],
    ['age from t', 'expression-only', 'Only an expression can stand here, without “from”.', 'age from t'],
    ['age where true', 'expression-only', 'Only an expression can stand here, without “where”.', 'age where true'],
    ['age order by 1', 'expression-only', 'Only an expression can stand here, without “distinct”, “order by” or “limit”.', 'age order by 1'],
    ['age; drop table x', 'expression-only', '', ''],
    ['age as b', 'expression-only', 'The expression cannot be named (“b”) here.', 'age as b'],
    ['lowr(city)', 'unknown-function', 'There is no function “lowr”. Did you mean “lower”?', 'lowr(city)'],
    ["'ü' || lower(age)", 'type-mismatch', 'lower needs text, but it is given a whole number.', 'age'],
    ['round(age, city)', 'type-mismatch', 'round needs as its second argument a whole number, but it is given text.', 'city'],
    ['age > city', 'type-mismatch', 'The operator “>” cannot mix a whole number and text.', 'city'],
    ["born > 'yesterday'", 'type-mismatch', '“yesterday” is not a date.', "'yesterday'"],
    ["city // 2", 'type-mismatch', 'The operator “//” needs a whole number on its left, but it is given text.', 'city'],
    ['iif(member, 1)', 'type-mismatch', 'iif takes 3 arguments, but 2 are given.', 'iif(member, 1)'],
    ['age and member', 'type-mismatch', 'The operator “and” needs true/false on its left, but it is given a whole number.', 'age'],
    ['cast(born as integer)', 'cast-impossible', 'A date cannot be converted to a whole number.', 'cast(born as integer)'],
    ['cast(city as json)', 'unknown-type', 'There is no column type “json”.', 'cast(city as json)'],
    ['now()', 'not-reproducible', '“now” gives something else at every run, so the result could not be reproduced.', 'now()'],
    ['born > current_date', 'not-reproducible', '“current_date” gives something else at every run, so the result could not be reproduced.', 'current_date'],
    ['random()', 'not-reproducible', '“random” gives something else at every run, so the result could not be reproduced.', 'random()'],
    ['[1, 2]', 'unknown-function', '', ''],
    ['age[1]', 'unsupported-expression', 'Lists, structures and other nested values cannot be used here.', 'age[1]'],
    ['t.age', 'unknown-column', '“t.age” is not a column: names are not put behind a table name here.', 't'],
    ["date_diff('dya', born, seen)", 'type-mismatch', "date_diff needs as its unit one of 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'. Did you mean “day”?", "'dya'"],
    ["date '2020-02-30'", 'bad-literal', '“2020-02-30” is not a date.', "'2020-02-30'"],
    ['born + interval 1 day', 'unsupported-expression', 'Intervals cannot stand in an expression here.', ''],
    ['? + 1', 'not-row-wise', 'Placeholders (? and $1) cannot be used here.', '? + 1'],
    ['lower(distinct city)', 'not-row-wise', '“distinct”, “filter” and “order by” belong to functions over many rows.', 'lower(distinct city)'],
  ])('%s', async (text, code, message, at) => {
    const found = await failure(text);
    expect(found.code).toBe(code);
    if (message !== '') expect(found).toMatchObject({ message });
    if (at !== '') expect(found.at).toBe(at);
    expect(found.param).toEqual(['expression']);
  });

  it('hints at single quotes where a text is in double quotes', async () => {
    expect((await failure('city = "Trondheim"')).remedy).toBe("For a text, use single quotes: 'Trondheim'.");
  });

  it('refuses nesting beyond the bound instead of overflowing', async () => {
    expect((await failure(Array.from({ length: 900 }, () => 'age').join(' + '))).code).toBe('expression-too-deep');
  });
});

describe('createParser', () => {
  it('asks for a text it does not know, then parses it', async () => {
    const trees = new Map<string, unknown>();
    const parse = createParser(trees);
    expect(() => parse('age > 3', schema, ['x'])).toThrow(expect.objectContaining(new NeedsParse('age > 3', ['x'])));
    trees.set('age > 3', await tree('age > 3'));
    expect(parse('age > 3', schema, ['x'])).toMatchObject({ op: 'call', fn: 'greater_than' });
  });

  it('needs no parser to say that there is no expression', () => {
    expect(() => createParser(new Map())('  ', schema, ['x'])).toThrow('There is no expression yet.');
  });
});
