import { describe, expect, it } from 'vitest';
import { datedNumber } from './model-input.ts';

describe('a date as a model takes it', () => {
  it.each([
    ['date', '1970-01-01', 0],
    ['date', '2024-02-29', 19_782],
    ['date', '0001-01-01', -719_162],
    ['date', '2024-02-29T23:59:59Z', 19_782],
    ['timestamp', '1970-01-02', 86_400],
    ['timestamp', '2024-05-31T08:30:05.999', 1_717_144_205],
    ['timestamp', '1969-12-31 23:59', -60],
    ['timestamp', '9999-12-31 23:59:59', 253_402_300_799],
  ] as const)('%s %s is %d', (type, text, number) => expect(datedNumber(type, text)).toBe(number));

  it.each(['', 'yesterday', '2023-02-29', '2024-13-01', '0000-01-01', '31.05.2024', '2024-05-31T08:30:00+02:00', '2024-05-31 24:00:00', '20240531'])('%j is none', (text) => {
    expect(datedNumber('timestamp', text)).toBeNull();
  });
});
