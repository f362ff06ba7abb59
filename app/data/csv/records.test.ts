import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordScanner, type CsvRecord } from './records.ts';

function scan(pieces: readonly string[], delimiter = ',', quote = '"'): CsvRecord[] {
  const records: CsvRecord[] = [];
  const scanner = new RecordScanner({ delimiter, quote });
  for (const piece of pieces) scanner.push(piece, (record) => void records.push(record));
  scanner.end((record) => void records.push(record));
  return records;
}

const value = fc.string({ unit: fc.constantFrom('a', '1', ' ', ',', '"', '\n', '\r', 'é', '😀'), maxLength: 6 });
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

describe('RecordScanner', () => {
  it('gives back what was written, wherever the text is cut into pieces', () => {
    const table = fc.array(fc.array(value, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    const property = fc.property(table, fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(60), { maxLength: 5 }), fc.boolean(), (rows, lineEnd, cuts, lastEnd) => {
      const text = rows.map((row) => row.map(quoted).join(',')).join(lineEnd) + (lastEnd ? lineEnd : '');
      const edges = [0, ...cuts.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
      const pieces = edges.slice(1).map((edge, i) => text.slice(edges[i], edge));
      expect(scan(pieces).map((record) => record.fields)).toEqual(rows);
      expect(scan(pieces).every((record) => record.problem === undefined)).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('counts lines as an editor does', () => {
    expect(scan(['a,b\n1,"x\ny\n', 'z"\r\n\n2,3']).map((record) => [record.line, record.fields.length])).toEqual([
      [1, 2],
      [2, 2],
      [5, 1],
      [6, 2],
    ]);
  });

  it('notes text after a closing quote, and quotes that stay open', () => {
    expect(scan(['1,"a" b\n2,c\n']).map((record) => record.problem)).toEqual(['quote', undefined]);
    expect(scan(['1,a\n2,"b\n3,c']).map((record) => [record.line, record.problem])).toEqual([
      [1, undefined],
      [2, 'unclosed'],
    ]);
    expect(scan(['1,a"b\n'])[0]).toMatchObject({ fields: ['1', 'a"b'] });
    expect(scan(['1,"a\n'], ',', '')[0]).toMatchObject({ fields: ['1', '"a'] });
  });

  it('stops when the visitor has seen enough', () => {
    const scanner = new RecordScanner({ delimiter: ',', quote: '"' });
    const seen: number[] = [];
    const going = scanner.push('1\n2\n3\n', (record) => {
      seen.push(record.line);
      return seen.length < 2;
    });
    expect([going, seen]).toEqual([false, [1, 2]]);
  });

  it('tells the kinds of line ends apart', () => {
    const scanner = new RecordScanner({ delimiter: ',', quote: '"' });
    for (const piece of ['a\r', '\nb\n', '"c\r\nd"\r']) scanner.push(piece, () => true);
    scanner.end(() => true);
    expect([...scanner.lineEnds]).toEqual([
      ['\r\n', 1],
      ['\n', 2],
      ['\r', 4],
    ]);
  });
});
