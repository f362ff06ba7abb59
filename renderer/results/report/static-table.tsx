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
}

const firstShown = 50;

/** A small table inside a report. */
export function StaticTable({ title, columns, rows }: StaticTableProps) {
  const [all, setAll] = useState(false);
  const decimals = useMemo(() => columns.map((column, index) => (column.type === 'float' ? decimalsFor(rows.map((row) => row[index] ?? null)) : 0)), [columns, rows]);
  const shown = all ? rows : rows.slice(0, firstShown);
  return (
    <section aria-label={title ?? texts.common.table} className="min-w-0">
      <div className="mb-1 flex min-h-6 items-center gap-2">
        {title ? <h4 className="text-sm font-semibold">{title}</h4> : null}
        <IconButton label={texts.results.copyTable} size="sm" className="ml-auto" onClick={() => void navigator.clipboard.writeText(toTsv(columns.map((column) => column.name), rows))}>
          <Copy size={14} />
        </IconButton>
      </div>
      <div className="max-h-[420px] overflow-auto rounded-md border border-line">
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
