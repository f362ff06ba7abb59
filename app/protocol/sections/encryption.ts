import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { keychainTrouble } from '#app/core/keychain-trouble.ts';
import { base } from '../base.ts';

const secret = z.string().min(1).max(1000);

/** The lock of the project. Passphrases and recovery keys go only this way and are in no log. */
export const encryptionContract = {
  state: base.output(
    z.object({
      isEncrypted: z.boolean(),
      /** Nothing but this section answers until it is unlocked. */
      isLocked: z.boolean(),
      name: z.string(),
      /** Working files lie in memory; where not, encrypted projects do not spill and files that are converted lie in the system's temporary folder. */
      inMemory: z.boolean(),
      /** Whether it can be switched on and off here; a server's project is converted by the command line. */
      canConvert: z.boolean(),
      /** The system's keychain can keep the key, so that this computer opens the project without asking. */
      canRemember: z.boolean(),
      isRemembered: z.boolean(),
      /** Why the system's keychain keeps no keys, or asks for those of before anew. */
      keychainTrouble: keychainTrouble.nullable(),
    }),
  ),
  /** What in the project's folder is not Penstock's own and stays readable without a key. */
  plainFiles: base.output(z.object({ files: z.number(), bytes: z.number(), places: z.array(z.object({ name: z.string(), files: z.number(), bytes: z.number() })), isMore: z.boolean() })),
  unlock: base.input(z.union([z.strictObject({ passphrase: secret, remember: z.boolean().default(false) }), z.strictObject({ recoveryKey: secret, remember: z.boolean().default(false) })])).output(z.object({})),
  /** Encrypts or decrypts while it is listened to; leaving it before `done` leaves the project as it was. The page is to be loaded anew after. */
  convert: base
    .input(z.discriminatedUnion('to', [z.strictObject({ to: z.literal('encrypted'), passphrase: secret }), z.strictObject({ to: z.literal('plain'), passphrase: secret })]))
    .output(eventIterator(z.discriminatedUnion('type', [z.object({ type: z.literal('progress'), done: z.number(), of: z.number() }), z.object({ type: z.literal('done'), recoveryKey: z.string().nullable() })]))),
  /** `passphrase`: the present one, or the recovery key. */
  changePassphrase: base.input(z.strictObject({ passphrase: secret, next: secret })).output(z.object({})),
  /** Off: the keychain forgets. */
  remember: base.input(z.strictObject({ on: z.boolean() })).output(z.object({})),
  newRecoveryKey: base.input(z.strictObject({ passphrase: secret })).output(z.object({ recoveryKey: z.string() })),
};
