import type { lock as english } from '../en/lock.ts';

export const lock: typeof english = {
  title: 'Verschlüsseltes Projekt',
  what: 'Dieses Projekt ist verschlüsselt.',
  passphrase: 'Passphrase',
  recoveryKey: 'Wiederherstellungsschlüssel',
  recoveryHow: 'Sieben Gruppen zu fünf Zeichen, wie sie beim Verschlüsseln gezeigt wurden.',
  useRecovery: 'Wiederherstellungsschlüssel verwenden',
  usePassphrase: 'Passphrase verwenden',
  remember: 'Auf diesem Rechner merken',
  open: 'Entsperren',
  keychain: {
    'plain-text': 'Der Schlüsselbund dieses Systems würde Schlüssel im Klartext aufbewahren, deshalb wird die Passphrase jedes Mal erfragt. Einen Geheimnisdienst (GNOME Keyring, KWallet oder KeePassXC) einrichten und entsperren, dann Penstock neu starten.',
    unavailable: 'Der Schlüsselbund dieses Systems ist nicht erreichbar, deshalb wird die Passphrase jedes Mal erfragt. Ihn entsperren (unter Linux braucht es einen Geheimnisdienst: GNOME Keyring, KWallet oder KeePassXC), dann Penstock neu starten.',
    unknown: 'Das System sagt nicht, welchen Schlüsselbund es hat, deshalb wird die Passphrase jedes Mal erfragt.',
    changed: 'Der Schlüsselbund dieses Systems kann nicht lesen, was er vorher aufbewahrte, weil er geändert oder zurückgesetzt wurde. Die Passphrase noch einmal eingeben.',
  },
};
