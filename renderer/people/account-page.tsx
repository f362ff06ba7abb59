import { KeyRound, LogOut } from 'lucide-react';
import { useState } from 'react';
import { signOut, useAccess } from '../state/access.ts';
import { texts } from '../text/texts.ts';
import { Badge, Button, Page } from '../ui/index.ts';
import { ApiTokens } from './api-tokens.tsx';
import { Avatar } from './avatar.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { SessionRows } from './session-list.tsx';

const words = texts.people;

/** One's own account: who one is here, where one is signed in, and tokens for one's programs. */
export function AccountPage() {
  const me = useAccess((store) => store.me);
  const [changing, setChanging] = useState(false);
  if (me === null || me.kind !== 'account') return null;
  return (
    <div data-testid="account-page" className="h-full min-h-0">
      <Page
        title={words.myAccount}
        actions={
          <Button icon={<LogOut size={14} />} data-testid="sign-out" onClick={() => void signOut()}>
            {words.signOut}
          </Button>
        }
      >
        <section aria-label={words.account(me.name)} className="flex items-center gap-3 rounded-md border border-line bg-surface px-4 py-3">
          <Avatar name={me.name} />
          <div className="min-w-0 flex-1">
            <p className="selectable truncate text-base font-semibold">{me.name}</p>
            <p className="text-sm text-muted">
              {words.myRole(words.roles[me.role])}: {words.roleWhat[me.role]}
            </p>
          </div>
          {me.serverAdmin ? <Badge><span title={words.serverAdminHow}>{words.serverAdmin}</span></Badge> : null}
          {me.hasPassword ? (
            <Button icon={<KeyRound size={14} />} data-testid="change-password" onClick={() => setChanging(true)}>
              {words.changePassword}
            </Button>
          ) : null}
        </section>
        <section aria-label={words.sessions} className="rounded-md border border-line bg-surface">
          <header className="border-b border-line px-4 py-3">
            <h2 className="text-base font-semibold">{words.sessions}</h2>
            <p className="text-sm text-muted">{words.sessionsWhat}</p>
          </header>
          <SessionRows account={null} />
        </section>
        <ApiTokens role={me.role} />
      </Page>
      {changing ? <PasswordDialog name={me.name} onClose={() => setChanging(false)} /> : null}
    </div>
  );
}
