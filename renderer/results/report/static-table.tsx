import { useMemo, useState } from 'react';
import { Copy } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import type { Column } from '#app/relation/types.ts';
import { Button, IconButton, cx } from '../../ui/index.ts';
import { decimalsFor, formatCell, isNumeric, toTsv } from '../table/cell-format.ts';
import type { Cell } from '../table/cell-format.ts';
import { texts } from '../../text/texts.ts';

interface StaticTableProps {
  readonly title?: string | undefined;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Takes the room that there is, and scrolls in it. */
  readonly fills?: boolean;
}

const firstShown = 50;

/** A small table inside a report. */
export function StaticTable({ title, columns, rows, fills = false }: StaticTableProps) {
  const [all, setAll] = useState(fills);
  const decimals = useMemo(() => columns.map((column, index) => (column.type === 'float' ? decimalsFor(rows.map((row) => row[index] ?? null)) : 0)), [columns, rows]);
  const shown = all ? rows : rows.slice(0, firstShown);
  return (
    <section aria-label={title ?? texts.common.table} className={cx('min-w-0', fills && 'group/table relative flex min-h-0 flex-col')}>
      <div className={fills ? 'absolute right-1 top-1 z-20 rounded-md bg-chrome opacity-0 focus-within:opacity-100 group-hover/table:opacity-100' : 'mb-1 flex min-h-6 items-center gap-2'}>
        {title ? <h4 className="text-sm font-semibold">{title}</h4> : null}
        <IconButton label={texts.results.copyTable} size="sm" className="ml-auto" onClick={() => void navigator.clipboard.writeText(toTsv(columns.map((column) => column.name), rows))}>
          <Copy size={14} />
        </IconButton>
      </div>
      <div tabIndex={0} className={cx('overflow-auto rounded-md border border-line -outline-offset-1', fills ? 'min-h-0' : 'max-h-[420px]')}>
        <table className="w-full border-separate border-spacing-0 text-xs">
          <thead className="sticky top-0 z-10">
            <tr>
              {columns.map((column) => (
                <th key={column.name} scope="col" className={cx('whitespace-nowrap border-b border-line-strong bg-chrome px-3 py-1.5 font-semibold', isNumeric(column.type) ? 'text-right' : 'text-left')}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="selectable">
            {shown.map((row, index) => (
              <tr key={index} className="hover:bg-hover">
                {columns.map((column, place) => {
                  const value = row[place] ?? null;
                  return (
                    <td key={column.name} className={cx('max-w-80 truncate border-b border-line px-3 py-1', isNumeric(column.type) && 'text-right tabular-nums', value === null && 'text-faint')}>
                      {value === null ? '–' : formatCell(value, column.type, decimals[place] ?? 0)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length ? (
        <Button size="sm" variant="quiet" className="mt-1" onClick={() => setAll(true)}>
          {texts.results.showAll(formatCount(rows.length))}
        </Button>
      ) : null}
    </section>
  );
}
