import { useEffect } from 'react';
import type { RegisteredModel } from '#app/protocol/sections/registry.ts';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useRun } from '../state/run.ts';
import { ServerCard } from './server-card.tsx';
import { texts } from '../text/texts.ts';

/** Model servers that nodes of this session started; nothing where there are none. */
export function RunningServers({ models }: { readonly models: readonly RegisteredModel[] }) {
  const servers = useQuery('servers', (signal) => client.models.servers(undefined, { signal }));
  const versions = useQuery(servers.data?.length ? `served ${models.length}` : null, (signal) => client.models.list(undefined, { signal }));
  const status = useRun((state) => state.status);
  const { reload } = servers;
  useEffect(() => {
    if (status !== 'starting') reload();
  }, [status, reload]);
  if (!servers.data?.length) return null;
  return (
    <section aria-label={texts.models.servers}>
      <h2 className="mb-2 text-sm font-semibold">{texts.models.serversHere}</h2>
      <ul className="overflow-hidden rounded-md border border-line">
        {servers.data.map((server) => (
          <ServerCard key={server.nodeId} server={server} model={versions.data?.find((one) => one.name === server.name) ?? null} onStopped={reload} />
        ))}
      </ul>
    </section>
  );
}
