import { FolderOpen, MousePointerClick, Play, SearchX, Table2 } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import type { Pin, ViewData } from '../dock/layout.ts';
import { openPipeline, usePipeline } from '../state/pipeline.ts';
import { isRunning, startRun, useRun } from '../state/run.ts';
import { Button, EmptyState } from '../ui/index.ts';
import { ReportSource } from './charts/report-source.ts';
import { ChartColumns } from './chart-columns.tsx';
import { ColumnCharts } from './column-charts.tsx';
import { LogTab } from './log-tab.tsx';
import { ProblemsTab } from './problems/problems-tab.tsx';
import { TableView } from './table/table-view.tsx';
import { useProblems, useShown, useSubject, type Shown } from './use-result.ts';
import { ValueTab } from './value-tab.tsx';
import { texts } from '../text/texts.ts';

interface ResultViewProps {
  readonly view: ViewData;
  /** Takes the view away; offered where it has nothing to show any more. */
  readonly close: () => void;
}

/** What one view shows: a node's table or value, its log, or the problems of the whole pipeline. */
export function ResultView({ view, close }: ResultViewProps) {
  const shown = useShown(view.pin);
  if (view.pin !== null && shown.missing !== null) return <Missing pin={view.pin} missing={shown.missing} close={close} />;
  const { document, node } = shown;
  switch (view.kind) {
    case 'log':
      return document === null ? null : <LogTab document={document} nodeId={node?.id ?? null} />;
    case 'problems':
      return <Problems shown={shown} />;
    case 'table':
    case 'charts':
      return <Result kind={view.kind} shown={shown} />;
  }
}

function Problems({ shown: { document } }: { readonly shown: Shown }) {
  const problems = useProblems();
  return document === null ? null : <ProblemsTab document={document} problems={problems} />;
}

function Result({ kind, shown }: { readonly kind: 'table' | 'charts'; readonly shown: Shown }) {
  const { node, port } = shown;
  const subject = useSubject(shown);
  const { known } = shown;
  const series = useRun((state) => (known === undefined ? undefined : state.series[known]));
  const running = useRun((state) => isRunning(state) && known !== undefined && state.nodes[known]?.status === 'running');
  const problems = useProblems();
  // Running does not help where a choice is missing or wrong.
  const blocked = node !== null && problems.some(({ nodeId, diagnostic }) => nodeId === known && diagnostic.severity === 'error' && diagnostic.place?.param !== undefined);
  const path = usePipeline((state) => state.path);
  const [pipeline, nodeId, portName] = [subject?.document.id, subject?.nodeId, subject?.port];
  const source = useMemo(() => (pipeline === undefined || nodeId === undefined || portName === undefined || path === null ? null : { pipeline, path, node: nodeId, port: portName }), [pipeline, path, nodeId, portName]);
  const runs = blocked ? undefined : (known ?? nodeId);
  const runAction = useMemo((): ReactNode => (runs === undefined ? null : <RunButton nodeId={runs} />), [runs]);
  if (subject === null || port === null) return <NoResult node={node !== null} />;
  const key = `${subject.nodeId} ${subject.port}`;
  if (kind === 'table') {
    if (port.kind !== 'table') {
      return (
        <EmptyState icon={<Table2 />} title={texts.views.noTable}>
          {texts.views.noTableText}
        </EmptyState>
      );
    }
    return <TableView key={key} subject={subject} port={subject.port} runAction={runAction} />;
  }
  return (
    <ReportSource value={source}>
      <div className="flex h-full flex-col">
        {port.kind === 'report' && node !== null ? <ChartColumns key={node.id} node={node} /> : null}
        <div tabIndex={0} className="min-h-0 flex-1 overflow-auto -outline-offset-2">
          {port.kind === 'table' ? (
            <ColumnCharts key={key} subject={subject} port={subject.port} />
          ) : (
            <ValueTab key={key} subject={subject} port={subject.port} kind={port.kind} running={running} series={series} runAction={runAction} />
          )}
        </div>
      </div>
    </ReportSource>
  );
}

function Missing({ pin, missing, close }: { readonly pin: Pin; readonly missing: 'elsewhere' | 'gone'; readonly close: () => void }) {
  if (missing === 'elsewhere') {
    return (
      <EmptyState
        icon={<FolderOpen />}
        title={texts.views.elsewhere(pin.title)}
        action={
          <>
            <Button onClick={() => void openPipeline(pin.path)}>{texts.views.open(pin.pipeline)}</Button>
            <Button variant="quiet" onClick={close}>
              {texts.views.actions.close}
            </Button>
          </>
        }
      >
        {texts.views.elsewhereText(pin.pipeline)}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<SearchX />} title={texts.views.gone(pin.title)} action={<Button onClick={close}>{texts.views.actions.close}</Button>}>
      {texts.views.goneText}
    </EmptyState>
  );
}

function NoResult({ node }: { readonly node: boolean }) {
  if (!node) {
    return (
      <EmptyState icon={<MousePointerClick />} title={texts.views.select}>
        {texts.views.selectText}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<MousePointerClick />} title={texts.views.noOutput}>
      {texts.views.noOutputText}
    </EmptyState>
  );
}

function RunButton({ nodeId }: { readonly nodeId: string }) {
  const active = useRun(isRunning);
  return (
    <Button variant="primary" icon={<Play size={14} />} disabled={active} onClick={() => void startRun({ to: [nodeId] })}>
      {texts.app.run.toHere}
    </Button>
  );
}
