import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { formatCount } from '#app/core/units.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import { cx } from '../../ui/index.ts';
import type { ColumnActions } from './column-menu.tsx';
import { ColumnHeader } from './column-header.tsx';
import { lookOf } from './column-widths.ts';
import type { ColumnLook } from './column-widths.ts';
import { offsetToShow, rowsInView } from './scroll-map.ts';
import { nextSort } from './sort-keys.ts';
import { at, contains, extentOf, moveSelection } from './selection.ts';
import type { Selection } from './selection.ts';
import { TableRow, rowHeight } from './table-row.tsx';
import type { PlacedColumn } from './table-row.tsx';
import { useScroll } from './use-scroll.ts';
import type { ShownTable, SortKey } from './use-table-pages.ts';
import { texts } from '../../text/texts.ts';

interface TableGridProps {
  readonly table: ShownTable;
  readonly rows: number;
  /** Rises when a page has come. */
  readonly version: number;
  readonly profiles: ReadonlyMap<string, ColumnProfile> | null;
  readonly charts: boolean;
  readonly outdated: boolean;
  readonly selection: Selection | null;
  readonly onSelect: (selection: Selection | null) => void;
  readonly onSort: (sort: readonly SortKey[]) => void;
  readonly onCopy: () => void;
  /** Column to bring into view; a new object asks again. */
  readonly jump: { readonly column: number } | null;
  readonly actions: ColumnActions;
  /** Columns whose own slice is in force. */
  readonly brushed: ReadonlySet<string>;
  readonly onBrush: (profile: ColumnProfile, from: number, to: number) => void;
}

/**
 * The cells. Rows have one height, so which are in view is arithmetic (a measuring virtualiser would keep a record for each
 * of 10⁷ rows); columns differ in width and are virtualised by react-virtual.
 */
export function TableGrid({ table, rows, version, profiles, charts, outdated, selection, onSelect, onSort, onCopy, jump, actions, brushed, onBrush }: TableGridProps) {
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const headerHeight = charts ? 64 : 30;
  const scroll = useScroll(scroller, rows, rowHeight, headerHeight);
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({});
  const { schema, pages } = table;
  const first = pages.at(0);
  const firstPage = first?.status === 'ready' ? first.page : null;

  // Measured once for each table: the page that was first stays the measure when it leaves the cache.
  const [measured, setMeasured] = useState<{ readonly key: string; readonly looks: readonly ColumnLook[] }>({ key: '', looks: [] });
  if (measured.key !== table.key && firstPage) {
    setMeasured({ key: table.key, looks: schema.map((column, index) => lookOf(column, index, firstPage)) });
  }
  const { looks } = measured;
  // Columns keep their widths when the same table is sorted or filtered.
  const [kept, setKept] = useState<Readonly<Record<string, number>>>({});
  if (measured.key === table.key && looks.some((look, index) => kept[schema[index]?.name ?? ''] === undefined && schema[index] !== undefined && look.width > 0)) {
    setKept((before) => ({ ...Object.fromEntries(looks.map((look, index) => [schema[index]?.name ?? '', look.width])), ...before }));
  }
  const sizes = useMemo(() => schema.map((column, index) => widths[column.name] ?? kept[column.name] ?? looks[index]?.width ?? 120), [schema, widths, kept, looks]);
  const gutter = Math.max(44, formatCount(rows).length * 7 + 18);

  // oxlint-disable-next-line react/incompatible-library -- its functions are called in effects and handlers only
  const virtual = useVirtualizer({
    horizontal: true,
    count: schema.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => sizes[index] ?? 120,
    paddingStart: gutter,
    scrollPaddingStart: gutter,
    overscan: 2,
  });
  useEffect(() => virtual.measure(), [sizes, gutter, virtual]);
  const items = virtual.getVirtualItems();
  const columns = useMemo<PlacedColumn[]>(() => items.map((item) => ({ index: item.index, left: item.start, width: item.size })), [items]);
  const width = Math.max(virtual.getTotalSize(), scroll.width);

  const view = rowsInView(scroll.map, scroll.offset, rowHeight, rows, 4);
  useEffect(() => {
    pages.want(view.first, view.end, rows);
  }, [pages, view.first, view.end, rows, version]);

  // A new order starts at its top.
  const { scrollTo } = scroll;
  useEffect(() => scrollTo(0), [table.key, scrollTo]);
  useEffect(() => {
    if (jump) virtual.scrollToIndex(jump.column, { align: 'center' });
  }, [jump, virtual]);

  const sortBy = useCallback(
    (index: number, add: boolean) => {
      const column = schema[index]?.name;
      if (column === undefined) return;
      onSort(nextSort(table.query.sort, column, add));
    },
    [schema, table.query.sort, onSort],
  );
  const resize = useCallback((name: string, to: number) => setWidths((before) => ({ ...before, [name]: to })), []);
  const fit = useCallback((name: string) => setWidths(({ [name]: _dropped, ...rest }) => rest), []);

  const onKeyDown = (event: KeyboardEvent) => {
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && event.key.toLowerCase() === 'c' && selection) {
      event.preventDefault();
      event.stopPropagation();
      onCopy();
      return;
    }
    // The page's own keys act on nodes; in here Delete and Enter mean cells.
    if (['Delete', 'Backspace', 'Enter', ' '].includes(event.key)) event.stopPropagation();
    if (event.key === 'Escape' && selection) {
      event.stopPropagation();
      onSelect(null);
      return;
    }
    if (event.key === 'Enter' && selection?.focus.row === -1) {
      event.preventDefault();
      sortBy(selection.focus.column, event.shiftKey);
      return;
    }
    const moved = moveSelection(selection, { key: event.key, shift: event.shiftKey, ctrl }, { rows, columns: schema.length, page: Math.max(1, Math.floor(scroll.map.viewportHeight / rowHeight) - 1) });
    if (moved === null) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(moved);
    if (ctrl && event.key.toLowerCase() === 'a') return;
    if (moved.focus.row >= 0) scrollTo(offsetToShow(scroll.map, scroll.offset, moved.focus.row, rowHeight));
    virtual.scrollToIndex(moved.focus.column, { align: 'auto' });
  };

  const dragging = useRef(false);
  /** The menu is about the row under the pointer, unless it is among those that are selected. */
  const onRightClick = (event: PointerEvent) => {
    const row = event.target instanceof Element ? event.target.closest('[data-row]') : null;
    if (!(row instanceof HTMLElement)) return;
    const cell = cellUnder(event) ?? { row: Number(row.dataset.row), column: 0 };
    if (selection === null || !contains(extentOf(selection), cell.row, cell.column)) onSelect(at(cell.row, cell.column));
  };
  const onPointer = (event: PointerEvent) => {
    if (event.type === 'pointerdown' && event.button === 2) return onRightClick(event);
    const cell = cellUnder(event);
    if (cell === null) return;
    if (event.type === 'pointerdown' && event.button === 0) {
      dragging.current = true;
      onSelect(event.shiftKey && selection ? { anchor: selection.anchor, focus: cell } : at(cell.row, cell.column));
    } else if (dragging.current && event.buttons === 1 && selection && (cell.row !== selection.focus.row || cell.column !== selection.focus.column)) {
      onSelect({ anchor: selection.anchor, focus: cell });
    }
  };

  const extent = selection && selection.focus.row >= 0 ? extentOf(selection) : null;
  const headerFocus = selection?.focus.row === -1 ? selection.focus.column : null;
  const drawn: React.ReactNode[] = [];
  for (let row = view.first; row < view.end; row++) {
    const state = pages.at(row);
    drawn.push(
      <TableRow
        key={row}
        row={row}
        top={scroll.origin + row * rowHeight}
        width={width}
        gutter={gutter}
        gridId={gridId}
        schema={schema}
        looks={looks}
        columns={columns}
        page={state?.status === 'ready' ? state.page : null}
        rowInPage={row % pages.pageSize}
        extent={extent && row >= extent.firstRow && row <= extent.lastRow ? extent : null}
        focus={selection?.focus.row === row ? selection.focus : null}
      />,
    );
  }

  return (
    <div
      ref={scroller}
      role="grid"
      aria-label={texts.common.table}
      aria-rowcount={rows + 1}
      aria-colcount={schema.length + 1}
      aria-multiselectable
      aria-activedescendant={headerFocus !== null ? `${gridId}-header-${headerFocus}` : selection ? `${gridId}-cell` : undefined}
      aria-busy={outdated}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onPointerUp={() => (dragging.current = false)}
      className={cx('relative min-h-0 flex-1 overflow-auto bg-surface -outline-offset-2 transition-opacity duration-150', outdated && 'opacity-60')}
    >
      <div role="presentation" className="relative" style={{ width, height: headerHeight + scroll.map.spacerHeight }}>
        <div role="row" aria-rowindex={1} className="sticky top-0 z-20 border-b border-line-strong bg-chrome" style={{ height: headerHeight, width }}>
          <div role="columnheader" className="sticky left-0 z-20 h-full border-r border-line bg-chrome" style={{ width: gutter }}>
            <span className="sr-only">{texts.common.row}</span>
          </div>
          {columns.map(({ index, left, width: columnWidth }) => {
            const column = schema[index];
            if (!column) return null;
            const place = table.query.sort.findIndex((key) => key.column === column.name);
            const key = table.query.sort[place];
            return (
              <HeaderCell
                key={column.name}
                column={column}
                index={index}
                id={`${gridId}-header-${index}`}
                left={left}
                width={columnWidth}
                profile={profiles?.get(column.name) ?? null}
                charts={charts}
                descending={key?.descending ?? null}
                place={place + 1}
                of={table.query.sort.length}
                active={headerFocus === index}
                marked={jump?.column === index}
                onSort={sortBy}
                onResize={resize}
                onFit={fit}
                actions={actions}
                brushed={brushed.has(column.name)}
                onBrush={onBrush}
              />
            );
          })}
        </div>
        <div role="rowgroup" className="absolute left-0" style={{ top: headerHeight }}>
          {drawn}
        </div>
      </div>
    </div>
  );
}

type HeaderCellProps = Omit<React.ComponentProps<typeof ColumnHeader>, 'sorted'> & { readonly descending: boolean | null; readonly place: number; readonly of: number };

function HeaderCell({ descending, place, of, ...rest }: HeaderCellProps) {
  const sorted = useMemo(() => (descending === null ? null : { descending, place, of }), [descending, place, of]);
  return <ColumnHeader {...rest} sorted={sorted} />;
}

function cellUnder(event: PointerEvent): { row: number; column: number } | null {
  const target = event.target instanceof Element ? event.target.closest('[data-column]') : null;
  const row = target?.closest('[data-row]');
  if (!(target instanceof HTMLElement) || !(row instanceof HTMLElement)) return null;
  return { row: Number(row.dataset.row), column: Number(target.dataset.column) };
}
