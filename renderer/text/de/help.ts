import type { help as english } from '../en/help.ts';

export const help: typeof english = {
  describe: 'Diese Pipeline beschreiben',
  describeShort: 'In Worten beschreiben',
  description: {
    part: 'Die Beschreibung',
    label: 'Die Pipeline in Worten',
    title: 'In Worten',
    reading: 'Die Pipeline wird gelesen …',
    again: 'Neu beschreiben',
    save: 'Sichern',
    copied: 'Kopiert',
    keep: 'In die Beschreibung',
    keepWhat: 'Diesen Text unter die eigene Beschreibung der Pipeline setzen',
    noClipboard: 'Die Zwischenablage darf hier nicht benutzt werden.',
    saveInstead: 'Den Text stattdessen als Datei sichern.',
    already: 'Die Beschreibung sagt das schon.',
    kept: 'Der Text steht in der Beschreibung der Pipeline.',
  },
};
