import { useState } from 'react';
import { KeyRound, Link2, Monitor, MoreHorizontal, Power, ShieldCheck, ShieldOff, UserPlus, Users } from 'lucide-react';
import type { Role } from '#app/access/roles.ts';
import { Notice } from '../results/notice.tsx';
import { useQuery } from '../results/use-query.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { TimeAgo } from '../runs/time-ago.tsx';
import { useAccess } from '../state/access.ts';
import { notify } from '../state/notices.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, EmptyState, IconButton, Menu, Page, Spinner, cx, type MenuItem } from '../ui/index.ts';
import { Avatar } from './avatar.tsx';
import { ConfirmDialog } from '../asking/confirm-dialog.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { RoleSelect } from './role-select.tsx';
import { SessionList } from './session-list.tsx';

const words = texts.people;
export type Person = Awaited<ReturnType<typeof client.access.people.list>>[number];
type Asked = { readonly what: 'disable' | 'reset' | 'sessions'; readonly person: Person } | { readonly what: 'invite' } | { readonly what: 'link'; readonly name: string; readonly link: string };

/** A one-time link as it is sent to somebody. */
const whole = ({ path }: { readonly path: string }): string => new URL(path, location.href).href;

/** Who may sign in and as what; for admins. */
export function PeoplePage() {
  const people = useQuery('people', (signal) => client.access.people.list(undefined, { signal }));
  const [asked, setAsked] = useState<Asked | null>(null);
  const { reload } = people;
  const close = (): void => setAsked(null);
  const showLink = (name: string, link: string): void => {
    setAsked({ what: 'link', name, link });
    reload();
  };
  return (
    <div data-testid="people-page" className="h-full min-h-0">
      <Page
        title={words.title}
        description={words.what}
        actions={
          <Button needs="admin" variant="primary" icon={<UserPlus size={14} />} data-testid="invite" onClick={() => setAsked({ what: 'invite' })}>
            {words.invite}
          </Button>
        }
      >
        {people.error ? <Notice diagnostic={people.error} action={<Button onClick={reload}>{texts.common.tryAgain}</Button>} /> : null}
        {people.data === null && !people.error ? <Spinner label={texts.common.loading} /> : null}
        {people.data?.length === 0 ? <EmptyState icon={<Users />} title={words.title}>{words.what}</EmptyState> : null}
        {people.data && people.data.length > 0 ? <PeopleTable people={people.data} onAsk={setAsked} onLink={showLink} reload={reload} /> : null}
      </Page>
      {asked?.what === 'invite' ? <InviteDialog onClose={close} onLink={(name, link) => showLink(name, whole(link))} /> : null}
      {asked?.what === 'link' ? <OnceDialog title={words.linkTitle(asked.name)} once={words.linkOnce} secret={asked.link} copy={words.copyLink} copied={words.linkCopied} testId="invite-link" onClose={close} /> : null}
      {asked?.what === 'disable' ? (
        <ConfirmDialog
          title={words.disableAsk(asked.person.name)}
          what={words.disableWhat}
          go={words.disable}
          onClose={close}
          onGo={async () => {
            await client.access.people.disable({ id: asked.person.id, disabled: true });
            notify({ severity: 'info', message: words.disabled(asked.person.name) });
            reload();
          }}
        />
      ) : null}
      {asked?.what === 'reset' ? (
        <ConfirmDialog
          title={words.resetAsk(asked.person.name)}
          what={words.resetWhat}
          go={words.reset}
          onClose={close}
          onGo={async () => {
            showLink(asked.person.name, whole(await client.access.people.reset({ id: asked.person.id })));
          }}
        />
      ) : null}
      {asked?.what === 'sessions' ? <SessionList account={asked.person} onClose={close} /> : null}
    </div>
  );
}

const head = 'px-3 py-1.5 text-left text-xs font-medium text-muted whitespace-nowrap';
const cell = 'px-3 py-2 align-middle';

function PeopleTable({ people, onAsk, onLink, reload }: { readonly people: readonly Person[]; readonly onAsk: (asked: Asked) => void; readonly onLink: (name: string, link: string) => void; readonly reload: () => void }) {
  const me = useAccess((store) => store.me);
  const act = (work: () => Promise<unknown>, said?: string): void =>
    void work()
      .then(() => {
        if (said !== undefined) notify({ severity: 'info', message: said });
      })
      .catch((error: unknown) => notify(diagnosticOf(error)))
      .finally(reload);
  const setRole = (person: Person, role: Role | null): void => act(() => client.access.people.setRole({ id: person.id, role }), words.roleSet(person.name, role === null ? words.noRole : words.roles[role]));
  return (
    <div className="overflow-x-auto rounded-md border border-line bg-surface">
      <table className="w-full text-sm">
        <thead className="border-b border-line">
          <tr>
            <th scope="col" className={cx(head, 'w-full')}>{words.columns.name}</th>
            <th scope="col" className={head}>{words.columns.role}</th>
            <th scope="col" className={head}>{words.columns.signsIn}</th>
            <th scope="col" className={head}>{words.columns.last}</th>
            <th scope="col" className={head}><span className="sr-only">{texts.registry.columns.actions}</span></th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id} data-testid={`person-${person.name}`} className="border-b border-line last:border-b-0">
              <td className={cell}>
                <span className="flex min-w-40 items-center gap-2.5">
                  <Avatar name={person.name} faded={person.disabledAt !== null} />
                  <span className={cx('min-w-0 break-all font-medium', person.disabledAt !== null && 'text-muted')}>{person.name}</span>
                  {person.name === me?.name ? <Badge tone="accent">{words.you}</Badge> : null}
                  {person.admin ? <Badge><span title={words.serverAdminHow}>{words.serverAdmin}</span></Badge> : null}
                  {person.disabledAt !== null ? <Badge tone="bad">{words.state.disabled}</Badge> : person.signsInBy === 'nothing' ? <Badge tone="warn">{person.invitedUntil === null ? words.state.expired : words.state.invited}</Badge> : null}
                </span>
              </td>
              <td className={cx(cell, 'min-w-36')}>
                {person.admin ? <span title={words.serverAdminHow}>{words.roles.admin}</span> : <RoleSelect label={words.roleOf(person.name)} value={person.role} disabled={person.disabledAt !== null} onChange={(role) => setRole(person, role)} />}
              </td>
              <td className={cx(cell, 'whitespace-nowrap text-muted')}>{words.signsIn[person.signsInBy]}</td>
              <td className={cx(cell, 'whitespace-nowrap text-muted')}>{person.lastSignIn === null ? words.never : <TimeAgo at={person.lastSignIn} />}</td>
              <td className={cell}>
                <Menu
                  align="end"
                  trigger={
                    <IconButton label={words.more(person.name)} size="sm">
                      <MoreHorizontal size={15} />
                    </IconButton>
                  }
                  items={itemsOf(person, { isMe: person.name === me?.name, serverAdmin: me?.serverAdmin ?? false }, onAsk, act, onLink)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function itemsOf(person: Person, { isMe, serverAdmin }: { readonly isMe: boolean; readonly serverAdmin: boolean }, onAsk: (asked: Asked) => void, act: (work: () => Promise<unknown>, said?: string) => void, onLink: (name: string, link: string) => void): MenuItem[] {
  const { id, name, admin } = person;
  const isDisabled = person.disabledAt !== null;
  // Accounts are the server's: who is admin of one project only must not get into somebody's others.
  const off = !serverAdmin;
  return [
    person.signsInBy === 'nothing'
      ? { id: 'link', label: words.newLink, icon: <Link2 />, disabled: off || isDisabled, onSelect: () => act(async () => onLink(name, whole(await client.access.people.reset({ id })))) }
      : { id: 'reset', label: words.reset, icon: <KeyRound />, disabled: off || isDisabled || isMe, onSelect: () => onAsk({ what: 'reset', person }) },
    { id: 'sessions', label: words.sessions, icon: <Monitor />, disabled: off, onSelect: () => onAsk({ what: 'sessions', person }) },
    { id: 'admin', label: admin ? words.unmakeAdmin : words.makeAdmin, icon: admin ? <ShieldOff /> : <ShieldCheck />, disabled: off || isDisabled || isMe, onSelect: () => act(() => client.access.people.setAdmin({ id, admin: !admin })) },
    { kind: 'separator', id: 'line' },
    isDisabled
      ? { id: 'enable', label: words.enable, icon: <Power />, disabled: off, onSelect: () => act(() => client.access.people.disable({ id, disabled: false }), words.enabled(name)) }
      : { id: 'disable', label: words.disable, icon: <Power />, danger: true, disabled: off || isMe, onSelect: () => onAsk({ what: 'disable', person }) },
    ...(off ? [{ kind: 'label', id: 'why', label: words.serverAdminOnly } satisfies MenuItem] : []),
  ];
}
