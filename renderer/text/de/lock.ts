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
};
