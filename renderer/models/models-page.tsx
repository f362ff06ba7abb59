import { useEffect, useMemo } from 'react';
import { Box } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useRun } from '../state/run.ts';
import { useView } from '../state/view.ts';
import { Button, EmptyState, Page, Spinner } from '../ui/index.ts';
import { groupVersions } from './group-versions.ts';
import { ModelCard } from './model-card.tsx';
import { ServerCard } from './server-card.tsx';
import { texts } from '../text/texts.ts';

/** Registered models with their versions, and the servers that run. */
export function ModelsPage() {
  const models = useQuery('models', (signal) => client.models.list(undefined, { signal }));
  const servers = useQuery('servers', (signal) => client.models.servers(undefined, { signal }));
  const status = useRun((state) => state.status);
  const { reload: reloadModels } = models;
  const { reload: reloadServers } = servers;
  useEffect(() => {
    if (status === 'starting') return;
    reloadModels();
    reloadServers();
  }, [status, reloadModels, reloadServers]);
  const groups = useMemo(() => groupVersions(models.data ?? []), [models.data]);
  const running = servers.data ?? [];
  const error = models.error ?? servers.error;

  return (
    <div data-testid="models-page" className="h-full min-h-0">
      <Page title={texts.models.title} description={texts.models.what}>
        {error ? <Notice diagnostic={error} action={<Button onClick={reloadModels}>{texts.common.tryAgain}</Button>} /> : null}
        {models.data === null && !models.error ? <Spinner label={texts.common.loading} /> : null}
        {running.length > 0 ? (
          <section aria-label={texts.models.servers}>
            <h2 className="mb-2 text-sm font-semibold">{texts.models.serversHere}</h2>
            <ul className="overflow-hidden rounded-md border border-line">
              {running.map((server) => (
                <ServerCard key={server.nodeId} server={server} model={models.data?.find((one) => one.name === server.name) ?? null} onStopped={reloadServers} />
              ))}
            </ul>
          </section>
        ) : null}
        {groups.map((group) => (
          <ModelCard key={group.name} group={group} />
        ))}
        {models.data?.length === 0 && running.length === 0 ? (
          <EmptyState icon={<Box />} title={texts.models.none} action={<Button onClick={() => useView.setState({ page: 'canvas' })}>{texts.common.goToCanvas}</Button>}>
            {texts.models.how}
          </EmptyState>
        ) : null}
      </Page>
    </div>
  );
}
