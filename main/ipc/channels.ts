/** Every channel between a window and the main process, in one place. */
export const channels = {
  pickFile: 'penstock:pick-file',
  pickFolder: 'penstock:pick-folder',
  openView: 'penstock:open-view',
  viewClosed: 'penstock:view-closed',
  savePdf: 'penstock:save-pdf',
  port: 'penstock:port',
  menu: 'penstock:menu',
  language: 'penstock:language',
  notify: 'penstock:notify',
  engineRestart: 'penstock:engine-restart',
  engineFailed: 'penstock:engine-failed',
} as const;
