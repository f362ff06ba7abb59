import type { CsvReadingParams } from '#app/sdk/csv-params.ts';
import type { CsvPreviewAnswer } from '#app/protocol/sections/csv.ts';
import { formatCount } from '#app/core/units.ts';
import { Select, cx } from '../../ui/index.ts';
import { columnChoices, chosenItem, withChoice } from './csv-dialect-types.ts';
import { texts } from '../../text/texts.ts';

type Types = CsvReadingParams['types'];

interface CsvDialectTableProps {
  readonly preview: CsvPreviewAnswer;
  readonly busy: boolean;
  readonly types: Types;
  readonly change: (types: Types) => void;
}

/** The first rows as they stand in the file; what cannot be read is marked, and each column's type is chosen in its header. */
export function CsvDialectTable({ preview, busy, types, change }: CsvDialectTableProps) {
  const { columns, rows, columnCount } = preview;
  return (
    <div className={cx('overflow-auto rounded-md border border-line transition-opacity', busy && 'opacity-60')} aria-busy={busy} tabIndex={0} role="region" aria-label={texts.inspector.csv.preview}>
      <table className="border-collapse text-xs">
        <thead className="bg-sunken">
          <tr>
            <th className="border-b border-line px-2 py-1 text-right font-normal text-faint">{texts.inspector.csv.line}</th>
            {columns.map((column, at) => {
              const items = columnChoices(column, rows.map((row) => row.cells[at]?.text ?? ''));
              return (
                <th key={column.header} className="min-w-32 border-b border-l border-line p-1 text-left align-top font-medium">
                  <div className="max-w-64 truncate px-1" title={column.why}>
                    {column.name}
                  </div>
                  <Select size="sm" label={texts.inspector.csv.typeOf(column.header)} value={chosenItem(types, column.header, items)} items={items.map(({ id, label }) => ({ value: id, label }))} onChange={(id) => change(withChoice(types, column.header, items.find((item) => item.id === id) ?? null))} />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.line} className={cx('border-b border-line last:border-b-0', row.fault !== undefined && 'bg-bad-soft text-bad-ink')} title={row.fault}>
              <td className="px-2 py-1 text-right tabular-nums text-faint">{formatCount(row.line)}</td>
              {row.cells.map((cell, at) => (
                <td key={columns[at]?.header ?? at} title={cell.fault ?? (cell.value !== null && cell.value !== cell.text ? texts.inspector.csv.readAs(cell.value) : undefined)} className={cx('max-w-64 truncate border-l border-line px-2 py-1 font-mono', cell.fault !== undefined && 'bg-bad-soft text-bad-ink underline decoration-wavy underline-offset-2')}>
                  {cell.fault !== undefined ? <span className="sr-only">{texts.inspector.csv.cannotRead} </span> : null}
                  {cell.text === '' ? <span className="text-faint">{texts.common.missing}</span> : cell.value === null && cell.fault === undefined && row.fault === undefined ? <span className="text-faint line-through">{cell.text}</span> : cell.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.some((row) => row.fault !== undefined) ? <p className="border-t border-line px-2 py-1 text-xs text-bad-ink">{rows.find((row) => row.fault !== undefined)?.fault} {texts.inspector.csv.rejected}</p> : null}
      {columnCount > columns.length ? <p className="border-t border-line px-2 py-1 text-xs text-muted">{texts.inspector.csv.firstOf(columns.length, formatCount(columnCount))}</p> : null}
    </div>
  );
}
