import { describe, expect, it } from 'vitest';
import { chosenItem, columnChoices, withChoice } from './csv-dialect-types.ts';

const column = { header: 'day', name: 'day', found: 'string', type: 'string', format: '', why: '' } as const;

describe('types offered for a column of a CSV', () => {
  it('offer both orders of dates in the spelling of the values', () => {
    expect(columnChoices(column, ['', '12/10/2024 9:30']).map(({ id }) => id)).toEqual(['found', 'timestamp dd/mm/yyyy hh:mm', 'timestamp mm/dd/yyyy hh:mm', 'string', 'integer', 'float', 'boolean', 'date', 'timestamp', 'time']);
    expect(columnChoices(column, ['x']).map(({ id }) => id)).not.toContain('date dd.mm.yyyy');
  });

  it('are kept as rows, and taken away by “as found” unless a name is given', () => {
    const items = columnChoices(column, ['1.2.24']);
    const dated = withChoice([], 'day', items[1] ?? null);
    expect(dated).toEqual([{ column: 'day', type: 'date', format: 'dd.mm.yy', name: '' }]);
    expect(chosenItem(dated, 'day', items)).toBe('date dd.mm.yy');
    expect(withChoice(dated, 'day', items[0] ?? null)).toEqual([]);
    const renamed = dated.map((row) => ({ ...row, name: 'when' }));
    expect(withChoice(renamed, 'day', items[0] ?? null)).toEqual([{ column: 'day', type: 'found', format: '', name: 'when' }]);
    expect(chosenItem([{ column: 'day', type: 'date', format: 'd. m. yyyy', name: '' }], 'day', items)).toBeNull();
  });
});
