import type { Access } from '#app/access/access.ts';
import type { Account } from '#app/access/accounts.ts';
import { actingName, type Caller } from '#app/access/caller.ts';
import { PenstockError } from '#app/core/errors.ts';
import type { ContextImplementer } from './implementer.ts';

/** Who is asking, and the people of a server with accounts. `access` null: there are none. */
export function accessProcedures(os: ContextImplementer, access: Access | null) {
  const here = (): Access => {
    if (access !== null) return access;
    throw new PenstockError('no-accounts', 'There are no accounts here: whoever sits at this machine may do everything.', { remedy: 'Serve the project for a team: penstock serve --host ….' });
  };
  /** The caller's account. */
  const mine = (caller: Caller): Account => {
    const account = caller.accountId === null ? null : here().accounts.byId(caller.accountId);
    if (account !== null) return account;
    here();
    throw new PenstockError('session-ended', 'Your session has ended.', { remedy: 'Sign in again.' });
  };
  /** Accounts are the server's, not the project's: an admin of one project must not get into somebody's others by a new password. */
  const asServerAdmin = (caller: Caller): Access => {
    if (mine(caller).admin) return here();
    throw new PenstockError('not-allowed', 'Only an admin of the server may do that.', { remedy: 'Ask one; admins of a project invite people and give roles in it.' });
  };
  const note = (action: string, account: Account, details: Readonly<Record<string, unknown>> = {}): void => here().audit({ actor: actingName() ?? 'server', action: `access.${action}`, subject: `account:${account.name}`, details });
  const linkFor = (account: Account): { id: string; path: string; expiresAt: number } => {
    const { secret, invitation } = here().invitations.create(account.id, actingName() ?? 'server');
    return { id: account.id, path: `/invite?code=${secret}`, expiresAt: invitation.expiresAt };
  };
  const sessionsOf = (accountId: string, caller: Caller) => here().sessions.list(accountId).map(({ id, createdAt, seenAt, address, agent }) => ({ id, createdAt, seenAt, address, agent, current: caller.via?.id === id }));

  return {
    me: os.access.me.handler(({ context }) => {
      const caller = context.caller();
      const { kind, name, role } = caller;
      const known = { kind, name, role, permissions: [...caller.permissions] };
      if (kind === 'local') return { ...known, serverAdmin: true, hasPassword: false, csrf: null };
      const account = mine(caller);
      const session = caller.via?.kind === 'session' ? here().sessions.byId(caller.via.id) : null;
      return { ...known, serverAdmin: account.admin, hasPassword: account.hasPassword, csrf: session?.csrf ?? null };
    }),
    changePassword: os.access.changePassword.handler(async ({ input, context }) => {
      const caller = context.caller();
      const account = mine(caller);
      const attempt = { name: `password of ${account.id}`, address: `account ${account.id}`, account: null, device: null };
      if (here().lockout.wait(attempt) > 0) throw new PenstockError('locked-out', 'There were too many tries.', { remedy: 'Try again in some minutes.' });
      here().lockout.began(attempt);
      if ((await here().accounts.verify(account.name, input.old)) === null) throw new PenstockError('password-wrong', 'The old password is wrong.', { remedy: 'Type it again, or ask an admin of the server for a new link.' });
      here().lockout.succeeded(attempt);
      await here().accounts.setPassword(account.id, input.new);
      here().lockout.forgetDevices(account.id);
      note('password-changed', account);
      here().endSessions(account.id, caller.via?.kind === 'session' ? caller.via.id : null);
      return {};
    }),
    people: {
      list: os.access.people.list.handler(() => {
        const { accounts, invitations, project } = here();
        return accounts.list().map((account) => ({
          ...{ id: account.id, name: account.name, role: accounts.grant(account.id, project), admin: account.admin, disabledAt: account.disabledAt },
          signsInBy: account.hasPassword ? ('password' as const) : account.issuer === null ? ('nothing' as const) : ('oidc' as const),
          ...{ invitedUntil: invitations.open(account.id)?.expiresAt ?? null, createdAt: account.createdAt, createdBy: account.createdBy, lastSignIn: account.lastSignIn },
        }));
      }),
      invite: os.access.people.invite.handler(async ({ input, context }) => {
        if (input.admin) asServerAdmin(context.caller());
        const account = await here().accounts.create({ name: input.name, admin: input.admin, createdBy: actingName() ?? 'server' });
        here().accounts.setRole(account.id, here().project, input.role);
        note('invited', account, { role: input.role, admin: input.admin });
        return linkFor(account);
      }),
      setRole: os.access.people.setRole.handler(({ input }) => {
        const account = here().accounts.get(input.id);
        const before = here().accounts.grant(account.id, here().project);
        here().accounts.setRole(account.id, here().project, input.role);
        note('role', account, { from: before, to: input.role });
        here().changed();
        return {};
      }),
      setAdmin: os.access.people.setAdmin.handler(({ input, context }) => {
        asServerAdmin(context.caller()).accounts.setAdmin(input.id, input.admin);
        note('admin', here().accounts.get(input.id), { admin: input.admin });
        here().changed();
        return {};
      }),
      disable: os.access.people.disable.handler(({ input, context }) => {
        asServerAdmin(context.caller()).accounts.setDisabled(input.id, input.disabled);
        note(input.disabled ? 'disabled' : 'enabled', here().accounts.get(input.id));
        if (input.disabled) here().endSessions(input.id);
        return {};
      }),
      reset: os.access.people.reset.handler(({ input, context }) => {
        asServerAdmin(context.caller());
        const account = here().accounts.get(input.id);
        here().resetAccount(account.id);
        note('reset', account);
        return linkFor(account);
      }),
      sessions: os.access.people.sessions.handler(({ input, context }) => {
        asServerAdmin(context.caller());
        return sessionsOf(input.id, context.caller());
      }),
      endSession: os.access.people.endSession.handler(({ input, context }) => {
        asServerAdmin(context.caller());
        const account = here().accounts.get(input.id);
        here().endSession(input.session, account.id);
        note('session-ended', account);
        return {};
      }),
    },
    sessions: {
      list: os.access.sessions.list.handler(({ context }) => sessionsOf(mine(context.caller()).id, context.caller())),
      end: os.access.sessions.end.handler(({ input, context }) => {
        here().endSession(input.id, mine(context.caller()).id);
        return {};
      }),
    },
    tokens: {
      list: os.access.tokens.list.handler(({ context }) => here().tokens.list(mine(context.caller()).id).map(({ account: _account, scopes, ...token }) => ({ ...token, scopes: [...scopes] }))),
      make: os.access.tokens.make.handler(({ input, context }) => {
        const account = mine(context.caller());
        const { secret, token: { account: _account, scopes, ...token } } = here().tokens.create({ ...input, account: account.id });
        note('token-made', account, { token: token.id, scopes, expiresAt: token.expiresAt });
        return { secret, token: { ...token, scopes: [...scopes] } };
      }),
      revoke: os.access.tokens.revoke.handler(({ input, context }) => {
        const account = mine(context.caller());
        here().tokens.revoke(input.id, account.id);
        here().changed();
        note('token-revoked', account, { token: input.id });
        return {};
      }),
    },
  };
}
