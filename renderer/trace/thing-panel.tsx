import { ArrowUpRight, Crosshair, RotateCw } from 'lucide-react';
import type { TraceNode } from '#app/protocol/sections/trace.ts';
import { useQuery } from '../results/use-query.ts';
import { openAtRun } from '../history/open-at-run.ts';
import { client } from '../rpc/client.ts';
import { showRunPage } from '../runs/runs-store.ts';
import { useView } from '../state/view.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button } from '../ui/index.ts';
import { openModel } from '../models/models-store.ts';
import { CardMenu } from './card-menu.tsx';
import { KindTile } from './kinds.tsx';
import { ReproduceButton } from './reproduce-button.tsx';
import { traceFrom } from './trace-store.ts';
import { factName, factText, nodeTitle } from './words.ts';

/** What is known of the selected thing, and where it can be seen itself. */
export function ThingPanel({ node, isFocus }: { readonly node: TraceNode; readonly isFocus: boolean }) {
  return (
    <aside aria-label={texts.trace.about} data-testid="trace-detail" className="flex h-full min-h-0 flex-col overflow-auto border-l border-line bg-chrome">
      <header className="flex items-start gap-2.5 border-b border-line p-3">
        <KindTile node={node} size={36} />
        <div className="min-w-0">
          <Badge>{texts.trace.kinds[node.kind]}</Badge>
          <h2 className="mt-0.5 break-words text-base font-semibold leading-tight">{nodeTitle(node)}</h2>
        </div>
      </header>
      <div className="flex flex-wrap gap-1.5 border-b border-line p-3">
        {isFocus ? null : (
          <Button size="sm" icon={<Crosshair size={13} />} onClick={() => traceFrom(node.id)}>
            {texts.trace.centre}
          </Button>
        )}
        <Links node={node} />
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1.5 p-3 text-sm">
        {node.facts.map((fact, index) => (
          <div key={index} className="contents">
            <dt className="max-w-28 text-muted">{factName(fact.name)}</dt>
            <dd className={fact.format === 'hash' ? 'selectable break-all font-mono text-xs leading-5' : 'selectable break-words tabular-nums'}>{factText(fact)}</dd>
          </div>
        ))}
      </dl>
      {node.kind === 'request' ? <RequestCells id={node.title} /> : null}
    </aside>
  );
}

function Links({ node }: { readonly node: TraceNode }) {
  const { runId, pipelinePath, nodeId, model } = node;
  return (
    <>
      {runId !== null && node.kind === 'run' ? (
        <Button size="sm" icon={<ArrowUpRight size={13} />} onClick={() => showRunPage(runId)}>
          {texts.trace.openRun}
        </Button>
      ) : null}
      {pipelinePath !== null ? (
        <Button size="sm" icon={<ArrowUpRight size={13} />} onClick={() => void openAtRun({ runId, pipelineId: null, pipelinePath, nodeId })}>
          {nodeId === null ? texts.trace.openPipeline : texts.trace.openNode}
        </Button>
      ) : null}
      {model !== null ? (
        <>
          <Button size="sm" icon={<ArrowUpRight size={13} />} onClick={() => showModel(model.name, model.version)}>
            {texts.trace.openModel}
          </Button>
          <CardMenu name={model.name} version={model.version} />
        </>
      ) : null}
      {runId !== null && node.kind === 'run' ? <ReproduceButton runId={runId} size="sm" icon={<RotateCw size={13} />} /> : null}
    </>
  );
}

function showModel(name: string, version: number): void {
  openModel(name, version);
  useView.setState({ page: 'models' });
}

/** The row that a server was sent, with what each of its columns is computed from in training. */
function RequestCells({ id }: { readonly id: string }) {
  const request = useQuery(`trace request ${id}`, (signal) => client.trace.request({ id }, { signal }));
  if (request.data === null) return null;
  const { schema, cells, columns } = request.data;
  return (
    <section aria-label={texts.trace.requestRow} className="border-t border-line p-3">
      <h3 className="mb-1.5 text-sm font-semibold">{texts.trace.requestRow}</h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-sm">
        {schema.map(({ name }, index) => {
          const from = columns.find(({ column }) => column === name)?.from.filter(({ via }) => via === 'value') ?? [];
          return (
            <div key={name} className="contents">
              <dt className="break-words text-muted">{name}</dt>
              <dd className="selectable break-words tabular-nums">
                {cells[index] === null || cells[index] === undefined ? '–' : String(cells[index])}
                {from.length > 0 ? <span className="block text-xs text-muted">{texts.trace.trainedFrom(from.map(({ dataset, column }) => `${dataset}: ${column}`).join(', '))}</span> : null}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
