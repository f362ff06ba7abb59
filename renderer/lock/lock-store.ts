import { create } from 'zustand';
import type { KeychainTrouble } from '#app/core/keychain-trouble.ts';
import { client } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';

interface LockStore {
  readonly isLocked: boolean;
  readonly name: string;
  readonly canRemember: boolean;
  /** What is to be said of the system's keychain. */
  readonly trouble: KeychainTrouble | null;
}

/** Whether the project waits for its passphrase; nothing else of the engine answers then. */
export const useLock = create<LockStore>(() => ({ isLocked: false, name: '', canRemember: false, trouble: null }));

/** Asks at each connection: an engine that was started anew may have to be told the key again. */
export function startLock(): void {
  void look();
  let seen = useConnection.getState().epoch;
  useConnection.subscribe(({ epoch }) => {
    if (epoch !== seen && epoch > 1) void look();
    seen = epoch;
  });
}

async function look(): Promise<void> {
  try {
    const { isLocked, name, canRemember, keychainTrouble: trouble } = await client.encryption.state();
    useLock.setState({ isLocked, name, canRemember, trouble });
  } catch {
    // The connection's banner says what is wrong.
  }
}
