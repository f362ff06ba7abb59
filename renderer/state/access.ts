import { create } from 'zustand';
import { client, diagnosticOf, isGivenUp } from '../rpc/client.ts';
import { leave, useConnection } from '../rpc/connection.ts';
import { usePermissions } from '../ui/may.ts';
import { notify } from './notices.ts';
import { flushAll } from './flush.ts';

export type Me = Awaited<ReturnType<typeof client.access.me>>;

/** Who the engine takes this window for; null until it has said so. On the desktop: the person whose machine it is, with everything. */
export const useAccess = create<{ readonly me: Me | null }>(() => ({ me: null }));

/**
 * Asks who one is at every new connection: a server closes the connection when a role changes or a session ends, so what may be done
 * follows at once.
 */
export function startAccess(): void {
  const ask = async (): Promise<void> => {
    try {
      const me = await client.access.me();
      useAccess.setState({ me });
      usePermissions.setState({ permissions: me.kind === 'account' ? new Set(me.permissions) : null });
    } catch (error) {
      if (!isGivenUp(error)) notify(diagnosticOf(error));
    }
  };
  let epoch = -1;
  const follow = (store: { readonly epoch: number; readonly state: string }): void => {
    if (store.state !== 'ready' || store.epoch === epoch) return;
    ({ epoch } = store);
    void ask();
  };
  follow(useConnection.getState());
  useConnection.subscribe(follow);
}

/** Ends this browser's session and goes to the page that says so; edits are saved before. */
export async function signOut(): Promise<void> {
  const { me } = useAccess.getState();
  await flushAll();
  leave();
  try {
    const answer = await fetch('/signout', { method: 'POST', headers: me?.csrf == null ? {} : { 'x-penstock-csrf': me.csrf }, redirect: 'manual' });
    if (answer.type !== 'opaqueredirect' && !answer.ok) throw new Error(answer.statusText);
    location.assign('/signin?state=signed-out');
  } catch (error) {
    notify(diagnosticOf(error));
  }
}
