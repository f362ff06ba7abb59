import { describe, expect, it } from 'vitest';
import { Bool, DateDay, Float64, Int64, Table, TimeMicrosecond, TimestampMicrosecond, Utf8, tableToIPC, vectorFromArray } from 'apache-arrow';
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
});
