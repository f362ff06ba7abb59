/** What the shell itself says: its menu and dialogs. The page has a catalogue of its own (`renderer/text`). */

export type Language = 'en' | 'de';

export interface DesktopWords {
  readonly file: string;
  readonly edit: string;
  readonly arrange: string;
  readonly run: string;
  readonly view: string;
  readonly results: string;
  readonly help: string;
  readonly openProject: string;
  readonly openSamples: string;
  readonly close: string;
  readonly quit: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly fullScreen: string;
  readonly developerTools: string;
  readonly fittingFiles: string;
  readonly allFiles: string;
  /** Labels of the menu's commands that are not as `menu-commands.ts` has them. */
  readonly commands: Readonly<Record<string, string>>;
}

export const desktopWords: Readonly<Record<Language, DesktopWords>> = {
  en: {
    file: '&File',
    edit: '&Edit',
    arrange: '&Arrange',
    run: '&Run',
    view: '&View',
    results: 'Results',
    help: '&Help',
    openProject: 'Open project…',
    openSamples: 'Open sample project',
    close: 'Close window',
    quit: 'Quit',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    fullScreen: 'Full screen',
    developerTools: 'Developer tools',
    fittingFiles: 'Fitting files',
    allFiles: 'All files',
    commands: {},
  },
  de: {
    file: '&Datei',
    edit: '&Bearbeiten',
    arrange: 'An&ordnen',
    run: 'Aus&führen',
    view: '&Ansicht',
    results: 'Ergebnisse',
    help: '&Hilfe',
    openProject: 'Projekt öffnen …',
    openSamples: 'Beispielprojekt öffnen',
    close: 'Fenster schließen',
    quit: 'Beenden',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    paste: 'Einfügen',
    fullScreen: 'Vollbild',
    developerTools: 'Entwicklerwerkzeuge',
    fittingFiles: 'Passende Dateien',
    allFiles: 'Alle Dateien',
    commands: {
      'pipeline.new': 'Neue Pipeline',
      'help.tour': 'Geführte erste Pipeline',
      'help.describe': 'Diese Pipeline beschreiben',
      'edit.undo': 'Rückgängig',
      'edit.redo': 'Wiederholen',
      'edit.duplicate': 'Duplizieren',
      'edit.delete': 'Löschen',
      'edit.selectAll': 'Alles auswählen',
      'select.find': 'In dieser Pipeline suchen …',
      'edit.add': 'Knoten hinzufügen …',
      'edit.note': 'Notiz hinzufügen',
      'edit.rename': 'Knoten umbenennen',
      'edit.replace': 'Ersetzen durch …',
      'edit.bypass': 'Überbrücken',
      'edit.group': 'Gruppieren',
      'edit.ungroup': 'Gruppierung aufheben',
      'edit.collapse': 'Gruppe ein- oder ausklappen',
      'edit.fitGroup': 'Gruppe an Inhalt anpassen',
      'subflow.toggle': 'Teilablauf bilden oder auflösen',
      'subflow.open': 'Teilablauf öffnen',
      'subflow.leave': 'Teilablauf verlassen',
      'arrange.left': 'Links ausrichten',
      'arrange.centre': 'Mitten senkrecht ausrichten',
      'arrange.right': 'Rechts ausrichten',
      'arrange.top': 'Oben ausrichten',
      'arrange.middle': 'Mitten waagrecht ausrichten',
      'arrange.bottom': 'Unten ausrichten',
      'arrange.across': 'Waagrecht verteilen',
      'arrange.down': 'Senkrecht verteilen',
      'view.tidy': 'Anordnung aufräumen',
      'run.all': 'Alles ausführen',
      'run.selected': 'Bis zur Auswahl ausführen',
      'run.force': 'Zurücksetzen und neu ausführen',
      'run.cancel': 'Abbrechen',
      'palette.open': 'Befehlspalette',
      'view.fit': 'An Fenster anpassen',
      'view.actual': 'Zoom auf 100 %',
      'view.minimap': 'Übersichtskarte',
      'view.catalogue': 'Katalog ein- oder ausblenden',
      'view.inspector': 'Inspektor ein- oder ausblenden',
      'view.dock': 'Ergebnisse ein- oder ausblenden',
      'view.history': 'Verlauf dieser Pipeline',
      'view.keep': 'Diese Ansicht offen halten',
      'view.splitRight': 'Nach rechts teilen',
      'view.splitDown': 'Nach unten teilen',
      'view.enlarge': 'Vergrößern oder zurücksetzen',
      'view.tearOff': 'In eigenem Fenster öffnen',
      'view.next': 'Zur nächsten Ansicht',
      'view.close': 'Diese Ansicht schließen',
      'view.toRight': 'Nach rechts verschieben',
      'view.toBottom': 'Nach unten verschieben',
      'view.resetLayout': 'Anordnung der Ansichten zurücksetzen',
      'help.node': 'Hilfe zu diesem Knoten',
      'help.keys': 'Tastenkürzel',
    },
  },
};

export const isLanguage = (value: unknown): value is Language => value === 'en' || value === 'de';

/** The language of a system that says `de-AT`; English where the shell does not speak it. */
export const languageOf = (locale: string): Language => (/^de\b/i.test(locale) ? 'de' : 'en');
