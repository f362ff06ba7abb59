import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '#app/data/index.ts';
import type { Relation, Schema } from '#app/relation/types.ts';
import { ask, quoteText, sqlOver } from '#app/sdk/analysis.ts';
import { differentOf, partFor } from './different-values.ts';
import { factsOf, type ColumnFacts } from './facts.ts';
import { findingsOf } from './findings.ts';
import { definition } from './node.ts';
import { numberIn, numberLike, textConditions, textForms, type TextForm } from './text-facts.ts';

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-quality-'));
  database = await openDatabase({ tempDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const nothing: Relation = { op: 'scan', source: { kind: 'values', rows: [[0]] }, schema: [{ name: 'x', type: 'integer' }], label: 'one' };

describe('forms of text', () => {
  /** The definitions, without the looks at single characters that save time. */
  const plain = (v: string): Record<TextForm, string> => {
    const text = `trim(${v})`;
    const placeholders = ['na', 'n/a', '#n/a', 'nan', 'null', 'none', 'nil', 'undefined', 'missing', 'unknown', '-', '--', '.', '?', 'tbd', 'xxx'];
    return {
      empty: `${v} = ''`,
      blank: `${v} <> '' and regexp_full_match(${v}, '\\s+')`,
      spaces: `regexp_matches(${v}, '^\\s|\\s$') and not regexp_full_match(${v}, '\\s*')`,
      placeholders: `lower(${text}) in (${placeholders.map(quoteText).join(', ')})`,
      numbers: `try_cast(${text} as double) is not null and not regexp_matches(${text}, '^[-+]?(0\\d|inf|nan)', 'i')`,
      codes: `regexp_full_match(${text}, '0\\d+')`,
      commaNumbers: `regexp_full_match(${text}, '[-+]?\\d{1,3}([. ]\\d{3})*,\\d+|[-+]?\\d+,\\d+|[-+]?\\d{1,3}(,\\d{3})+\\.\\d+')`,
      isoDates: `regexp_matches(${text}, '^\\d{4}-\\d{1,2}-\\d{1,2}([ T]\\d|$)')`,
      otherDates: `regexp_matches(${text}, '^\\d{1,2}[./-]\\d{1,2}[./-](\\d{4}|\\d{2})( \\d|$)|^\\d{4}/\\d{1,2}/\\d{1,2}( \\d|$)|^\\d{1,2}[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)', 'i')`,
    };
  };
  const pieces = ['', ' ', '\t', '0', '1', '12', '2024', '007', '-', '+', '.', ',', '/', ':', 'e', 'n/a', 'NaN', '#N/A', 'Inf', 'jan', 'Mar', 'x', 'Oslo', 'é', '1,234', '5', ' 000', 'T9', '?', 'TBD'];
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 7 }).map((parts) => parts.join(''));

  it('are those of their definitions, for texts of every kind', async () => {
    const quick = textConditions({ text: 'v', like: 'l', number: 'n' });
    const slow = plain('v');
    const marks = (conditions: Record<TextForm, string>): string => textForms.map((form) => `case when ${conditions[form]} then '${form} ' else '' end`).join(' || ');
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 200, maxLength: 200 }), async (values) => {
        const list = values.map((value) => `(${quoteText(value)})`).join(', ');
        const rows = await ask(database, nothing, `select v, ${marks(quick)}, ${marks(slow)} from (select v, l, ${numberIn('l')} as n from (select v, ${numberLike('v')} as l from (values ${list}) a(v)))`, ['string', 'string', 'string']);
        expect(rows).toHaveLength(values.length);
        for (const [value, found, wanted] of rows) expect([value, found]).toEqual([value, wanted]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a table of more rows than are sorted', () => {
  const rows = 1_200_000;
  const schema: Schema = [
    { name: 'key', type: 'integer' },
    { name: 'nearly', type: 'integer' },
    { name: 'many', type: 'string' },
    { name: 'frequent', type: 'float' },
    { name: 'copy', type: 'float' },
    { name: 'few', type: 'string' },
  ];
  const relation = sqlOver(
    nothing,
    `select i as key, case when i < 12000 then i + 12000 else i end as nearly, 'v' || (i * 7919 % 300000)::varchar as many, case when i % 50 = 0 then 0.3 else i / 8.0 end as frequent, case when i % 50 = 0 then 0.3 else i / 8.0 end as copy, case when i % 3 = 0 then 'Oslo' when i % 3 = 1 then ' oslo' else 'n/a' end as few from range(${rows}) r(i)`,
    schema,
  );
  let facts: ReadonlyMap<string, ColumnFacts>;
  let findings: readonly string[];
  beforeAll(async () => {
    const table = await factsOf(database, relation, schema, true, () => undefined);
    expect(table).toMatchObject({ rows, repeated: 0 });
    facts = new Map(table.columns.map((one) => [one.column.name, one]));
    findings = findingsOf(table, definition.params.parse({})).map(({ column, check }) => `${column}: ${check}`);
  });

  it('has keys counted to the last value', () => {
    expect(facts.get('key')?.distinct).toEqual({ count: rows, error: 0 });
    expect(facts.get('nearly')?.distinct).toEqual({ count: rows - 12_000, error: 0 });
    expect(findings).toContain('key: unique');
    expect(findings).toContain('nearly: repeated keys');
  });

  it('has other values estimated within the error that is stated', () => {
    const { count, error } = facts.get('many')?.distinct ?? { count: 0, error: 0 };
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.02);
    expect(Math.abs(count / 300_000 - 1)).toBeLessThan(2 * error);
  });

  it('has fences of a sample near those of the whole, and counts what lies beyond them', () => {
    const one = facts.get('key');
    expect(one?.every).toBe(2);
    // Ranks right to 0.12 points are 0.0012 of this range; the fence is 2.5 and 1.5 times off a quartile at most.
    expect(Math.abs((one?.fences?.low ?? 0) + 0.5 * rows)).toBeLessThan(4 * 2 * 0.0012 * rows);
    expect(one?.outliers).toBe(0);
  });

  it('names a most frequent value only where one stands out, and counts it', () => {
    expect(facts.get('frequent')?.top).toEqual({ value: '0.3', count: rows / 50 });
    expect(facts.get('many')?.top).toBeNull();
  });

  it('has the forms of few values counted, and copies found', () => {
    expect(facts.get('few')?.forms).toMatchObject({ spaces: rows / 3, placeholders: rows / 3, empty: 0 });
    expect(findings).toContain('few: mixed spelling');
    expect(findings).toContain('copy: copied column');
  });
});

it('an estimate from a part of the values covers the truth about as often as it says', () => {
  // Values are kept with probability 1 / part by a fixed scatter of their numbers.
  const distinct = 200_000;
  const part = partFor(distinct);
  expect(part).toBe(5);
  let within = 0;
  const runs = 40;
  let state = 11;
  for (let run = 0; run < runs; run += 1) {
    let found = 0;
    for (let value = 0; value < distinct; value += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      if (Math.floor(state / 65536) % part === 0) found += 1;
    }
    const { count, error } = differentOf(found, part);
    if (Math.abs(count - distinct) <= error * count) within += 1;
  }
  expect(within).toBeGreaterThanOrEqual(34);
});
