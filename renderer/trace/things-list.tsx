import { useState } from 'react';
import type { TraceNode } from '#app/protocol/sections/trace.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { texts } from '../text/texts.ts';
import { SearchInput, Spinner, cx } from '../ui/index.ts';
import { traceKindLooks } from './kinds.tsx';
import { traceFrom } from './trace-store.ts';
import { nodeSubtitle, nodeTitle } from './words.ts';

const order = ['model', 'dataset', 'server', 'bundle', 'run'] as const;

/** Things to begin at: models, datasets, servers, bundles, the last runs; also anything by its id. */
export function ThingsList({ shown }: { readonly shown: string | null }) {
  const [text, setText] = useState('');
  const found = useQuery(`trace search ${text}`, (signal) => client.trace.search({ text, limit: 100 }, { signal }));
  const groups = order.flatMap((kind) => {
    const nodes = found.data?.filter((node) => node.kind === kind) ?? [];
    return nodes.length === 0 ? [] : [{ kind, nodes }];
  });
  const reference = /^(model|run|dataset|metric|step|request|server):./.test(text.trim()) ? text.trim() : null;
  return (
    <nav aria-label={texts.trace.things} className="flex h-full min-h-0 flex-col border-r border-line bg-chrome">
      <div className="p-2">
        <SearchInput value={text} onChange={setText} label={texts.trace.search} placeholder={texts.trace.searchShort} data-testid="trace-search" />
      </div>
      <div className="min-h-0 flex-1 overflow-auto px-1.5 pb-2">
        {reference === null ? null : (
          <button type="button" onClick={() => traceFrom(reference)} className="mb-1 w-full truncate rounded-sm px-2 py-1 text-left text-sm text-accent-ink hover:bg-hover">
            {texts.trace.goTo(reference)}
          </button>
        )}
        {found.error ? <Notice diagnostic={found.error} /> : null}
        {found.data === null && !found.error ? <Spinner label={texts.common.loading} /> : null}
        {found.data?.length === 0 && reference === null ? <p className="px-2 py-1 text-sm text-muted">{texts.trace.nothingFound}</p> : null}
        {groups.map(({ kind, nodes }) => (
          <section key={kind} aria-label={texts.trace.kindsMany[kind]}>
            <h2 className="px-2 pb-0.5 pt-2 text-xs font-semibold text-muted">{texts.trace.kindsMany[kind]}</h2>
            <ul>
              {nodes.map((node) => (
                <li key={node.id}>
                  <Thing node={node} current={node.id === shown} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </nav>
  );
}

function Thing({ node, current }: { readonly node: TraceNode; readonly current: boolean }) {
  const { icon: Icon, category } = traceKindLooks[node.kind];
  return (
    <button
      type="button"
      aria-current={current ? 'true' : undefined}
      data-testid={`trace-thing-${node.kind}`}
      onClick={() => traceFrom(node.id)}
      className={cx('flex w-full items-center gap-2 rounded-sm px-2 py-1 text-left hover:bg-hover', current && 'bg-accent-soft')}
    >
      <span data-category={category} className="shrink-0 text-[var(--category)]">
        <Icon size={14} strokeWidth={1.75} aria-hidden />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate text-sm leading-tight" title={nodeTitle(node)}>
          {nodeTitle(node)}
        </span>
        <span className="block truncate text-xs leading-tight text-muted">{nodeSubtitle(node)}</span>
      </span>
    </button>
  );
}
