import type { TrustReport } from '#app/protocol/sections/trust.ts';
import { texts } from '../text/texts.ts';

const words = texts.trust;
const most = 12;

/** What a project holds that runs only when it is trusted. */
export function HeldBack({ report, onOpen }: { readonly report: TrustReport; readonly onOpen: (pipeline: string) => void }) {
  const { nodes, connections, automations, channels, servers, models } = report;
  const lists = [
    { title: words.connections, names: connections },
    { title: words.automations, names: automations },
    { title: words.channels, names: channels },
    { title: words.servers, names: servers },
  ].filter(({ names }) => names.length > 0);
  const isNothing = nodes.length === 0 && lists.length === 0 && models === 0;
  return (
    <div className="space-y-3 text-sm">
      <p>{isNothing ? words.confirmNothing : words.confirmHow}</p>
      {nodes.length > 0 ? (
        <ul aria-label={words.byNode} className="overflow-hidden rounded-md border border-line" data-testid="held-back">
          {nodes.slice(0, most).map((node) => (
            <li key={`${node.pipeline} ${node.nodeId}`} className="flex items-center gap-3 border-b border-line px-3 py-1.5 last:border-b-0">
              <span className="min-w-0 flex-1 truncate font-medium">{node.title}</span>
              <button type="button" className="min-w-0 truncate text-xs text-muted underline underline-offset-2" onClick={() => onOpen(node.pipeline)}>
                {node.pipelineTitle}
              </button>
              <span className="shrink-0 rounded bg-sunken px-1.5 py-0.5 text-xs">{words.kinds[node.kind]}</span>
            </li>
          ))}
          {nodes.length > most ? <li className="px-3 py-1.5 text-xs text-muted">{words.more(nodes.length - most)}</li> : null}
        </ul>
      ) : null}
      {lists.map(({ title, names }) => (
        <div key={title}>
          <h3 className="font-medium">{title}</h3>
          <p className="text-muted">{names.join(', ')}</p>
        </div>
      ))}
      {models > 0 ? <p>{words.models(models)}</p> : null}
      <p className="text-xs text-muted">{words.content}</p>
    </div>
  );
}
