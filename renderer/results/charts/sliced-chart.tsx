import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { stableHash } from '#app/core/hash.ts';
import type { ChartQuery } from '#app/sdk/charts.ts';
import type { ChartView } from '#app/reports/document.ts';
import type { ChartSpec } from '#app/sdk/ports.ts';
import { client } from '../../rpc/client.ts';
import { sliceFilter, useSlices } from '../../state/slices.ts';
import { askedOf, type Subject } from '../table/table-subject.ts';
import { useQuery } from '../use-query.ts';
import type { Brushed } from './brush.ts';
import { Chart } from './chart.tsx';

export interface ChartTable {
  /** The part of the pipeline that makes the table. */
  readonly subject: Subject;
  /** The node and port whose table the chart is of. */
  readonly nodeId: string;
  readonly port: string;
}

interface SlicedChartProps {
  /** The chart of the whole table. */
  readonly spec: ChartSpec;
  readonly query: ChartQuery;
  readonly table: ChartTable;
  readonly index: number;
  readonly height?: number;
  /** `spec` is a first picture only (a profile's): the chart itself is asked for, under its title and note. */
  readonly preliminary?: boolean;
  /** What a report would show to show this chart; absent: the table, asked as here, with the selections made now. */
  readonly shows?: ChartView;
}

/** While a selection is being dragged out, only where it rests is asked for. */
const settleMs = 120;

/** A chart of a table that is narrowed to what is selected in the table's other views, and whose own selection narrows them. */
export function SlicedChart({ spec: given, query, table, index, height, preliminary = false, shows }: SlicedChartProps) {
  const { subject, nodeId, port } = table;
  const view = useMemo(() => `chart ${nodeId} ${port} ${stableHash(query)}`, [nodeId, port, query]);
  const slices = useSlices((state) => state.slices);
  const setSlice = useSlices((state) => state.set);
  const host = useRef<HTMLDivElement>(null);
  const near = useNear(host);
  const asked = useQuery(preliminary && near ? `${subject.key} ${view} whole` : null, (signal) => chartOf(table, query, '', signal));
  const found = asked.data;
  const spec = useMemo(() => (found === null ? given : { ...found, title: given.title, ...(given.note === undefined ? {} : { note: given.note }) }), [given, found]);
  const filter = useSettled(sliceFilter(slices, { nodeId, port }, view));
  const answer = useQuery(filter === '' || !near ? null : `${subject.key} ${view} ${filter}`, (signal) => chartOf(table, query, filter, signal));
  // The picture before stays until the next one is there.
  const [last, setLast] = useState<ChartSpec | null>(null);
  const { data } = answer;
  useEffect(() => {
    if (data !== null) setLast(data);
  }, [data]);
  useEffect(() => {
    if (filter === '') setLast(null);
  }, [filter]);
  const part = filter === '' ? null : (data ?? last);
  const onBrush = useCallback((brushed: Brushed | null) => setSlice(view, brushed === null ? null : { nodeId, port, ...brushed }), [setSlice, view, nodeId, port]);
  return (
    <div ref={host} className="min-w-0">
      <Chart
        spec={part === null ? spec : { ...part, title: spec.title }}
        index={index}
        shows={shows ?? { of: 'table', query, filter }}
        {...(height === undefined ? {} : { height })}
        brush={{
          background: part === null ? null : spec,
          mark: slices[view]?.mark ?? null,
          loading: answer.loading,
          problem: answer.error === null ? null : `${answer.error.message} ${answer.error.remedy ?? ''}`.trim(),
          onBrush,
        }}
      />
    </div>
  );
}

async function chartOf({ subject, nodeId, port }: ChartTable, query: ChartQuery, filter: string, signal: AbortSignal): Promise<ChartSpec> {
  const { chart } = await client.views.chart({ ...askedOf(subject), nodeId, port, filter, query }, { signal });
  return chart as ChartSpec;
}

/** The value once it has stayed for a moment; emptiness at once. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), value === '' ? 0 : settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return value === '' ? '' : settled;
}

/** True while the element is in or near the view: charts further down are asked for when they are scrolled to. */
function useNear(host: { readonly current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (host.current === null) return undefined;
    const sight = new IntersectionObserver((entries) => setNear(entries.some((entry) => entry.isIntersecting)), { rootMargin: '200px' });
    sight.observe(host.current);
    return () => sight.disconnect();
  }, [host]);
  return near;
}
