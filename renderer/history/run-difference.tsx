import { formatCount, formatNumber } from '#app/core/units.ts';
import type { RunDifference } from '#app/protocol/sections/history.ts';
import { metricTitleOf } from '../runs/compare.ts';
import { texts } from '../text/texts.ts';

const mostMetrics = 8;
const mostTables = 12;

/** Where two runs begin to differ, then metrics and tables that do. */
export function RunDifferenceView({ difference, metrics = true }: { readonly difference: RunDifference; readonly metrics?: boolean }) {
  const number = (value: number | null): string => (value === null ? '–' : formatNumber(value));
  return (
    <div data-testid="run-difference" className="selectable flex flex-col gap-1 text-sm">
      <p className="font-medium">{difference.verdict}</p>
      {metrics
        ? difference.metrics.slice(0, mostMetrics).map(({ name, values: [before, after] }) => (
            <p key={name} className="flex justify-between gap-2 text-xs text-muted">
              <span className="truncate" title={metricTitleOf(name)}>
                {metricTitleOf(name)}
              </span>
              <span className="shrink-0 tabular-nums">
                {number(before)} → {number(after)}
              </span>
            </p>
          ))
        : null}
      {difference.ports.slice(0, mostTables).map((port) => (
        <p key={`${port.nodeId} ${port.port}`} className="text-xs text-muted">
          <span className="font-medium text-ink">{port.title}</span> ({port.port}): {port.words.slice(0, 4).join('; ')}
          {port.words.length > 4 ? texts.history.andMore(formatCount(port.words.length - 4)) : ''}
        </p>
      ))}
      {difference.ports.length > mostTables ? <p className="text-xs text-muted">{texts.history.moreTables(formatCount(difference.ports.length - mostTables))}</p> : null}
    </div>
  );
}
