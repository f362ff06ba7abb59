import { CircleSlash2, Rows3, X } from 'lucide-react';
import { formatCount } from '#app/core/units.ts';
import type { RowPath } from '#app/protocol/sections/lineage.ts';
import { traceColumn, useLineage } from '../state/lineage.ts';
import { IconButton, Spinner, cx } from '../ui/index.ts';
import { NodeButton } from './node-button.tsx';
import { texts } from '../text/texts.ts';

/** Over the canvas while the sources of a row are lit: the rows of each source, and where the way back ends. */
export function RowPathPanel() {
  const { row, rowPath: path, error } = useLineage();
  if (row === null) return null;
  const title = texts.canvas.rowPath.title(formatCount(row.number ?? row.row + 1));
  const sources = path?.sources.filter(({ rows }) => rows > 0) ?? [];
  return (
    <section aria-label={title} data-testid="row-path-panel" className="absolute right-3 top-3 z-10 flex max-h-[calc(100%-1.5rem)] w-[26rem] max-w-[60%] flex-col rounded-lg border border-line bg-raised shadow-float">
      <header className="flex items-center gap-2 border-b border-line py-1 pl-3 pr-1">
        <Rows3 size={14} className="shrink-0 text-accent-ink" />
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium">{title}</h2>
        {path === null && error === null ? <Spinner size={13} label={texts.canvas.rowPath.walking} /> : null}
        <IconButton label={texts.common.close} keys="Escape" tooltipSide="left" onClick={() => traceColumn(null)}>
          <X size={15} />
        </IconButton>
      </header>
      {error ? <p className="selectable px-3 py-2 text-xs text-bad-ink">{error.remedy ? `${error.message} ${error.remedy}` : error.message}</p> : null}
      {path ? (
        <div className="flex flex-col gap-2 overflow-auto px-1.5 py-2">
          {sources.map((source) => (
            <Source key={`${source.nodeId} ${source.port}`} source={source} />
          ))}
          {path.stops.map((stop) => (
            <div key={stop.nodeId}>
              <NodeButton nodeId={stop.nodeId} title={stop.title} />
              <p className="flex gap-1.5 px-1.5 text-xs text-muted">
                <CircleSlash2 size={13} aria-hidden className="mt-0.5 shrink-0 text-warn-ink" />
                {texts.canvas.rowPath.ends(stop.reason)}
              </p>
            </div>
          ))}
          {sources.length === 0 && path.stops.length === 0 ? <p className="px-1.5 text-xs text-muted">{texts.canvas.rowPath.none}</p> : null}
          {decided(path).map((note) => (
            <p key={note} className="px-1.5 text-xs text-muted">
              {note}
            </p>
          ))}
        </div>
      ) : null}
    </section>
  );
}

function decided(path: RowPath): string[] {
  const by = path.sources.filter(({ decides }) => decides > 0).map(({ title, decides }) => texts.canvas.rowPath.rowsOf(formatCount(decides), title));
  return [...(by.length === 0 ? [] : [texts.canvas.rowPath.decided(by.join(', '))]), ...path.notes];
}

/** One row reads down, several read across. */
function Source({ source }: { readonly source: RowPath['sources'][number] }) {
  const { schema, shown, rows } = source;
  const [first] = shown;
  return (
    <div data-testid={`row-source-${source.nodeId}`}>
      <div className="flex items-baseline gap-2 pr-1.5">
        <span className="min-w-0 flex-1">
          <NodeButton nodeId={source.nodeId} title={source.title} strong />
        </span>
        <span className="shrink-0 text-xs tabular-nums text-muted">{rows === 1 ? texts.canvas.rowPath.row(formatCount(first?.number ?? 0)) : texts.common.rowCount(formatCount(rows), false)}</span>
      </div>
      {rows === 1 && first ? (
        <dl className="selectable mx-1.5 grid max-h-56 grid-cols-[minmax(5rem,auto)_1fr] overflow-auto rounded-md border border-line text-xs">
          {schema.map(({ name }, i) => (
            <div key={name} className="contents">
              <dt className="truncate border-b border-line bg-chrome px-2 py-0.5 text-muted" title={name}>
                {name}
              </dt>
              <dd className={cx('truncate border-b border-line px-2 py-0.5 tabular-nums', first.cells[i] === null && 'text-faint')}>{cellText(first.cells[i])}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <div className="mx-1.5 max-h-64 overflow-auto rounded-md border border-line">
          <table className="border-separate border-spacing-0 text-xs">
            <thead className="sticky top-0 bg-chrome">
              <tr>
                <th scope="col" className="border-b border-line-strong px-2 py-1 text-right font-normal text-faint">
                  {texts.canvas.rowPath.rowHead}
                </th>
                {schema.map(({ name }) => (
                  <th key={name} scope="col" className="whitespace-nowrap border-b border-line-strong px-2 py-1 text-left font-semibold">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="selectable">
              {shown.map(({ number, cells }) => (
                <tr key={number} className="hover:bg-hover">
                  <td className="border-b border-line bg-chrome px-2 py-0.5 text-right tabular-nums text-faint">{formatCount(number)}</td>
                  {cells.map((cell, i) => (
                    <td key={schema[i]?.name ?? i} className={cx('max-w-48 truncate whitespace-nowrap border-b border-line px-2 py-0.5 tabular-nums', cell === null && 'text-faint')}>
                      {cellText(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows > shown.length ? <p className="px-1.5 pt-0.5 text-xs text-faint">{texts.canvas.rowPath.first(formatCount(shown.length))}</p> : null}
    </div>
  );
}

const cellText = (cell: null | undefined | boolean | number | string): string => (cell === null || cell === undefined ? texts.common.missing : String(cell));
