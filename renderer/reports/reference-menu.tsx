import { Braces } from 'lucide-react';
import type { ReportPipeline } from '#app/protocol/sections/reports.ts';
import { referenceText, runFacts } from '#app/reports/references.ts';
import { client } from '../rpc/client.ts';
import { useQuery } from '../results/use-query.ts';
import { Button, Menu, Popover, Select, type MenuItem } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { useState } from 'react';
import { usePipelines } from './use-pipelines.ts';

/** Puts a value into the text: of a run, or a number of a node. */
export function ReferenceMenu({ onInsert }: { readonly onInsert: (reference: string) => void }) {
  const { data } = usePipelines();
  const [of, setOf] = useState<ReportPipeline | null>(null);
  const runs: MenuItem[] = (data ?? []).map((pipeline) => ({
    kind: 'submenu',
    id: pipeline.path,
    label: pipeline.title,
    items: [
      ...runFacts.map((fact): MenuItem => ({ id: fact, label: texts.reports.facts[fact], onSelect: () => onInsert(referenceText(fact, pipeline.title, null)) })),
      { kind: 'separator', id: 'line' },
      { id: 'node', label: texts.reports.numberOfNode, onSelect: () => setTimeout(() => setOf(pipeline)) },
    ],
  }));
  return (
    <span className="flex items-center gap-1">
      <Menu trigger={<Button size="sm" icon={<Braces size={13} />}>{texts.reports.insertValue}</Button>} items={runs.length === 0 ? [{ kind: 'label', id: 'none', label: texts.common.loading }] : runs} />
      {of === null ? null : (
        <Popover label={texts.reports.numberOfNode} open onOpenChange={(open) => !open && setOf(null)} trigger={<span />} className="w-72 p-3">
          <NumberChoice pipeline={of} onInsert={(reference) => { setOf(null); onInsert(reference); }} />
        </Popover>
      )}
    </span>
  );
}

function NumberChoice({ pipeline, onInsert }: { readonly pipeline: ReportPipeline; readonly onInsert: (reference: string) => void }) {
  const nodes = pipeline.nodes.filter(({ ports }) => ports.length > 0);
  const [nodeId, setNode] = useState(nodes[0]?.id ?? null);
  const node = nodes.find(({ id }) => id === nodeId);
  const offers = useQuery(node === undefined ? null : `numbers ${pipeline.path} ${node.id}`, async (signal) => {
    const found = await Promise.all((node?.ports ?? []).map(async ({ name }) => ({ name, offers: (await client.reports.offers({ source: { pipeline: pipeline.id, path: pipeline.path, node: node?.id ?? '', port: name }, pinned: {} }, { signal })).offers })));
    return found.flatMap(({ name, offers: all }) => all.flatMap((offer) => (offer.type === 'metric' ? [{ port: name, name: offer.name }] : [])));
  });
  const several = (node?.ports.length ?? 0) > 1;
  return (
    <div className="flex flex-col gap-2">
      <Select label={texts.common.node} value={nodeId} onChange={setNode} items={nodes.map(({ id, title }) => ({ value: id, label: title }))} />
      <ul className="flex max-h-60 flex-col overflow-auto">
        {(offers.data ?? []).map(({ port, name }) => (
          <li key={`${port} ${name}`}>
            <button type="button" className="h-7 w-full truncate rounded-sm px-2 text-left text-sm hover:bg-hover" onClick={() => node && onInsert(referenceText(name, pipeline.title, node.title, several ? port : null))}>
              {several ? `${port} · ${name}` : name}
            </button>
          </li>
        ))}
      </ul>
      {offers.data?.length === 0 ? <p className="text-xs text-muted">{texts.reports.notRunYet}</p> : null}
    </div>
  );
}
