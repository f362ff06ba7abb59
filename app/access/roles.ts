/** Who may do what, in five steps. Pure: also for the page. */

export const roles = ['viewer', 'analyst', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * `read` – look at everything of the project; `edit` – change documents and upload files; `run` – run pipelines; `operate` – registry,
 * serving, automation, monitors; `admin` – people, trust, settings, connections, what cannot be taken back; `self` – one's own account.
 */
export const permissions = ['self', 'read', 'edit', 'run', 'operate', 'admin'] as const;
export type Permission = (typeof permissions)[number];

const byRole: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['self', 'read'],
  analyst: ['self', 'read', 'edit', 'run'],
  operator: ['self', 'read', 'edit', 'run', 'operate'],
  admin: ['self', 'read', 'edit', 'run', 'operate', 'admin'],
};

/** What an API token may be used for; never more than its account may. `run` and above also edit. No scope opens `self`: a token makes no tokens. */
export const apiScopes = ['read', 'run', 'operate', 'admin'] as const;
export type ApiScope = (typeof apiScopes)[number];

const byScope: Readonly<Record<ApiScope, readonly Permission[]>> = {
  read: ['read'],
  run: ['read', 'edit', 'run'],
  operate: ['read', 'edit', 'run', 'operate'],
  admin: ['read', 'edit', 'run', 'operate', 'admin'],
};

export const permissionsOf = (role: Role): ReadonlySet<Permission> => new Set(byRole[role]);

/** What a token of these scopes may do in the hands of an account with this role. */
export function permissionsOfToken(role: Role, scopes: readonly ApiScope[]): ReadonlySet<Permission> {
  const mine = permissionsOf(role);
  return new Set(scopes.flatMap((scope) => byScope[scope]).filter((permission) => mine.has(permission)));
}

/** The lowest role that has a permission: for sentences. */
export function leastRole(permission: Permission): Role {
  return roles.find((role) => byRole[role].includes(permission)) ?? 'admin';
}
