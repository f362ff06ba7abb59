import { AsyncLocalStorage } from 'node:async_hooks';
import { permissions, type Permission, type Role } from './roles.ts';

/** Who asks for something. */
export interface Caller {
  /** `local`: the person at this machine, in the desktop window or in a browser on loopback, who may do everything. */
  readonly kind: 'local' | 'account';
  /** Null for the local user. */
  readonly accountId: string | null;
  readonly name: string;
  readonly role: Role;
  readonly permissions: ReadonlySet<Permission>;
  /** The session or token that the account came with. */
  readonly via: { readonly kind: 'session' | 'token'; readonly id: string } | null;
  /** In the audit log: `account:NAME`; null: the engine's own name for its user. */
  readonly actor: string | null;
}

/** The person whose machine it is. */
export const localCaller: Caller = {
  kind: 'local',
  accountId: null,
  name: '',
  role: 'admin',
  permissions: new Set(permissions),
  via: null,
  actor: null,
};

/** What every procedure is called with. A function, because a role may change and a session end while a socket is open: it is asked at each call. */
export interface CallContext {
  /** @throws PenstockError `session-ended`. */
  readonly caller: () => Caller;
}

export const localContext: CallContext = { caller: () => localCaller };

const acting = new AsyncLocalStorage<{ readonly actor: string; readonly permissions: ReadonlySet<Permission> | null }>();

/**
 * Does something in somebody's name: what is written to the audit log by it, also later and in the background, names them.
 * @param permissions what they may do; null: whatever is asked.
 */
export function actAs<T>(actor: string | null, work: () => T, permissions: ReadonlySet<Permission> | null = null): T {
  return actor === null ? acting.exit(work) : acting.run({ actor, permissions }, work);
}

/** In whose name the present call is made; undefined where nobody said. */
export const actingName = (): string | undefined => acting.getStore()?.actor;

/** Whether the present call may bring about what needs a permission: for what follows from a call that itself needs less. */
export const actingMay = (permission: Permission): boolean => acting.getStore()?.permissions?.has(permission) ?? true;
