import type { models as english } from '../en/models.ts';

export const models: typeof english = {
  title: 'Modelle',
  what: 'Was zur Verwendung registriert wurde, und was gerade bereitsteht.',
  servers: 'Server',
  serversHere: 'Server auf diesem Rechner',
  none: 'Noch keine Modelle',
  how: 'Ein Modell trainieren, mit „Modell registrieren“ oder „Modellserver“ verbinden und ausführen. Jeder Lauf fügt eine Version hinzu.',
  copied: 'Eine Anfrage ist in der Zwischenablage; Werte einsetzen.',
  runningSince: 'läuft seit',
  copyCurl: 'curl kopieren',
  stop: 'Anhalten',
  forTarget: (algorithm, target) => `${algorithm} für ${target}`,
  version: 'Version',
  registered: 'Registriert',
  inputsOf: (version) => `Eingaben von Version ${version}`,
};
