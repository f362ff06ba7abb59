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
  keychain: {
    'plain-text': 'The keychain of this system would keep keys in plain text, so the passphrase is asked for each time. Install and unlock a secret service (GNOME Keyring, KWallet or KeePassXC), then start Penstock again.',
    unavailable: 'The keychain of this system cannot be reached, so the passphrase is asked for each time. Unlock it (on Linux it takes a secret service: GNOME Keyring, KWallet or KeePassXC), then start Penstock again.',
    unknown: 'The system does not say which keychain it has, so the passphrase is asked for each time.',
    changed: 'The keychain of this system cannot read what it kept before, because it was changed or reset. Enter the passphrase once more.',
  },
};
