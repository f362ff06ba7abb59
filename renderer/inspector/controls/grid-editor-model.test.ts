import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GridTable } from '#app/sdk/grid.ts';
import { copied, moved, withBlock, withCleared, withColumn, withColumnMoved, withoutColumn, withoutRows, withPasted, withRows } from './grid-editor-model.ts';

const table: GridTable = { columns: [{ name: 'a', type: 'string' }, { name: 'b', type: 'integer' }], rows: [['x', 1], ['y']] };
const empty: GridTable = { columns: [{ name: 'column_1', type: 'string' }], rows: [] };

describe('pasting', () => {
  it('grows rows and columns, and types what is new', () => {
    expect(withPasted(table, { row: 1, column: 1 }, [['7', '2.5'], ['8', '3']])).toEqual({
      columns: [...table.columns, { name: 'column_3', type: 'float' }],
      rows: [['x', 1], ['y', '7', '2.5'], [null, '8', '3']],
    });
  });

  it('into an empty table takes names and types', () => {
    expect(withPasted(empty, { row: 0, column: 0 }, [['id', 'day'], ['1', '2024-02-29'], ['2', '']])).toEqual({
      columns: [{ name: 'id', type: 'integer' }, { name: 'day', type: 'date' }],
      rows: [['1', '2024-02-29'], ['2', null]],
    });
    expect(withPasted(empty, { row: 0, column: 0 }, [['1', 'x'], ['2', 'y']]).columns).toEqual([{ name: 'column_1', type: 'integer' }, { name: 'column_2', type: 'string' }]);
  });

  it('then copying gives the same cells', () => {
    const block = fc.array(fc.array(fc.string({ minLength: 1 }), { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(block, fc.nat(3), fc.nat(3), (cells, row, column) => void expect(copied(withBlock(table, { row, column }, cells), { top: row, left: column, bottom: row + cells.length - 1, right: column + 2 })).toEqual(cells)));
  });
});

describe('rows and columns', () => {
  it('come and go', () => {
    expect(withRows(table, 1, 2).rows).toEqual([['x', 1], [], [], ['y']]);
    expect(withoutRows(table, 0, 0).rows).toEqual([['y']]);
    expect(withoutColumn(withColumn(table, 1), 1)).toEqual(table);
    expect(withColumnMoved(table, 0, 1)).toEqual({ columns: [table.columns[1], table.columns[0]], rows: [[1, 'x'], [null, 'y']] });
    expect(withCleared(table, { top: 0, left: 1, bottom: 1, right: 1 }).rows).toEqual([['x', null], ['y']]);
  });
});

describe('keys', () => {
  const options = { shift: false, control: false, page: 10 };
  it('stay inside, reach the names and the row to come, and let Tab leave at the ends', () => {
    expect(moved(table, { row: 0, column: 0 }, 'ArrowUp', options)).toEqual({ row: -1, column: 0 });
    expect(moved(table, { row: 1, column: 0 }, 'PageDown', options)).toEqual({ row: 2, column: 0 });
    expect(moved(table, { row: 0, column: 1 }, 'Tab', options)).toEqual({ row: 1, column: 0 });
    expect(moved(table, { row: 2, column: 1 }, 'Tab', options)).toBeNull();
    expect(moved(table, { row: 0, column: 0 }, 'Tab', { ...options, shift: true })).toBeNull();
    expect(moved(table, { row: 0, column: 0 }, 'End', { ...options, control: true })).toEqual({ row: 1, column: 1 });
  });
});
