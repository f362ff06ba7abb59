import { describe, expect, it } from 'vitest';
import { allOf, searchCondition } from './table-search.ts';

const schema = [
  { name: 'city', type: 'string' as const },
  { name: 'the "n"', type: 'integer' as const },
  { name: 'day', type: 'date' as const },
  { name: 'ok', type: 'boolean' as const },
];

describe('search over a table', () => {
  it('looks into text, and into the text of dates', () => {
    expect(searchCondition(" O'slo ", schema)).toEqual({ condition: `coalesce(contains(lower("city"), 'o''slo'), false) or coalesce(contains(cast("day" as text), 'o''slo'), false)`, columns: 2 });
  });
  it('takes a number by its value', () => {
    expect(searchCondition('12', schema).condition).toContain('coalesce("the ""n""" = 12, false)');
    expect(searchCondition('1.5', schema).condition).not.toContain('"the ""n"""');
  });
  it('finds nothing where no column can hold it, and asks for nothing without a text', () => {
    expect(searchCondition('x', [{ name: 'ok', type: 'boolean' }])).toEqual({ condition: 'false', columns: 0 });
    expect(searchCondition('  ', schema)).toEqual({ condition: '', columns: 0 });
  });
  it('stays within what the engine takes, however wide the table', () => {
    const wide = Array.from({ length: 5000 }, (_, i) => ({ name: `column ${i}`, type: 'string' as const }));
    const { condition, columns } = searchCondition('abc', wide);
    expect(columns).toBeLessThan(5000);
    expect(condition.length).toBeLessThan(5001);
  });
});

describe('joining conditions', () => {
  it('leaves out what is empty', () => {
    expect(allOf('', ' a > 1 ', '')).toBe('a > 1');
    expect(allOf('a or b', 'c')).toBe('(a or b) and (c)');
    expect(allOf('', '')).toBe('');
  });
});
