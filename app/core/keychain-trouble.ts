import { z } from 'zod';

/**
 * Why the system's keychain keeps no keys, as the desktop's main process found it: `plain-text`, it would keep them readable (Linux without a
 * secret service); `unavailable`, there is none or it is locked; `unknown`, the system does not say which it is. `changed`: it keeps keys, but
 * cannot read those of before.
 */
export const keychainTrouble = z.enum(['plain-text', 'unavailable', 'unknown', 'changed']);
export type KeychainTrouble = z.output<typeof keychainTrouble>;
