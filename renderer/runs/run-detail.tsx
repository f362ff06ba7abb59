import { useMemo } from 'react';
import { ArrowLeft, ArrowUpRight, Waypoints } from 'lucide-react';
import { formatBytes, formatCount, formatDuration } from '#app/core/units.ts';
import type { NodeRun, RunDetail } from '#app/protocol/schema.ts';
import { LiveCurves } from '../results/live/live-curves.tsx';
import { Notice, SeverityIcon } from '../results/notice.tsx';
import { isJudged } from '#app/brief/judge.ts';
import { MetricGrid, metricItems } from '../results/report/metric-grid.tsx';
import { InlineMarkdown } from '../results/report/markdown.tsx';
import { useQuery } from '../results/use-query.ts';
import { openAtRun } from '../history/open-at-run.ts';
import { client } from '../rpc/client.ts';
import { categoryOf, iconOf, titleIn } from '../state/catalogue.ts';
import { Button, NodeTile, Page, Spinner, cx } from '../ui/index.ts';
import { ReproduceButton } from '../trace/reproduce-button.tsx';
import { TraceButton } from '../trace/trace-button.tsx';
import { showTrace } from '../trace/trace-store.ts';
import { metricsByNode } from './compare.ts';
import { RunStatusMark } from './run-status.tsx';
import { TimeAgo } from './time-ago.tsx';
import { texts } from '../text/texts.ts';

/** One run: what each node did, why, how long it took, and what came out. */
export function RunDetailPage({ runId, onBack }: { readonly runId: string; readonly onBack: () => void }) {
  const run = useQuery(`run ${runId}`, (signal) => client.run.get({ runId }, { signal }));
  const back = (
    <Button icon={<ArrowLeft size={14} />} onClick={onBack}>
      {texts.runs.allRuns}
    </Button>
  );
  if (run.data === null) {
    return (
      <Page title={texts.runs.run} actions={back}>
        {run.error ? <Notice diagnostic={run.error} /> : <Spinner label={texts.common.loading} />}
      </Page>
    );
  }
  return (
    <Page
      title={run.data.title}
      actions={
        <>
          {run.data.status === 'running' ? null : <CanvasButton run={run.data} />}
          <Button icon={<Waypoints size={14} />} data-testid="trace-run" onClick={() => showTrace(`run:${runId}`)}>
            {texts.trace.title}
          </Button>
          {run.data.status === 'running' ? null : <ReproduceButton runId={runId} />}
          {back}
        </>
      }
    >
      <Detail run={run.data} />
    </Page>
  );
}

function CanvasButton({ run }: { readonly run: RunDetail }) {
  return (
    <Button icon={<ArrowUpRight size={14} />} data-testid="run-on-canvas" onClick={() => void openAtRun({ ...run, nodeId: null })}>
      {texts.runs.onCanvas}
    </Button>
  );
}

function Detail({ run }: { readonly run: RunDetail }) {
  const curves = useMemo(() => {
    const nodes = new Map<string, Record<string, { steps: number[]; values: number[] }>>();
    for (const { nodeId, name, steps, values } of run.series) nodes.set(nodeId, { ...nodes.get(nodeId), [name]: { steps, values } });
    return [...nodes].map(([nodeId, series]) => ({ nodeId, series, title: titleIn(run.nodes.find((node) => node.nodeId === nodeId)?.title ?? nodeId) }));
  }, [run]);
  const metrics = useMemo(() => metricsByNode(run.metrics), [run]);
  return (
    <div data-testid="run-detail" className="flex flex-col gap-5">
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
        <RunStatusMark status={run.status} />
        <span>
          {texts.runs.startedWord} <TimeAgo at={run.startedAt} />
        </span>
        {run.ms === null ? null : <span>{texts.runs.took(formatDuration(run.ms))}</span>}
        {run.pipelinePath ? <span className="font-mono text-xs">{run.pipelinePath}</span> : null}
        <span className="selectable font-mono text-xs text-faint">{run.runId}</span>
      </p>
      {metrics.length > 0 ? (
        <div className="grid grid-cols-[repeat(auto-fit,minmax(min(420px,100%),1fr))] gap-4">
          {metrics.map(([node, values]) => (
            <MetricGrid key={node} title={node || texts.runs.metrics} metrics={metricItems(values)} judged={run.nodes.some((one) => titleIn(one.title) === node && isJudged(one.type))} beside={(name) => traceOf(run, node, name)} />
          ))}
        </div>
      ) : null}
      <NodeTable nodes={run.nodes} />
      {curves.map(({ nodeId, series, title }) => (
        <section key={nodeId} aria-label={texts.runs.curvesOf(title)}>
          <h2 className="mb-2 text-sm font-semibold">{title}</h2>
          <LiveCurves series={series} live={false} />
        </section>
      ))}
    </div>
  );
}

/** Leads from a number to what it was measured on. */
function traceOf(run: RunDetail, title: string, name: string) {
  const node = run.nodes.find((one) => titleIn(one.title) === title && Object.hasOwn(one.metrics, name)) ?? run.nodes.find((one) => one.title === title && Object.hasOwn(one.metrics, name));
  return node === undefined ? null : <TraceButton of={`metric:${run.runId}/${node.nodeId}/${name}`} name={name} />;
}

const head = 'border-b border-line-strong bg-chrome px-3 py-2 text-left text-xs font-semibold text-muted whitespace-nowrap';
const cell = 'border-b border-line px-3 py-2 align-top';

function NodeTable({ nodes }: { readonly nodes: readonly NodeRun[] }) {
  const longest = Math.max(1, ...nodes.map((node) => node.ms ?? 0));
  return (
    <div className="overflow-auto rounded-md border border-line bg-surface">
      <table className="w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            <th scope="col" className={head}>{texts.common.node}</th>
            <th scope="col" className={head}>{texts.common.status}</th>
            <th scope="col" className={cx(head, 'w-[34%]')}>{texts.runs.why}</th>
            <th scope="col" className={cx(head, 'text-right')}>{texts.common.rows}</th>
            <th scope="col" className={cx(head, 'text-right')}>{texts.runs.size}</th>
            <th scope="col" className={cx(head, 'w-40')}>{texts.runs.time}</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node) => {
            const rows = total(node, 'rows');
            const bytes = total(node, 'bytes');
            return (
              <tr key={node.nodeId} data-testid={`run-node-${node.nodeId}`}>
                <td className={cell}>
                  <span className="flex items-center gap-2">
                    <NodeTile svg={iconOf(node.type)} category={categoryOf(node.type)} size={24} />
                    <span className="font-medium">{titleIn(node.title)}</span>
                  </span>
                </td>
                <td className={cell}>
                  <RunStatusMark status={node.status} />
                </td>
                <td className={cx(cell, 'selectable text-muted')}>
                  <InlineMarkdown text={node.reason} />
                  {node.diagnostics.map((diagnostic, index) => (
                    <span key={index} className="mt-1 flex gap-1.5 text-ink">
                      <span className="pt-[3px]">
                        <SeverityIcon severity={diagnostic.severity} size={13} />
                      </span>
                      <span>
                        {diagnostic.message} {diagnostic.remedy ? <span className="text-muted">{diagnostic.remedy}</span> : null}
                      </span>
                    </span>
                  ))}
                </td>
                <td className={cx(cell, 'text-right tabular-nums')}>{rows === null ? <span className="text-faint">–</span> : formatCount(rows)}</td>
                <td className={cx(cell, 'whitespace-nowrap text-right tabular-nums')}>{bytes === null ? <span className="text-faint">–</span> : formatBytes(bytes)}</td>
                <td className={cell}>
                  {node.ms === null ? (
                    <span className="text-faint">–</span>
                  ) : (
                    <span className="flex flex-col gap-1">
                      <span className="tabular-nums">{formatDuration(node.ms)}</span>
                      <span aria-hidden className="h-1 rounded-full bg-active">
                        <span className="block h-full rounded-full bg-accent" style={{ width: `${Math.max(1, (node.ms / longest) * 100)}%` }} />
                      </span>
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function total(node: NodeRun, what: 'rows' | 'bytes'): number | null {
  const known = Object.values(node.ports).flatMap((port) => (port[what] === null ? [] : [port[what]]));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
