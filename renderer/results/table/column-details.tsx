import { X } from 'lucide-react';
import { decimalMark, formatCount, formatNumber } from '#app/core/units.ts';
import type { ColumnDetail } from '#app/protocol/column-detail.ts';
import { client } from '../../rpc/client.ts';
import { IconButton, Spinner, TypeBadge } from '../../ui/index.ts';
import { useQuery } from '../use-query.ts';
import { askedOf, type Subject } from './table-subject.ts';
import { texts } from '../../text/texts.ts';

interface ColumnDetailsProps {
  readonly subject: Subject;
  readonly port: string;
  readonly column: string;
  readonly filter: string;
  readonly onClose: () => void;
}

/** Beside the table: exact statistics of one column of the rows that are shown. */
export function ColumnDetails({ subject, port, column, filter, onClose }: ColumnDetailsProps) {
  const { data, error, loading } = useQuery(JSON.stringify([subject.key, port, column, filter]), (signal) =>
    client.views.column({ ...askedOf(subject), nodeId: subject.nodeId, port, column, filter }, { signal }),
  );
  return (
    <aside aria-label={texts.table.details.of(column)} data-testid="column-details" className="flex w-72 shrink-0 flex-col border-l border-line bg-chrome">
      <header className="flex h-8 shrink-0 items-center gap-2 border-b border-line pl-3 pr-1">
        <h3 className="min-w-0 flex-1 truncate text-sm font-medium" title={column}>
          {column}
        </h3>
        {loading ? <Spinner size={13} label={texts.table.details.computing} /> : null}
        {data ? <TypeBadge type={data.type} /> : null}
        <IconButton label={texts.table.details.close} size="sm" onClick={onClose}>
          <X size={14} />
        </IconButton>
      </header>
      <div tabIndex={0} role="region" aria-label={texts.table.details.figures(column)} className="min-h-0 flex-1 overflow-auto px-3 py-2 text-xs">
        {error ? <p className="text-bad-ink">{error.message}</p> : null}
        {data ? <Numbers detail={data} filtered={filter !== ''} /> : null}
      </div>
    </aside>
  );
}

function Numbers({ detail, filtered }: { readonly detail: ColumnDetail; readonly filtered: boolean }) {
  const { rows, missing, distinct, numbers, text, quantiles, top } = detail;
  const share = (count: number): string => (rows === 0 ? '' : ` (${percent(count / rows)})`);
  const facts: [string, string][] = [
    [filtered ? texts.table.details.rowsShown : texts.common.rows, formatCount(rows)],
    [texts.table.details.missing, `${formatCount(missing)}${share(missing)}`],
    [texts.table.details.different, `${formatCount(distinct)}${distinct > 0 && distinct === rows - missing ? texts.table.details.eachOnce : ''}`],
  ];
  if (numbers) {
    for (const [name, value] of [[texts.table.details.mean, numbers.mean], [texts.table.details.deviation, numbers.stddev], [texts.table.details.skewness, numbers.skewness], [texts.table.details.sum, numbers.sum]] as const) if (value !== null) facts.push([name, formatNumber(value)]);
    facts.push([texts.table.details.zeros, `${formatCount(numbers.zeros)}${share(numbers.zeros)}`], [texts.table.details.negative, `${formatCount(numbers.negative)}${share(numbers.negative)}`]);
    if (numbers.notFinite > 0) facts.push([texts.table.details.notFinite, formatCount(numbers.notFinite)]);
  }
  if (text) {
    facts.push([texts.table.details.length, text.shortest === text.longest ? formatCount(text.longest) : texts.table.details.fromTo(formatCount(text.shortest), formatCount(text.longest))]);
    if (text.empty > 0) facts.push([texts.table.details.empty, `${formatCount(text.empty)}${share(text.empty)}`]);
    if (text.untrimmed > 0) facts.push([texts.table.details.blanks, `${formatCount(text.untrimmed)}${share(text.untrimmed)}`]);
    if (text.likeNumber > 0) facts.push([texts.table.details.likeNumbers, `${formatCount(text.likeNumber)}${share(text.likeNumber)}`]);
    if (text.likeDate > text.likeNumber) facts.push([texts.table.details.likeDates, `${formatCount(text.likeDate)}${share(text.likeDate)}`]);
  }
  const most = Math.max(1, ...top.map((one) => one.count));
  return (
    <div className="flex flex-col gap-3">
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 tabular-nums">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="selectable text-right">{value}</dd>
          </div>
        ))}
      </dl>
      {quantiles.length > 0 ? (
        <section>
          <h4 className="pb-0.5 text-faint">{texts.table.details.quantiles}</h4>
          <dl className="grid grid-cols-[auto_1fr] gap-x-3 tabular-nums">
            {quantiles.map(({ fraction, value }) => (
              <div key={fraction} className="contents">
                <dt className="text-muted">{fraction === 0 ? texts.table.details.smallest : fraction === 1 ? texts.table.details.largest : fraction === 0.5 ? texts.table.details.median : `${fraction * 100} %`}</dt>
                <dd className="selectable text-right">{typeof value === 'number' ? formatNumber(value) : value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ) : null}
      {top.length > 0 && distinct < rows - missing ? (
        <section>
          <h4 className="pb-0.5 text-faint">{texts.table.details.mostFrequent}</h4>
          <ol className="flex flex-col gap-px tabular-nums">
            {top.map((one) => (
              <li key={one.value} className="relative flex justify-between gap-2 px-1" title={one.value}>
                <span aria-hidden className="absolute inset-y-0 left-0 rounded-sm bg-accent-soft" style={{ width: `${(100 * one.count) / most}%` }} />
                <span className="selectable relative min-w-0 truncate">{one.value || texts.results.empty}</span>
                <span className="relative shrink-0 text-muted">{formatCount(one.count)}</span>
              </li>
            ))}
          </ol>
        </section>
      ) : null}
    </div>
  );
}

const percent = (part: number): string => (part > 0 && part < 0.001 ? decimalMark('< 0.1 %') : decimalMark(`${(100 * part).toFixed(part < 0.1 && part > 0 ? 1 : 0)} %`));
