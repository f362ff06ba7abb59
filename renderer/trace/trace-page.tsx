import { Waypoints } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Button, EmptyState, Segmented, Spinner, TabPanel, Tabs } from '../ui/index.ts';
import { AuditTab } from './audit-tab.tsx';
import { ThingPanel } from './thing-panel.tsx';
import { ThingsList } from './things-list.tsx';
import { TraceGraphView } from './trace-graph.tsx';
import { useTrace, type TraceDirection } from './trace-store.ts';
import type { TraceDetail } from '#app/protocol/sections/trace.ts';

/** Where everything comes from, and who did what. */
export function TracePage() {
  const tab = useTrace((state) => state.tab);
  return (
    <main aria-label={texts.trace.title} data-testid="trace-page" className="flex h-full min-h-0 flex-col bg-chrome">
      <header className="flex items-baseline gap-3 px-4 pb-1 pt-3">
        <h1 className="text-xl font-semibold tracking-tight">{texts.trace.title}</h1>
        <p className="truncate text-sm text-muted">{texts.trace.what}</p>
      </header>
      <Tabs
        label={texts.trace.title}
        value={tab}
        onChange={(next) => useTrace.setState({ tab: next })}
        items={[
          { value: 'lineage', label: texts.trace.lineage, testId: 'trace-tab-lineage' },
          { value: 'audit', label: texts.trace.audit.title, testId: 'trace-tab-audit' },
        ]}
        className="min-h-0 flex-1"
      >
        <TabPanel value="lineage" className="!overflow-hidden">
          <LineageTab />
        </TabPanel>
        <TabPanel value="audit" className="!overflow-hidden">
          <AuditTab />
        </TabPanel>
      </Tabs>
    </main>
  );
}

function LineageTab() {
  const { of, selected, direction, detail, opened } = useTrace();
  const first = useQuery(of === null ? 'trace first' : null, (signal) => client.trace.search({ text: '', limit: 1 }, { signal }));
  const start = of ?? first.data?.[0]?.id ?? null;
  const graph = useQuery(start === null ? null : `trace ${start} ${direction} ${detail} ${opened.join('\n')}`, (signal) => client.trace.graph({ of: start ?? '', direction, detail, opened: [...opened] }, { signal }));
  const shown = graph.data;
  const node = shown?.nodes.find(({ id }) => id === (selected ?? shown.focus)) ?? shown?.nodes.find(({ id }) => id === shown.focus);
  if (of === null && first.data?.length === 0) {
    return (
      <EmptyState icon={<Waypoints />} title={texts.trace.none} action={<Button variant="primary" onClick={() => useView.setState({ page: 'canvas' })}>{texts.common.goToCanvas}</Button>}>
        {texts.trace.noneText}
      </EmptyState>
    );
  }
  return (
    <div className="grid h-full min-h-0 grid-cols-[220px_minmax(0,1fr)_280px]">
      <ThingsList shown={shown?.focus ?? start} />
      <div className="flex min-h-0 min-w-0 flex-col">
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
          <Segmented
            label={texts.trace.direction}
            value={direction}
            onChange={(value) => useTrace.setState({ direction: value as TraceDirection, opened: [] })}
            items={[
              { value: 'both', label: texts.trace.both },
              { value: 'up', label: texts.trace.up },
              { value: 'down', label: texts.trace.down },
            ]}
            className="!w-auto [&>button]:px-2.5"
          />
          <Segmented
            label={texts.trace.detail}
            value={detail}
            onChange={(value) => useTrace.setState({ detail: value as TraceDetail, opened: [], selected: null })}
            items={[
              { value: 'runs', label: texts.trace.byRuns },
              { value: 'steps', label: texts.trace.bySteps },
              { value: 'columns', label: texts.trace.byColumns },
            ]}
            className="!w-auto [&>button]:px-2.5"
          />
          {graph.loading ? <Spinner label={texts.common.loading} /> : null}
        </div>
        <div className="min-h-0 flex-1">
          {graph.error ? (
            <div className="p-4">
              <Notice diagnostic={graph.error} />
            </div>
          ) : shown ? (
            <TraceGraphView graph={shown} />
          ) : null}
        </div>
      </div>
      {node && shown ? <ThingPanel node={node} isFocus={node.id === shown.focus} /> : <div className="border-l border-line" />}
    </div>
  );
}
