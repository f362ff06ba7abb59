import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { formatCount } from '#app/core/units.ts';
import type { MonitorEntry } from '#app/protocol/sections/monitoring.ts';
import type { BatchStatus } from '#app/sdk/monitoring.ts';
import { cx } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { batchName } from './batch-name.ts';

const words = texts.monitors;
const mostColumns = 40;

/** Colour and sign: no meaning by colour alone. */
const looks: Record<BatchStatus | 'none', { readonly look: string; readonly sign: string }> = {
  ok: { look: 'bg-good-soft text-good-ink', sign: '' },
  warning: { look: 'bg-warn-soft text-warn-ink ring-1 ring-inset ring-current', sign: '!' },
  critical: { look: 'bg-bad-soft text-bad-ink ring-2 ring-inset ring-current', sign: '‼' },
  none: { look: 'bg-active', sign: '' },
};

export interface HeatCell {
  readonly column: string;
  readonly runId: string;
}

/** Columns that were ever beyond their threshold first, the worst on top; `more`: left out, always fine. */
export function heatRows(batches: readonly MonitorEntry[]): { readonly rows: readonly string[]; readonly more: number } {
  const badness = new Map<string, number>();
  for (const { batch } of batches) for (const { name, status } of batch.columns) badness.set(name, (badness.get(name) ?? 0) + (status === 'critical' ? 2 : status === 'warning' ? 1 : 0));
  const sorted = [...badness].sort(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([name]) => name);
  return { rows: sorted.slice(0, mostColumns), more: Math.max(0, sorted.length - mostColumns) };
}

/** Columns × batches, the oldest batch on the left. One tab stop; arrow keys go from cell to cell. */
export function HeatMap({ batches, chosen, onChoose }: { readonly batches: readonly MonitorEntry[]; readonly chosen: HeatCell | null; readonly onChoose: (cell: HeatCell) => void }) {
  const { rows, more } = heatRows(batches);
  const [place, setPlace] = useState({ row: 0, column: batches.length - 1 });
  const at = { row: Math.min(place.row, rows.length - 1), column: Math.min(place.column, batches.length - 1) };
  const move = (event: KeyboardEvent<HTMLTableElement>): void => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -batches.length], End: [0, batches.length] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = { row: Math.max(0, Math.min(rows.length - 1, at.row + (step[0] ?? 0))), column: Math.max(0, Math.min(batches.length - 1, at.column + (step[1] ?? 0))) };
    setPlace(next);
    event.currentTarget.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.column}"]`)?.focus();
  };
  if (rows.length === 0) return null;
  return (
    <div className="overflow-x-auto">
      <p id="heat-help" className="sr-only">
        {words.heatHelp}
      </p>
      <table role="grid" aria-label={words.heat} aria-describedby="heat-help" onKeyDown={move} className="border-separate border-spacing-0.5 text-xs" data-testid="heat-map">
        <tbody>
          {rows.map((name, row) => (
            <tr key={name}>
              <th scope="row" className="max-w-52 truncate pr-2 text-left font-normal" title={name}>
                {name}
              </th>
              {batches.map((entry, column) => {
                const found = entry.batch.columns.find((one) => one.name === name);
                const { look, sign } = looks[found?.status ?? 'none'];
                const isChosen = chosen?.column === name && chosen.runId === entry.runId;
                return (
                  <td key={entry.runId} className="p-0">
                    <button
                      type="button"
                      data-cell={`${row} ${column}`}
                      data-status={found?.status ?? 'none'}
                      disabled={found === undefined}
                      tabIndex={row === at.row && column === at.column ? 0 : -1}
                      aria-pressed={isChosen}
                      aria-label={words.cell(name, batchName(entry.at), found === undefined ? '–' : words.status[found.status])}
                      onClick={() => {
                        setPlace({ row, column });
                        onChoose({ column: name, runId: entry.runId });
                      }}
                      className={cx('flex h-5 w-6 items-center justify-center rounded-sm font-semibold', look, isChosen && 'outline outline-2 outline-offset-1 outline-accent')}
                    >
                      {sign}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? <p className="mt-1 text-xs text-muted">{words.moreColumns(formatCount(more))}</p> : null}
    </div>
  );
}
