import { describe, expect, it } from 'vitest';
import { Bool, DateDay, Float64, Int64, Table, TimeMicrosecond, TimestampMicrosecond, Utf8, tableToIPC, vectorFromArray } from 'apache-arrow';
import { PenstockError } from '#app/core/errors.ts';
import { decodePage } from './arrow-page.ts';

describe('decoding a page', () => {
  const table = new Table({
    flag: vectorFromArray([true, null], new Bool()),
    count: vectorFromArray([5n, 9007199254740993n], new Int64()),
    share: vectorFromArray([0.25, null], new Float64()),
    city: vectorFromArray(['Köln', ''], new Utf8()),
    day: vectorFromArray([new Date('2026-03-01'), null], new DateDay()),
    at: vectorFromArray([Date.parse('2026-03-01T12:30:00.25Z'), Date.parse('1969-12-31T23:59:59Z')], new TimestampMicrosecond()),
    time: vectorFromArray([3_661_000_000n, 500_000n], new TimeMicrosecond()),
  });
  const page = decodePage(tableToIPC(table, 'stream'), [
    { name: 'flag', type: 'boolean' },
    { name: 'count', type: 'integer' },
    { name: 'share', type: 'float' },
    { name: 'city', type: 'string' },
    { name: 'day', type: 'date' },
    { name: 'at', type: 'timestamp' },
    { name: 'time', type: 'time' },
  ]);
  const row = (index: number) => page.schema.map((_, column) => page.cell(index, column));

  it('gives plain values: ISO text for times, digits for integers beyond 2⁵³', () => {
    expect(page.rows).toBe(2);
    expect(row(0)).toEqual([true, 5, 0.25, 'Köln', '2026-03-01', '2026-03-01T12:30:00.25', '01:01:01']);
    expect(row(1)).toEqual([null, '9007199254740993', null, '', null, '1969-12-31T23:59:59', '00:00:00.5']);
  });

  it('refuses a page with any length or offset changed, or reads it: nothing hangs, and nothing else is said', () => {
    const whole = tableToIPC(table, 'stream');
    const outcomes = { read: 0, refused: 0 };
    for (let at = 0; at < whole.length; at += 1) {
      // Turned high bits make the lengths that the library counts up to.
      for (const value of [1, 0x7f, 0xff]) {
        const hurt = Uint8Array.from(whole);
        hurt[at] = value;
        try {
          const { rows, cell } = decodePage(hurt, page.schema);
          for (let each = 0; each < Math.min(rows, 3); each += 1) page.schema.forEach((_, column) => cell(each, column));
          outcomes.read += 1;
        } catch (error) {
          if (!(error instanceof PenstockError) || error.code !== 'page-damaged') throw error;
          outcomes.refused += 1;
        }
      }
    }
    expect(outcomes.read).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(whole.length / 2);
    for (let length = 0; length < whole.length - 8; length += 1) expect(() => decodePage(whole.subarray(0, length), page.schema)).toThrow('arrived damaged');
  });
});
