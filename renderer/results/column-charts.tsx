import { useMemo, useState } from 'react';
import { formatCount } from '#app/core/units.ts';
import type { ColumnProfile } from '#app/protocol/schema.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { client } from '../rpc/client.ts';
import { SearchInput, Spinner } from '../ui/index.ts';
import { Chart } from './charts/chart.tsx';
import { columnQuery } from './column-query.ts';
import { SlicedChart } from './charts/sliced-chart.tsx';
import { Notice } from './notice.tsx';
import { profileWords } from './table/profile-text.ts';
import { askedOf, type Subject } from './table/table-subject.ts';
import { useQuery } from './use-query.ts';
import { texts } from '../text/texts.ts';

const firstShown = 24;

/** The distribution of every column of a table, before any chart node is placed. */
export function ColumnCharts({ subject, port }: { readonly subject: Subject; readonly port: string }) {
  const [search, setSearch] = useState('');
  const profile = useQuery(`${subject.key} ${port}`, (signal) => client.data.profile({ ...askedOf(subject), nodeId: subject.nodeId, port, filter: '' }, { signal }));
  const charts = useMemo(
    () => (profile.data?.columns ?? []).flatMap((column) => {
      const chart = profileChart(column);
      return chart === null ? [] : [{ title: column.name, chart, query: columnQuery(column) }];
    }),
    [profile.data],
  );
  if (profile.error) return <Notice diagnostic={profile.error} />;
  if (profile.data === null) {
    return (
      <div className="flex h-full items-center justify-center gap-2 text-sm text-muted">
        <Spinner label={texts.common.loading} /> {texts.results.columns.looking}
      </div>
    );
  }
  const shown = charts.filter((chart) => chart.title.toLowerCase().includes(search.toLowerCase()));
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex items-center gap-3">
        <SearchInput label={texts.results.columns.find} placeholder={texts.results.columns.find} value={search} onChange={setSearch} className="w-60" />
        <span className="text-xs text-muted">
          {texts.common.rowCount(formatCount(profile.data.rows), profile.data.rows === 1)}
          {profile.data.sampled ? texts.results.columns.sampled(formatCount(profile.data.looked)) : ''}
        </span>
      </div>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(min(300px,100%),1fr))] gap-3">
        {shown.slice(0, firstShown).map(({ title, chart, query }, index) =>
          query === null ? (
            <Chart key={title} spec={chart} index={index} height={180} />
          ) : (
            <SlicedChart key={title} spec={chart} query={query} table={{ subject, nodeId: subject.nodeId, port }} index={index} height={180} preliminary />
          ),
        )}
      </div>
      {shown.length > firstShown ? <p className="text-xs text-muted">{texts.results.columns.more(formatCount(shown.length - firstShown))}</p> : null}
    </div>
  );
}

/** Histogram of numbers and times, most frequent values of others; null where neither is known. */
export function profileChart(column: ColumnProfile): ChartSpec | null {
  const note = profileWords(column).split('\n').at(-1);
  const y = { title: texts.common.rows };
  if (column.histogram && column.histogram.counts.length > 0) {
    const { edges, counts } = column.histogram;
    const time = column.type === 'date' || column.type === 'timestamp';
    const centres = counts.map((_, index) => {
      const centre = ((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2;
      return time ? new Date(centre).toISOString() : centre;
    });
    return { title: column.name, x: { title: column.name, ...(time ? { scale: 'time' } : {}) }, y, series: [{ name: column.name, mark: 'bars', x: centres, y: counts }], note };
  }
  if (column.top.length === 0) return null;
  const top = column.top.slice(0, 12);
  return {
    title: column.name,
    x: { title: column.name, scale: 'category' },
    y,
    series: [{ name: column.name, mark: 'bars', x: top.map((one) => one.value || texts.results.empty), y: top.map((one) => one.count) }],
    note: (column.distinct ?? 0) > top.length ? texts.results.columns.most(top.length, formatCount(column.distinct ?? 0), note ?? '') : note,
  };
}
