import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type ClipboardEvent, type KeyboardEvent, type RefObject } from 'react';
import { cellFault, clipboardText, parsePasted, type GridTable } from '#app/sdk/grid.ts';
import { ContextMenu, cx } from '../../ui/index.ts';
import { cellWidth, GridHeaderCell } from './grid-editor-header.tsx';
import { areaOf, cellAt, copied, moved, withBlock, withCleared, withoutRows, withPasted, withRows, type CellAt } from './grid-editor-model.ts';
import { texts } from '../../text/texts.ts';

interface GridTableProps {
  readonly id: string;
  readonly label: string;
  readonly table: GridTable;
  readonly height: number;
  readonly change: (table: GridTable) => void;
  /** Told whether a cell is being edited. */
  readonly editing?: RefObject<boolean>;
}

const rowHeight = 28;
const numberWidth = 44;

interface Editing extends CellAt {
  readonly text: string;
}

/** Cells by keyboard and mouse. The grid itself holds the focus and names its active cell, so that rows may come and go while scrolling. */
export function GridEditorTable({ id, label, table, height, change, editing: told }: GridTableProps) {
  const { columns, rows } = table;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<CellAt>({ row: 0, column: 0 });
  const [anchor, setAnchor] = useState<CellAt | null>(null);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [header, setHeader] = useState<number | null>(null);
  const leaving = useRef(false);
  /** The text was taken or given up: the blur that follows, before the next render, must not take it again. */
  const finished = useRef(false);
  const virtual = useVirtualizer({ count: rows.length + 1, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8, scrollPaddingEnd: rowHeight });
  const at: CellAt = { row: Math.min(active.row, rows.length), column: Math.min(active.column, Math.max(0, columns.length - 1)) };
  const area = areaOf(anchor ?? at, at);

  useEffect(() => {
    if (told) told.current = editing !== null || header !== null;
  }, [told, editing, header]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null || at.row < 0) return;
    virtual.scrollToIndex(at.row, { align: 'auto' });
    const left = at.column * cellWidth;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (left + cellWidth + numberWidth > element.scrollLeft + element.clientWidth) element.scrollLeft = left + cellWidth + numberWidth - element.clientWidth;
  }, [at.row, at.column, virtual]);

  const go = (to: CellAt, extend = false): void => {
    setAnchor(extend ? (anchor ?? at) : null);
    setActive(to);
  };
  const edit = (text?: string): void => {
    if (columns.length === 0 || at.row < 0) return;
    finished.current = false;
    setEditing({ ...at, text: text ?? String(cellAt(table, at) ?? '') });
  };
  const take = (key: 'Enter' | 'Tab' | null, shift: boolean): void => {
    if (editing === null || finished.current) return;
    finished.current = true;
    const before = cellAt(table, editing);
    if (editing.text !== String(before ?? '')) change(withBlock(table, editing, [[editing.text]]));
    setEditing(null);
    if (key !== null) {
      scroller.current?.focus();
      const grown: GridTable = editing.row >= rows.length ? withRows(table, rows.length, 1) : table;
      const to = moved(grown, editing, key === 'Tab' ? 'Tab' : shift ? 'ArrowUp' : 'ArrowDown', { shift, control: false, page: 1 });
      if (to !== null) go(to);
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (editing !== null || header !== null) return;
    const control = event.ctrlKey || event.metaKey;
    // The clipboard events that follow are the grid's, not the canvas's.
    if (control && /^[cxv]$/i.test(event.key)) event.stopPropagation();
    if (event.key === 'Escape') {
      // Escape, then Tab leaves: a grid that keeps Tab to itself would hold people without a mouse.
      if (!leaving.current && anchor === null) leaving.current = true;
      setAnchor(null);
      return;
    }
    if (event.key === 'Tab' && leaving.current) return;
    leaving.current = false;
    const to = moved(table, at, event.key, { shift: event.shiftKey, control, page: Math.max(1, Math.floor(height / rowHeight) - 2) });
    if (to !== null) {
      event.preventDefault();
      event.stopPropagation();
      go(to, event.shiftKey && event.key !== 'Tab' && to.row >= 0);
      return;
    }
    if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      event.stopPropagation();
      if (at.row < 0) setHeader(at.column);
      else edit();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      event.stopPropagation();
      if (at.row >= 0) change(withCleared(table, area));
    } else if (control && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      event.stopPropagation();
      setAnchor({ row: 0, column: 0 });
      setActive({ row: Math.max(0, rows.length - 1), column: Math.max(0, columns.length - 1) });
    } else if (event.key.length === 1 && !control && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      edit(event.key);
    }
  };

  const onPaste = (event: ClipboardEvent): void => {
    if (editing !== null || header !== null) return;
    const block = parsePasted(event.clipboardData.getData('text/plain'));
    if (block.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const from = { row: Math.max(0, area.top), column: area.left };
    change(withPasted(table, from, block));
    setAnchor(from);
    setActive({ row: from.row + block.length - 1, column: from.column + Math.max(...block.map((row) => row.length)) - 1 });
  };
  const onCopy = (event: ClipboardEvent, cut: boolean): void => {
    if (editing !== null || header !== null || at.row < 0) return;
    event.preventDefault();
    event.stopPropagation();
    event.clipboardData.setData('text/plain', clipboardText(copied(table, area)));
    if (cut) change(withCleared(table, area));
  };

  const cellId = ({ row, column }: CellAt): string => `${id}-${row < 0 ? 'name' : row}-${column}`;
  const menu = () => [
    { id: 'above', label: texts.inspector.grid.above, onSelect: () => change(withRows(table, area.top, 1)) },
    { id: 'below', label: texts.inspector.grid.below, onSelect: () => change(withRows(table, Math.min(rows.length, area.bottom + 1), 1)) },
    { id: 'remove', label: area.top === area.bottom ? texts.inspector.grid.removeRow : texts.inspector.grid.removeRows(area.bottom - area.top + 1), danger: true, disabled: area.top >= rows.length, onSelect: () => change(withoutRows(table, area.top, area.bottom)) },
  ];
  const width = numberWidth + columns.length * cellWidth;

  return (
    <ContextMenu items={menu}>
      <div
        ref={scroller}
        id={id}
        role="grid"
        tabIndex={0}
        aria-label={texts.inspector.grid.leave(label)}
        aria-rowcount={rows.length + 2}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        aria-activedescendant={columns.length === 0 ? undefined : cellId(at)}
        data-testid="grid-editor"
        className="relative overflow-auto rounded-md border border-line-control bg-surface outline-none focus-visible:ring-2 focus-visible:ring-accent"
        style={{ height }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onCopy={(event) => onCopy(event, false)}
        onCut={(event) => onCopy(event, true)}
        onBlur={() => (leaving.current = false)}
      >
        {columns.length === 0 ? <p className="p-4 text-center text-xs text-muted">{texts.inspector.grid.start}</p> : null}
        <div role="row" aria-rowindex={1} className="sticky top-0 z-10 flex bg-raised" style={{ width }}>
          <div role="columnheader" aria-colindex={1} aria-label={texts.common.row} className="sticky left-0 z-10 shrink-0 border-b border-r border-line bg-raised" style={{ width: numberWidth }} />
          {columns.map((_, c) => (
            <GridHeaderCell
              key={c}
              id={cellId({ row: -1, column: c })}
              table={table}
              at={c}
              active={at.row < 0 && at.column === c}
              open={header === c}
              setOpen={(open) => {
                setHeader(open ? c : null);
                if (!open) scroller.current?.focus();
              }}
              change={change}
            />
          ))}
        </div>
        {columns.length === 0 ? null : (
          <div role="presentation" style={{ height: virtual.getTotalSize(), width, position: 'relative' }}>
            {virtual.getVirtualItems().map(({ index, start }) => (
              <div key={index} role="row" aria-rowindex={index + 2} className="absolute left-0 flex" style={{ top: start, height: rowHeight, width }}>
                <div role="rowheader" aria-colindex={1} className="sticky left-0 z-[5] flex shrink-0 items-center justify-end border-b border-r border-line bg-raised pr-1.5 text-xs tabular-nums text-faint" style={{ width: numberWidth }}>
                  {index < rows.length ? index + 1 : '+'}
                </div>
                {columns.map((column, c) => {
                  const value = cellAt(table, { row: index, column: c });
                  const fault = cellFault(value, column.type);
                  const here = at.row === index && at.column === c;
                  const selected = index >= area.top && index <= area.bottom && c >= area.left && c <= area.right;
                  const isEdited = editing?.row === index && editing.column === c;
                  const number = column.type === 'integer' || column.type === 'float';
                  return (
                    <div
                      key={c}
                      id={cellId({ row: index, column: c })}
                      role="gridcell"
                      aria-colindex={c + 2}
                      aria-selected={selected}
                      aria-invalid={fault === null ? undefined : true}
                      title={fault === null ? undefined : `${fault}.`}
                      className={cx('relative shrink-0 border-b border-r border-line text-sm', selected && 'bg-active', fault !== null && 'bg-bad-soft text-bad-ink', here && 'outline outline-2 -outline-offset-2 outline-accent')}
                      style={{ width: cellWidth, height: rowHeight }}
                      onMouseDown={(event) => {
                        if (event.button !== 0 && selected) return;
                        if (!isEdited) take(null, false);
                        go({ row: index, column: c }, event.shiftKey);
                      }}
                      onMouseEnter={(event) => {
                        if (event.buttons === 1 && editing === null) go({ row: index, column: c }, true);
                      }}
                      onDoubleClick={() => edit()}
                    >
                      {isEdited ? (
                        <input
                          autoFocus
                          aria-label={texts.inspector.grid.cell(index + 1, column.name)}
                          value={editing.text}
                          onChange={(event) => setEditing({ ...editing, text: event.target.value })}
                          onBlur={() => take(null, false)}
                          onMouseDown={(event) => event.stopPropagation()}
                          onPaste={(event) => event.stopPropagation()}
                          onKeyDown={(event) => {
                            event.stopPropagation();
                            if (event.key === 'Enter' || event.key === 'Tab') {
                              event.preventDefault();
                              take(event.key, event.shiftKey);
                            } else if (event.key === 'Escape') {
                              finished.current = true;
                              setEditing(null);
                              scroller.current?.focus();
                            }
                          }}
                          className="absolute inset-0 bg-surface px-1.5 text-sm outline-none"
                        />
                      ) : (
                        <span className={cx('block truncate px-1.5 leading-7', number && 'text-right tabular-nums')}>{value === null ? '' : String(value)}</span>
                      )}
                    </div>
                  );
                })}
              </div>
            ))}
          </div>
        )}
      </div>
    </ContextMenu>
  );
}
