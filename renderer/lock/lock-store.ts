import { create } from 'zustand';
import { client } from '../rpc/client.ts';

interface LockStore {
  readonly isLocked: boolean;
  readonly name: string;
}

/** Whether the project waits for its passphrase; nothing else of the engine answers then. */
export const useLock = create<LockStore>(() => ({ isLocked: false, name: '' }));

/** Asks once; an engine that starts anew has forgotten the key, and the page is loaded anew then. */
export async function startLock(): Promise<void> {
  try {
    const { isLocked, name } = await client.encryption.state();
    useLock.setState({ isLocked, name });
  } catch {
    // The connection's banner says what is wrong.
  }
}
