import { MousePointerClick, Play, TriangleAlert } from 'lucide-react';
import { titleOf } from '../state/catalogue.ts';
import { isRunning, startRun, useRun } from '../state/run.ts';
import { useSelection } from '../state/selection.ts';
import { useView } from '../state/view.ts';
import type { DockTab } from '../state/view.ts';
import { Badge, Button, EmptyState, TabPanel, Tabs, Tooltip, cx } from '../ui/index.ts';
import type { TabItem } from '../ui/index.ts';
import { ColumnCharts } from './column-charts.tsx';
import { LogTab } from './log-tab.tsx';
import { ProblemsTab } from './problems-tab.tsx';
import { InlineMarkdown } from './report/markdown.tsx';
import { SlicesBar } from './slices-bar.tsx';
import { TableView } from './table/table-view.tsx';
import { useDock } from './use-dock.ts';
import type { Dock, DockPort } from './use-dock.ts';
import { ValueTab } from './value-tab.tsx';

const valueTitles = { table: 'Charts', report: 'Report', evaluation: 'Report', model: 'Model', recipe: 'Recipe', learner: 'Learner' } as const;

/** The bottom dock: the selected node's table or value, its log, and the problems of the whole pipeline. */
export function ResultsDock() {
  const dock = useDock();
  const wanted = useView((state) => state.dockTab);
  const series = useRun((state) => (dock.node ? state.series[dock.node.id] : undefined));
  const { document, node, port, subject } = dock;
  const tables = dock.ports.filter((one) => one.kind === 'table');
  // Table and value stand for “the result”: whichever the port has is shown.
  const tab: DockTab = wanted === 'table' && port !== null && port.kind !== 'table' ? 'charts' : wanted;

  const choose = (next: DockTab) => {
    const [first] = tables;
    if (next === 'table' && port?.kind !== 'table' && first) useSelection.setState({ port: first.name });
    useView.setState({ dockTab: next });
  };
  // Running does not help where a choice is missing or wrong.
  const blocked = dock.node !== null && dock.problems.some(({ nodeId, diagnostic }) => nodeId === dock.node?.id && diagnostic.severity === 'error' && diagnostic.place?.param !== undefined);
  const problems = dock.problems.filter((problem) => problem.diagnostic.severity !== 'info').length;
  const failing = dock.problems.some((problem) => problem.diagnostic.severity === 'error');
  const items: TabItem<DockTab>[] = [
    ...(port === null || tables.length > 0 ? [{ value: 'table' as const, label: 'Table', testId: 'results-tab-table' }] : []),
    { value: 'charts', label: port ? valueTitles[port.kind] : 'Charts', testId: 'results-tab-report' },
    { value: 'log', label: 'Log', testId: 'results-tab-log' },
    { value: 'problems', label: 'Problems', testId: 'results-tab-problems', ...(problems > 0 ? { badge: <Badge tone={failing ? 'bad' : 'warn'}>{problems}</Badge> } : {}) },
  ];

  return (
    <section data-testid="results-dock" aria-label="Results" className="flex h-full min-h-0 min-w-0 flex-col bg-surface">
      <SlicesBar />
      <div className="min-h-0 flex-1">
      <Tabs label="Results" value={tab} onChange={choose} items={items} trailing={<DockTrailing dock={dock} />}>
        <TabPanel value="table" className="!overflow-hidden">
          {subject && port?.kind === 'table' ? <TableView key={`${subject.nodeId} ${port.name}`} subject={subject} port={port.name} runAction={blocked ? null : <RunButton nodeId={subject.nodeId} />} /> : <NoResult dock={dock} />}
        </TabPanel>
        <TabPanel value="charts">
          {subject === null || port === null ? (
            <NoResult dock={dock} />
          ) : port.kind === 'table' ? (
            <ColumnCharts subject={subject} port={port.name} />
          ) : (
            <ValueTab
              key={`${subject.nodeId} ${port.name}`}
              subject={subject}
              port={port.name}
              kind={port.kind}
              running={dock.running}
              series={series}
              runAction={blocked ? null : <RunButton nodeId={subject.nodeId} />}
            />
          )}
        </TabPanel>
        <TabPanel value="log" className="!overflow-hidden">
          {document ? <LogTab document={document} nodeId={node?.id ?? null} /> : null}
        </TabPanel>
        <TabPanel value="problems">{document ? <ProblemsTab document={document} problems={dock.problems} /> : null}</TabPanel>
      </Tabs>
      </div>
    </section>
  );
}

function NoResult({ dock }: { readonly dock: Dock }) {
  if (dock.node === null) {
    return (
      <EmptyState icon={<MousePointerClick />} title="Select a node">
        Its table, charts and log show here. Click a node on the canvas, or walk the graph with the arrow keys.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<MousePointerClick />} title="This node has no output">
      What it did shows in its log.
    </EmptyState>
  );
}

function RunButton({ nodeId }: { readonly nodeId: string }) {
  const active = useRun(isRunning);
  return (
    <Button variant="primary" icon={<Play size={14} />} disabled={active} onClick={() => void startRun({ to: [nodeId] })}>
      Run to here
    </Button>
  );
}

/** Which node this is about, whether that is still so, and the choice of its ports. */
function DockTrailing({ dock }: { readonly dock: Dock }) {
  const { node, ports, port, stale } = dock;
  if (node === null) return null;
  return (
    <div className="flex min-w-0 items-center gap-2 pr-1">
      {stale === null ? null : (
        <Tooltip text={<InlineMarkdown text={stale} />} side="top">
          <span tabIndex={0} className="rounded-sm">
            <Badge tone="warn">
              <TriangleAlert size={12} aria-hidden /> Out of date
            </Badge>
          </span>
        </Tooltip>
      )}
      <span className="min-w-0 truncate text-xs text-muted">{titleOf(node)}</span>
      {ports.length > 1 ? <PortSwitcher ports={ports} current={port} /> : null}
    </div>
  );
}

function PortSwitcher({ ports, current }: { readonly ports: readonly DockPort[]; readonly current: DockPort | null }) {
  return (
    <div role="group" aria-label="Output port" className="flex h-6 gap-0.5 rounded-md bg-active p-0.5">
      {ports.map((port, index) => (
        <button
          key={port.name}
          type="button"
          data-testid={`results-port-${port.name}`}
          aria-pressed={port.name === current?.name}
          title={`Shift+${index + 1}`}
          onClick={() => useSelection.setState({ port: port.name })}
          className={cx('rounded-sm px-2 text-xs', port.name === current?.name ? 'bg-raised font-medium text-ink shadow-card' : 'text-muted hover:text-ink')}
        >
          {port.title}
        </button>
      ))}
    </div>
  );
}
