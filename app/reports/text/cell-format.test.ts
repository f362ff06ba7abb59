import { describe, expect, it } from 'vitest';
import { decimalsFor, formatCell, groupDigits, toTsv } from './cell-format.ts';

describe('decimals of a column', () => {
  it.each([
    [[1.5, 2.25, null], 2],
    [[0.1 + 0.2, 1], 5],
    [[123456.789], 0],
    [[1234.5678], 2],
    [[1, 2, 3], 0],
    [[], 0],
    [[0], 0],
    [[0.00001], null],
    [[1e20], null],
  ])('%j → %s', (values, decimals) => {
    expect(decimalsFor(values)).toBe(decimals);
  });
});

describe('cell text', () => {
  it('groups digits from five on and uses a true minus', () => {
    expect(formatCell(2024, 'integer', 0)).toBe('2024');
    expect(formatCell(1204331, 'integer', 0)).toBe('1\u202f204\u202f331');
    expect(formatCell(-12345.5, 'float', 1)).toBe('\u221212\u202f345.5');
    expect(formatCell('9007199254740993', 'integer', 0)).toBe('9\u202f007\u202f199\u202f254\u202f740\u202f993');
  });

  it('never shows a small value as zero', () => {
    expect(formatCell(0.0004, 'float', 2)).toBe('4.0e\u22124');
    expect(formatCell(0, 'float', 2)).toBe('0.00');
  });

  it('shows what is not a finite number as such', () => {
    expect(formatCell(NaN, 'float', 2)).toBe('NaN');
    expect(formatCell(-Infinity, 'float', 2)).toBe('\u2212∞');
  });

  it('shows times without the T', () => {
    expect(formatCell('2026-03-01T12:00:00', 'timestamp', 0)).toBe('2026-03-01 12:00:00');
    expect(formatCell('T1', 'string', 0)).toBe('T1');
  });

  it('leaves decimals ungrouped', () => {
    expect(groupDigits('12345.123456')).toBe('12\u202f345.123456');
  });
});

describe('copied text', () => {
  it('keeps numbers plain, missing empty, and quotes tabs, breaks and quotes', () => {
    expect(
      toTsv(
        ['a', 'b\tc'],
        [
          [1234567.5, null],
          ['x "y"', true],
          ['two\nlines', 'plain'],
        ],
      ),
    ).toBe('a\t"b\tc"\n1234567.5\t\n"x ""y"""\ttrue\n"two\nlines"\tplain');
  });
});
