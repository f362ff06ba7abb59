import { useEffect, useState } from 'react';
import { Plus, Server } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client } from '../rpc/client.ts';
import { useView } from '../state/view.ts';
import { Button, EmptyState, Page, Spinner } from '../ui/index.ts';
import { texts } from '../text/texts.ts';
import { ServeDialog } from './serve-dialog.tsx';
import { lookEvery, ServerPanel } from './server-panel.tsx';
import { TokensPanel } from './tokens-panel.tsx';

/** Servers of registered models: how they do, who answers, trying them, what they write down, and who is let in. */
export function ServingPage() {
  const servers = useQuery('servers', (signal) => client.serving.list(undefined, { signal }));
  const models = useQuery('models', (signal) => client.models.list(undefined, { signal }));
  const [open, setOpen] = useState(false);
  const { reload } = servers;
  useEffect(() => {
    const timer = setInterval(reload, lookEvery);
    return () => clearInterval(timer);
  }, [reload]);
  const known = models.data ?? [];
  const list = servers.data ?? [];
  const error = servers.error ?? models.error;
  const hasModels = known.length > 0;

  return (
    <div data-testid="serving-page" className="h-full min-h-0">
      <Page
        title={texts.serving.title}
        description={texts.serving.what}
        actions={list.length > 0 && hasModels ? <Button needs="operate" variant="primary" icon={<Plus size={15} />} onClick={() => setOpen(true)}>{texts.serving.serve}</Button> : undefined}
      >
        {error ? <Notice diagnostic={error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
        {servers.data === null && !servers.error ? <Spinner label={texts.common.loading} /> : null}
        {list.map((server) => (
          <ServerPanel key={server.name} server={server} models={known} onChanged={reload} />
        ))}
        {servers.data?.length === 0 ? (
          <div className="min-h-64 flex-1">
            <EmptyState
              icon={<Server />}
              title={texts.serving.none}
              action={
                hasModels ? (
                  <Button needs="operate" variant="primary" icon={<Plus size={15} />} data-testid="serve-model" onClick={() => setOpen(true)}>{texts.serving.serve}</Button>
                ) : (
                  <Button onClick={() => useView.setState({ page: 'canvas' })}>{texts.common.goToCanvas}</Button>
                )
              }
            >
              {hasModels ? texts.serving.how : texts.serving.noModels}
            </EmptyState>
          </div>
        ) : null}
        {list.length > 0 ? <TokensPanel /> : null}
        {open ? <ServeDialog models={known} taken={list.map(({ name }) => name)} onClose={() => setOpen(false)} onStarted={reload} /> : null}
      </Page>
    </div>
  );
}
