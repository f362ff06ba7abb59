import { Monitor } from 'lucide-react';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, Dialog, Spinner } from '../ui/index.ts';
import { browserName } from './browser-name.ts';

const words = texts.people;

/** Where an account is signed in, each with a button that ends it. */
export function SessionRows({ account }: { readonly account: string | null }) {
  const sessions = useQuery(`sessions ${account ?? 'mine'}`, (signal) => (account === null ? client.access.sessions.list(undefined, { signal }) : client.access.people.sessions({ id: account }, { signal })));
  const { reload } = sessions;
  const end = (id: string): void =>
    void (account === null ? client.access.sessions.end({ id }) : client.access.people.endSession({ id: account, session: id }))
      .then(() => notify({ severity: 'info', message: words.ended }))
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(reload);
  if (sessions.error) return <Notice diagnostic={sessions.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} />;
  if (sessions.data === null) return <div className="px-4 py-3"><Spinner label={texts.common.loading} /></div>;
  if (sessions.data.length === 0) return <p className="px-4 py-3 text-sm text-muted">{words.noSessions}</p>;
  return (
    <ul>
      {sessions.data.map((session) => (
        <li key={session.id} data-testid="session" className="flex items-center gap-3 border-b border-line px-4 py-2 text-sm last:border-b-0">
          <Monitor size={16} aria-hidden className="shrink-0 text-muted" />
          <span className="min-w-0 flex-1">
            <span className="flex items-center gap-2">
              <span className="truncate" title={session.agent}>{browserName(session.agent)}</span>
              {session.current ? <Badge tone="accent">{words.thisSession}</Badge> : null}
            </span>
            <span className="block truncate text-xs text-muted">
              {session.address} · <TimeAgo at={session.seenAt} />
            </span>
          </span>
          {session.current ? null : (
            <Button size="sm" aria-label={words.endOf(`${browserName(session.agent)}, ${session.address}`)} onClick={() => end(session.id)}>
              {words.end}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The sessions of somebody else, for admins. */
export function SessionList({ account, onClose }: { readonly account: { readonly id: string; readonly name: string }; readonly onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={words.sessionsOf(account.name)} description={words.sessionsWhat} size="md">
      <div className="-m-4">
        <SessionRows account={account.id} />
      </div>
    </Dialog>
  );
}
