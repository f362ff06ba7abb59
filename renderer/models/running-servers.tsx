import { useEffect } from 'react';
import { ArrowRight } from 'lucide-react';
import type { RegisteredModel } from '#app/protocol/sections/registry.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useRun } from '../state/run.ts';
import { useView } from '../state/view.ts';
import { Button } from '../ui/index.ts';
import { ServerCard, ServingRow } from './server-card.tsx';
import { texts } from '../text/texts.ts';

/** Model servers that run: those of the Serving page, and those that nodes of this session started. Nothing where there are none. */
export function RunningServers({ models }: { readonly models: readonly RegisteredModel[] }) {
  const servers = useQuery('servers', (signal) => client.models.servers(undefined, { signal }));
  const serving = useQuery('serving servers', (signal) => client.serving.list(undefined, { signal }));
  const versions = useQuery(servers.data?.length ? `served ${models.length}` : null, (signal) => client.models.list(undefined, { signal }));
  const status = useRun((state) => state.status);
  const { reload } = servers;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);
  const ofNodes = servers.data ?? [];
  const running = (serving.data ?? []).filter(({ state }) => state === 'running');
  if (ofNodes.length + running.length === 0) return null;
  return (
    <section aria-label={texts.models.servers}>
      <div className="mb-2 flex items-center justify-between gap-2">
        <h2 className="text-sm font-semibold">{texts.models.serversHere}</h2>
        <Button size="sm" variant="quiet" data-testid="to-serving" onClick={() => useView.setState({ page: 'serving' })}>
          {texts.serving.title}
          <ArrowRight size={13} aria-hidden />
        </Button>
      </div>
      <ul className="overflow-hidden rounded-md border border-line">
        {running.map((server) => (
          <ServingRow key={server.name} server={server} />
        ))}
        {ofNodes.map((server) => (
          <ServerCard key={server.nodeId} server={server} model={versions.data?.find((one) => one.name === server.name) ?? null} onStopped={reload} />
        ))}
      </ul>
    </section>
  );
}
