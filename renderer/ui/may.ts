import { create } from 'zustand';
import type { Permission } from '#app/access/roles.ts';
import { texts } from '../text/texts.ts';

export type { Permission };

/** Null: everything, as on the desktop; also until the engine has said who asks (it refuses what it must, whatever is shown). */
export const usePermissions = create<{ readonly permissions: ReadonlySet<Permission> | null }>(() => ({ permissions: null }));

function reason(permissions: ReadonlySet<Permission> | null, needs: Permission | undefined): string | null {
  return needs === undefined || permissions === null || permissions.has(needs) ? null : texts.people.needs[needs];
}

/** Null where the person may; else the sentence that says why not, for what is shown disabled. */
export function useMay(needs: Permission | undefined): string | null {
  return usePermissions((store) => reason(store.permissions, needs));
}

/** The same outside of components. */
export const whyNot = (needs: Permission | undefined): string | null => reason(usePermissions.getState().permissions, needs);
