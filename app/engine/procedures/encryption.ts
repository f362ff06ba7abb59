import type { Encryption } from '../encryption/lock.ts';
import type { Implementer } from './implementer.ts';

export function encryptionProcedures(os: Implementer, encryption: Encryption) {
  return {
    state: os.encryption.state.handler(() => encryption.state),
    plainFiles: os.encryption.plainFiles.handler(async () => {
      const { places, ...all } = await encryption.plainFiles();
      return { ...all, places: [...places] };
    }),
    unlock: os.encryption.unlock.handler(async ({ input }) => {
      const { remember, ...given } = input;
      await encryption.unlock(given);
      if (remember) encryption.remember(true);
      return {};
    }),
    convert: os.encryption.convert.handler(({ input, signal = new AbortController().signal }) => encryption.convert(input, signal)),
    changePassphrase: os.encryption.changePassphrase.handler(async ({ input }) => {
      await encryption.changePassphrase(input.passphrase, input.next);
      return {};
    }),
    remember: os.encryption.remember.handler(({ input }) => {
      encryption.remember(input.on);
      return {};
    }),
    newRecoveryKey: os.encryption.newRecoveryKey.handler(async ({ input }) => ({ recoveryKey: await encryption.newRecoveryKey(input.passphrase) })),
  };
}
