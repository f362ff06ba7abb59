import { describe, expect, it } from 'vitest';
import { at, contains, extentOf, moveSelection } from './selection.ts';

const size = { rows: 100, columns: 5, page: 10 };
const press = (key: string, held: { shift?: boolean; ctrl?: boolean } = {}) => ({ key, shift: held.shift ?? false, ctrl: held.ctrl ?? false });

describe('selection by keys', () => {
  it('starts in the first cell', () => {
    expect(moveSelection(null, press('ArrowDown'), size)).toEqual(at(0, 0));
    expect(moveSelection(null, press('x'), size)).toBeNull();
  });

  it('stays inside the table, the header being above row 0', () => {
    expect(moveSelection(at(0, 0), press('ArrowUp'), size)).toEqual(at(-1, 0));
    expect(moveSelection(at(-1, 0), press('ArrowUp'), size)).toEqual(at(-1, 0));
    expect(moveSelection(at(99, 4), press('PageDown'), size)).toEqual(at(99, 4));
    expect(moveSelection(at(99, 4), press('ArrowRight'), size)).toEqual(at(99, 4));
  });

  it('jumps to the ends with Ctrl', () => {
    expect(moveSelection(at(5, 2), press('End', { ctrl: true }), size)).toEqual(at(99, 4));
    expect(moveSelection(at(5, 2), press('ArrowUp', { ctrl: true }), size)).toEqual(at(0, 2));
  });

  it('draws a rectangle with Shift, in any direction', () => {
    const up = moveSelection(at(5, 2), press('ArrowUp', { shift: true }), size);
    const left = moveSelection(up, press('ArrowLeft', { shift: true }), size);
    const extent = left === null ? null : extentOf(left);
    expect(extent).toEqual({ firstRow: 4, lastRow: 5, firstColumn: 1, lastColumn: 2 });
    expect(extent !== null && contains(extent, 4, 1) && !contains(extent, 6, 1)).toBe(true);
  });

  it('selects everything with Ctrl+A', () => {
    const all = moveSelection(at(5, 2), press('a', { ctrl: true }), size);
    expect(all === null ? null : extentOf(all)).toEqual({ firstRow: 0, lastRow: 99, firstColumn: 0, lastColumn: 4 });
  });
});
