import { z } from 'zod';
import { apiScopes, permissions, roles } from '#app/access/roles.ts';
import { base } from '../base.ts';

const role = z.enum(roles);
const id = z.string().max(64);
const accountName = z.string().max(200);

/** A one-time link: its path at this server, told this once. */
const link = z.object({ id: z.string(), path: z.string(), expiresAt: z.number() });

export const personSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** In this project; null: none. */
  role: role.nullable(),
  /** Admin of the server, whatever `role` says. */
  admin: z.boolean(),
  disabledAt: z.number().nullable(),
  /** `nothing`: has not opened the invitation yet. */
  signsInBy: z.enum(['password', 'oidc', 'nothing']),
  /** An open link for a first or new password. */
  invitedUntil: z.number().nullable(),
  createdAt: z.number(),
  createdBy: z.string(),
  lastSignIn: z.number().nullable(),
});

export const sessionSchema = z.object({
  id: z.string(),
  createdAt: z.number(),
  seenAt: z.number(),
  address: z.string(),
  /** What the browser says of itself. */
  agent: z.string(),
  /** The one that asks. */
  current: z.boolean(),
});

export const apiTokenSchema = z.object({ id: z.string(), name: z.string(), scopes: z.array(z.enum(apiScopes)), createdAt: z.number(), expiresAt: z.number(), lastUsed: z.number().nullable() });

/** Who is asking, and the people of a server with accounts. Times are Unix ms. */
export const accessContract = {
  me: base.output(
    z.object({
      /** `local`: the person at this machine, of a desktop or a server without accounts. */
      kind: z.enum(['local', 'account']),
      name: z.string(),
      role,
      /** What the window offers; the engine asks again at each call. */
      permissions: z.array(z.enum(permissions)),
      /** Admin of the server: may disable people, make them admins and reset their passwords. */
      serverAdmin: z.boolean(),
      hasPassword: z.boolean(),
      /** What POST /signout wants in the header `x-penstock-csrf`; null without a session. */
      csrf: z.string().nullable(),
    }),
  ),
  /** All other sessions of the account end. @throws `password-wrong`, `password-weak`. */
  changePassword: base.input(z.object({ old: z.string().max(1000), new: z.string().max(1000) })).output(z.object({})),
  people: {
    list: base.output(z.array(personSchema)),
    /** A new account; whoever opens the link chooses its password. `admin`: of the server. */
    invite: base.input(z.object({ name: accountName, role, admin: z.boolean().default(false) })).output(link),
    /** In this project; null takes it away. */
    setRole: base.input(z.object({ id, role: role.nullable() })).output(z.object({})),
    setAdmin: base.input(z.object({ id, admin: z.boolean() })).output(z.object({})),
    disable: base.input(z.object({ id, disabled: z.boolean() })).output(z.object({})),
    /** The old password, sessions and tokens are gone at once; a new password comes by the link. */
    reset: base.input(z.object({ id })).output(link),
    sessions: base.input(z.object({ id })).output(z.array(sessionSchema)),
    endSession: base.input(z.object({ id, session: z.string().max(64) })).output(z.object({})),
  },
  /** One's own. */
  sessions: {
    list: base.output(z.array(sessionSchema)),
    end: base.input(z.object({ id })).output(z.object({})),
  },
  /** One's own, for programs: `Authorization: Bearer TOKEN`. */
  tokens: {
    list: base.output(z.array(apiTokenSchema)),
    /** `secret` is told this once. @throws `token-name`, `token-scope`, `token-expiry`. */
    make: base.input(z.object({ name: z.string().max(80), scopes: z.array(z.enum(apiScopes)).min(1), expiresAt: z.number() })).output(z.object({ secret: z.string(), token: apiTokenSchema })),
    revoke: base.input(z.object({ id })).output(z.object({})),
  },
};
