import { Route, X } from 'lucide-react';
import { useEffect } from 'react';
import type { ColumnPath } from '#app/protocol/sections/lineage.ts';
import { traceColumn, useLineage } from '../state/lineage.ts';
import { IconButton } from '../ui/index.ts';
import { NodeButton } from './node-button.tsx';
import { RowPathPanel } from './row-path-panel.tsx';
import { texts } from '../text/texts.ts';

/** Over the canvas while the way of a column is lit: where it comes from, step by step, and what uses it. */
export function LineagePanel() {
  const { target, path, row, error } = useLineage();
  const shown = target !== null || row !== null;
  useEffect(() => {
    if (!shown) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) traceColumn(null);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [shown]);
  if (row !== null) return <RowPathPanel />;
  if (target === null) return null;
  return (
    <section aria-label={texts.canvas.lineage.of(target.column)} data-testid="lineage-panel" className="absolute right-3 top-3 z-10 flex max-h-[70%] w-72 flex-col rounded-lg border border-line bg-raised shadow-float">
      <header className="flex items-center gap-2 border-b border-line py-1 pl-3 pr-1">
        <Route size={14} className="shrink-0 text-accent-ink" />
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium" title={target.column}>
          {target.column}
        </h2>
        <IconButton label={texts.common.close} keys="Escape" tooltipSide="left" onClick={() => traceColumn(null)}>
          <X size={15} />
        </IconButton>
      </header>
      {error ? <p className="selectable px-3 py-2 text-xs text-bad-ink">{error.remedy ? `${error.message} ${error.remedy}` : error.message}</p> : null}
      {path ? (
        <div className="overflow-auto px-1.5 pb-2">
          <Stops heading={texts.canvas.lineage.from} stops={path.stops.filter((stop) => stop.direction !== 'forward' && stop.columns.length > 0)} />
          <Stops heading={texts.canvas.lineage.into} stops={path.stops.filter((stop) => stop.direction === 'forward' && stop.columns.length > 0)} />
          {path.users.length > 0 ? (
            <>
              <Heading>{texts.canvas.lineage.usedBy}</Heading>
              <ul>
                {path.users.map((user) => (
                  <li key={user.nodeId}>
                    <NodeButton nodeId={user.nodeId} title={user.title} />
                  </li>
                ))}
              </ul>
            </>
          ) : null}
          {path.stops.every((stop) => stop.direction !== 'forward') && path.users.length === 0 ? <p className="px-1.5 pt-2 text-xs text-muted">{texts.canvas.lineage.unused}</p> : null}
        </div>
      ) : null}
    </section>
  );
}

const Heading = ({ children }: { readonly children: string }) => <h3 className="px-1.5 pb-0.5 pt-2 text-xs text-faint">{children}</h3>;

function Stops({ heading, stops }: { readonly heading: string; readonly stops: ColumnPath['stops'] }) {
  if (stops.length === 0) return null;
  return (
    <>
      <Heading>{heading}</Heading>
      <ol className="flex flex-col gap-1">
        {stops.map((stop) => (
          <li key={`${stop.nodeId} ${stop.port}`}>
            <NodeButton nodeId={stop.nodeId} title={stop.title} strong={stop.direction === 'target'} />
            <ul className="flex flex-col pl-3">
              {stop.columns.filter((one) => one.via === 'value').map((one) => (
                <li key={one.column} className="selectable flex items-baseline gap-1.5 text-xs" title={one.expression ?? undefined}>
                  <span className="shrink-0 font-mono">{one.column}</span>
                  <span className="min-w-0 truncate font-mono text-muted">{one.expression === null ? '' : `= ${one.expression}`}</span>
                </li>
              ))}
              <RowsDecided names={stop.columns.filter((one) => one.via === 'filter').map((one) => one.column)} forward={stop.direction === 'forward'} />
            </ul>
          </li>
        ))}
      </ol>
    </>
  );
}

/** Columns that are on the way only because they decide which rows there are. */
function RowsDecided({ names, forward }: { readonly names: readonly string[]; readonly forward: boolean }) {
  if (names.length === 0) return null;
  const listed = names.length <= 3 ? names.join(', ') : texts.common.columnCount(String(names.length), false);
  return (
    <li className="truncate text-xs text-faint" title={names.join(', ')}>
      {forward ? texts.canvas.lineage.decides(listed) : texts.canvas.lineage.decidedBy(listed)}
    </li>
  );
}
