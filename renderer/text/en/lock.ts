/** The page of a project that waits for its key. */
export const lock = {
  title: 'Encrypted project',
  what: 'This project is encrypted.',
  passphrase: 'Passphrase',
  recoveryKey: 'Recovery key',
  recoveryHow: 'Seven groups of five characters, as they were shown when the project was encrypted.',
  useRecovery: 'Use the recovery key',
  usePassphrase: 'Use the passphrase',
  remember: 'Remember on this computer',
  open: 'Unlock',
};
