import { memo } from 'react';
import { formatCount } from '#app/core/units.ts';
import type { Schema } from '#app/relation/types.ts';
import { cx } from '../../ui/index.ts';
import type { TablePage } from './arrow-page.ts';
import { formatCell } from './cell-format.ts';
import type { Cell } from './cell-format.ts';
import type { ColumnLook } from './column-widths.ts';
import { contains } from './selection.ts';
import type { CellAt, Extent } from './selection.ts';
import { texts } from '../../text/texts.ts';

export const rowHeight = 26;

export interface PlacedColumn {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

interface TableRowProps {
  readonly row: number;
  readonly top: number;
  readonly width: number;
  readonly gutter: number;
  readonly gridId: string;
  readonly schema: Schema;
  readonly looks: readonly ColumnLook[];
  readonly columns: readonly PlacedColumn[];
  /** null while the row is on its way. */
  readonly page: TablePage | null;
  readonly rowInPage: number;
  readonly extent: Extent | null;
  readonly focus: CellAt | null;
}

export const TableRow = memo(function TableRow({ row, top, width, gutter, gridId, schema, looks, columns, page, rowInPage, extent, focus }: TableRowProps) {
  return (
    <div role="row" aria-rowindex={row + 2} data-row={row} className="group absolute left-0" style={{ height: rowHeight, width, transform: `translateY(${top}px)` }}>
      <div
        role="rowheader"
        className="sticky left-0 z-10 flex h-full items-center justify-end border-b border-r border-line bg-chrome pr-2 text-xs tabular-nums text-faint"
        style={{ width: gutter }}
      >
        {formatCount(row + 1)}
      </div>
      {columns.map(({ index, left, width: columnWidth }) => {
        const column = schema[index];
        const look = looks[index];
        if (!column || !look) return null;
        const selected = extent !== null && contains(extent, row, index);
        const focused = focus !== null && focus.row === row && focus.column === index;
        return (
          <div
            key={column.name}
            id={focused ? `${gridId}-cell` : undefined}
            role="gridcell"
            aria-colindex={index + 2}
            aria-selected={selected}
            data-column={index}
            className={cx(
              'absolute top-0 flex h-full items-center overflow-hidden border-b border-r border-line px-2 text-xs',
              look.right ? 'justify-end tabular-nums' : '',
              selected ? 'bg-accent-soft' : 'group-hover:bg-hover',
              focused && 'outline-2 -outline-offset-2 outline-accent',
            )}
            style={{ left, width: columnWidth }}
          >
            {page === null ? <span aria-hidden className="h-2 w-3/5 rounded-full bg-active" /> : <CellText value={page.cell(rowInPage, index)} look={look} type={column.type} />}
          </div>
        );
      })}
    </div>
  );
});

function CellText({ value, look, type }: { readonly value: Cell; readonly look: ColumnLook; readonly type: Schema[number]['type'] }) {
  if (value === null) return <span className="rounded-sm border border-dashed border-line px-1 text-xs leading-4 text-faint">{texts.common.missing}</span>;
  if (value === '') return <span className="text-xs italic text-faint">{texts.table.emptyText}</span>;
  const text = formatCell(value, type, look.decimals);
  return (
    <span className="truncate" title={text.length * 6 > look.width ? text : undefined}>
      {text}
    </span>
  );
}
