// @vitest-environment jsdom
import { act, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GridTable } from '#app/sdk/grid.ts';
import { TooltipProvider } from '../../ui/index.ts';
import { GridEditorTable } from './grid-editor-table.tsx';

let root: Root;
let shown: GridTable;
let steps: number;

const start: GridTable = { columns: [{ name: 'a', type: 'string' }, { name: 'n', type: 'integer' }], rows: [['x', 1], ['y', 'two']] };

function Held({ changed }: { readonly changed: (table: GridTable) => void }) {
  const [table, setTable] = useState(start);
  return (
    <TooltipProvider>
      <GridEditorTable
        id="g"
        label="Table"
        table={table}
        height={200}
        change={(next) => {
          changed(next);
          setTable(next);
        }}
      />
    </TooltipProvider>
  );
}

const grid = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('[role="grid"]');
  if (found === null) throw new Error('no grid');
  return found;
};
const key = async (name: string, more: KeyboardEventInit = {}): Promise<void> => {
  const target = document.activeElement instanceof HTMLInputElement ? document.activeElement : grid();
  await act(async () => void target.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more })));
};
const activeCell = (): string | null => grid().getAttribute('aria-activedescendant');

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  // jsdom lays nothing out; the grid needs a height to know which rows show.
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 200 });
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 400 });
  HTMLElement.prototype.scrollTo = () => undefined;
  steps = 0;
  shown = start;
  const changed = (table: GridTable): void => {
    steps += 1;
    shown = table;
  };
  document.body.innerHTML = '<div id="root"></div>';
  const element = document.getElementById('root');
  if (element === null) throw new Error('no root');
  root = createRoot(element);
  await act(async () => root.render(<Held changed={changed} />));
  grid().focus();
});
afterEach(async () => {
  await act(async () => root.unmount());
});

it('shows rows with their places, and marks what does not fit', () => {
  expect(grid().getAttribute('aria-rowcount')).toBe('4');
  expect([...document.querySelectorAll('[role="gridcell"]')].map((cell) => cell.textContent)).toEqual(['x', '1', 'y', 'two', '', '']);
  const bad = document.querySelector('[aria-invalid="true"][role="gridcell"]');
  expect(bad?.getAttribute('title')).toBe('“two” is not a whole number.');
});

it('is typed into by keyboard alone, one step of undo for each cell', async () => {
  await key('ArrowDown');
  await key('Tab');
  expect(activeCell()).toBe('g-1-1');
  await key('7');
  await key('Enter');
  expect(shown.rows[1]).toEqual(['y', '7']);
  expect(activeCell()).toBe('g-2-1');
  await key('9');
  await key('Escape');
  expect(shown.rows).toHaveLength(2);
  await key('5');
  await key('Enter');
  expect(shown.rows[2]).toEqual([null, '5']);
  expect(steps).toBe(2);
});

it('clears a range, and pastes where it stands', async () => {
  await key('ArrowRight', { shiftKey: true });
  await key('Delete');
  expect(shown.rows[0]).toEqual([null, null]);
  await key('ArrowDown');
  const paste = Object.assign(new Event('paste', { bubbles: true, cancelable: true }), { clipboardData: { getData: () => '1\t2\t3\n4\t5\t6' } });
  await act(async () => void grid().dispatchEvent(paste));
  // The cursor stood in the second column of the second row.
  expect(shown.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['a string', 'n integer', 'column_3 integer', 'column_4 integer']);
  expect(shown.rows).toEqual([[null, null], ['y', '1', '2', '3'], [null, '4', '5', '6']]);
});

it('lets go of Tab after Escape', async () => {
  await key('Escape');
  const tab = new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true });
  await act(async () => void grid().dispatchEvent(tab));
  expect(tab.defaultPrevented).toBe(false);
});
