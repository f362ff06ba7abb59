import { describe, expect, it } from 'vitest';
import type { RowPath } from '#app/protocol/sections/lineage.ts';
import { rowMarks } from './lineage.ts';

const path: RowPath = {
  row: { schema: [{ name: 'a', type: 'integer' }], cells: [1] },
  sources: [
    { nodeId: 'one', title: 'One', port: 'table', rows: 1, decides: 0, schema: [], shown: [{ number: 1204, cells: [] }] },
    { nodeId: 'many', title: 'Many', port: 'table', rows: 37, decides: 5, schema: [], shown: [{ number: 3, cells: [] }] },
    { nodeId: 'none', title: 'None', port: 'table', rows: 0, decides: 9, schema: [], shown: [] },
  ],
  stops: [{ nodeId: 'sql', title: 'SQL', reason: 'it runs SQL of your own' }],
  nodes: ['one', 'many', 'sql', 'join', 'end'],
  wires: [],
  notes: [],
};

describe('marks of a row’s way', () => {
  it('say on the sources which rows, and where the way ends; what only decides is not on it', () => {
    const marks = rowMarks(path, 'end');
    expect(Object.keys(marks)).toEqual(path.nodes);
    expect(marks['end']?.direction).toBe('target');
    expect(marks['one']?.note).toMatch(/^row 1.204$/);
    expect(marks['many']?.note).toBe('37 rows');
    expect(marks['sql']).toMatchObject({ via: 'filter', note: 'the way back ends here' });
    expect(marks['join']?.note).toBeUndefined();
  });
});
