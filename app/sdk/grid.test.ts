import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellFault, cellValue, clipboardText, parsePasted, typeForCells } from './grid.ts';

describe('paste', () => {
  it('reads what spreadsheets put on the clipboard', () => {
    expect(parsePasted('a\tb\r\n1\t"two\nlines"\r\n"say ""hi"""\t\r\n')).toEqual([['a', 'b'], ['1', 'two\nlines'], ['say "hi"', '']]);
    expect(parsePasted('5" pipe\t"x" y')).toEqual([['5" pipe', '"x" y']]);
    expect(parsePasted('one')).toEqual([['one']]);
    expect(parsePasted('')).toEqual([]);
  });

  it('gives back what was copied, whatever the text', () => {
    const cells = fc.array(fc.array(fc.string({ unit: fc.constantFrom('a', '"', '\t', '\n', ' ', 'é') }), { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(cells, (rows) => void expect(parsePasted(clipboardText(rows))).toEqual(rows)));
  });
});

describe('cells', () => {
  it('fit strictly', () => {
    expect(cellFault('12.5', 'integer')).toBe('“12.5” is not a whole number');
    expect(cellFault('1_000', 'float')).not.toBeNull();
    expect(cellFault('9223372036854775808', 'integer')).not.toBeNull();
    expect(cellFault('24:00', 'time')).not.toBeNull();
    expect(cellFault('', 'date')).toBeNull();
    expect(cellValue('2024-02-30', 'timestamp')).toBeNull();
  });

  it('tell a type that loses nothing', () => {
    expect(typeForCells(['1', '', '-2'])).toBe('integer');
    expect(typeForCells(['1', '2.5'])).toBe('float');
    expect(typeForCells(['01', '2'])).toBe('string');
    expect(typeForCells(['true', 'FALSE'])).toBe('boolean');
    expect(typeForCells(['2024-02-29', '2024-03-01'])).toBe('date');
    expect(typeForCells(['2024-02-29', '2024-03-01 10:00'])).toBe('timestamp');
    expect(typeForCells([])).toBe('string');
  });
});
