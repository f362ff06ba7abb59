import { useEffect, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { formatCount } from '#app/core/units.ts';
import type { ExplainedOutput, Explanation } from '#app/sdk/explanation.ts';
import { cx } from '../../ui/index.ts';
import { isOrdered, outputText, ranked, valueText } from './values.ts';
import { texts } from '../../text/texts.ts';

const rowHeight = 24;
/** Columns beside the row's number and output. */
const mostColumns = 6;

interface RowListProps {
  readonly explanation: Explanation;
  readonly output: ExplainedOutput;
  readonly order: readonly number[];
  readonly chosen: number;
  readonly onChoose: (row: number) => void;
}

/** The explained rows with the columns that matter most; one is chosen. */
export function RowList({ explanation, output, order, chosen, onChoose }: RowListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- its functions are called in effects and handlers only
  const virtual = useVirtualizer({ count: order.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8, scrollMargin: rowHeight, scrollPaddingStart: rowHeight });
  const columns = ranked(output).slice(0, mostColumns);
  const at = order.indexOf(chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' });
  }, [at, virtual]);
  const grid = { gridTemplateColumns: `4.5rem minmax(7rem, 1fr) repeat(${columns.length}, minmax(6rem, 1fr))` };
  const step = (by: number): void => {
    const next = order[Math.min(order.length - 1, Math.max(0, at + by))];
    if (next !== undefined) onChoose(next);
  };
  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label={texts.charts.explain.listLabel}
      aria-activedescendant={`explained-row-${chosen}`}
      data-testid="explained-rows"
      tabIndex={0}
      onKeyDown={(event) => {
        const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        step(by);
      }}
      className="max-h-[9.1rem] overflow-auto rounded-md border border-line bg-surface text-xs -outline-offset-2"
    >
      <div aria-hidden className="sticky top-0 z-10 grid border-b border-line-strong bg-chrome font-semibold" style={{ ...grid, height: rowHeight }}>
        <span className="truncate px-2 py-1 text-right font-normal text-faint">{texts.charts.explain.rowHead}</span>
        <span className="truncate px-2 py-1 text-right">{texts.charts.explain.outputHead}</span>
        {columns.map((j) => (
          <span key={j} className={cx('truncate px-2 py-1', isRight(explanation, j) && 'text-right')} title={explanation.columns[j]?.name}>
            {explanation.columns[j]?.name}
          </span>
        ))}
      </div>
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = order[index] ?? 0;
          return (
            <div
              key={row}
              id={`explained-row-${row}`}
              role="option"
              aria-selected={row === chosen}
              data-row={row}
              onClick={() => onChoose(row)}
              className={cx('absolute left-0 grid w-full cursor-default border-b border-line', row === chosen ? 'bg-accent-soft' : 'hover:bg-hover')}
              style={{ ...grid, height: rowHeight, transform: `translateY(${start - rowHeight}px)` }}
            >
              <span className="truncate px-2 py-1 text-right tabular-nums text-faint">{formatCount(explanation.rows[row] ?? 0)}</span>
              <span className="truncate px-2 py-1 text-right font-medium tabular-nums">{outputText(explanation, output.outputs[row] ?? 0)}</span>
              {columns.map((j) => {
                const column = explanation.columns[j];
                return (
                  <span key={j} className={cx('truncate px-2 py-1 tabular-nums', isRight(explanation, j) && 'text-right', column?.values[row] === null && 'text-faint')}>
                    {column === undefined ? '' : valueText(column, column.values[row])}
                  </span>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const isRight = ({ columns }: Explanation, j: number): boolean => columns[j] !== undefined && isOrdered(columns[j]) && columns[j].kind !== 'boolean';
