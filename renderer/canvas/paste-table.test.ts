import { describe, expect, it } from 'vitest';
import { tableFromText } from './paste-table.ts';

describe('a table on the clipboard', () => {
  it('of a spreadsheet has names, types and cells with line breaks', () => {
    expect(tableFromText('city\tpeople\tsince\r\nOslo\t717710\t1048-01-01\r\n"Bergen\nnorth"\t291940\t\r\n')).toEqual({
      columns: [{ name: 'city', type: 'string' }, { name: 'people', type: 'integer' }, { name: 'since', type: 'date' }],
      rows: [['Oslo', '717710', '1048-01-01'], ['Bergen\nnorth', '291940', null]],
    });
  });

  it('may have commas or semicolons between its cells', () => {
    expect(tableFromText('a,b\n1,"x, y"\n2,z')).toMatchObject({ columns: [{ name: 'a', type: 'integer' }, { name: 'b', type: 'string' }], rows: [['1', 'x, y'], ['2', 'z']] });
    expect(tableFromText('a;b\n1;2')?.columns).toEqual([{ name: 'a', type: 'integer' }, { name: 'b', type: 'integer' }]);
  });

  it('is not there in prose, a word or nothing', () => {
    expect(tableFromText('One thing, two things.\nAnd a longer sentence that goes on, as people write them, for a while.')).toBeNull();
    expect(tableFromText('Hello')).toBeNull();
    expect(tableFromText(' \n ')).toBeNull();
  });
});
