import { PenstockError } from '#app/core/errors.ts';
import type { Caller } from './caller.ts';
import { neededFor } from './procedures.ts';
import { leastRole, type Permission } from './roles.ts';

/**
 * Whether somebody may call a procedure (`run.start`). Refuses what no table names.
 * @throws PenstockError `not-allowed`.
 */
export function authorize(caller: Caller, procedure: string): void {
  const needed = Object.hasOwn(neededFor, procedure) ? neededFor[procedure] : undefined;
  if (needed === undefined) throw new PenstockError('not-allowed', `“${procedure}” is open to nobody.`, { remedy: 'This is a mistake of the app; report it.' });
  assertMay(caller, needed);
}

/** @throws PenstockError `not-allowed` naming the role that may. */
export function assertMay(caller: Caller, permission: Permission): void {
  if (caller.permissions.has(permission)) return;
  if (caller.via?.kind === 'token') throw new PenstockError('not-allowed', `This token does not allow that (it takes “${permission}”).`, { remedy: 'Make a token with more scopes, as far as your role goes.' });
  throw new PenstockError('not-allowed', `As ${caller.role} you may not do that.`, { remedy: `It takes the role ${leastRole(permission)}; ask an admin.` });
}
