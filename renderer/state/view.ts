import { create } from 'zustand';

export type PageName = 'canvas' | 'brief' | 'data' | 'features' | 'runs' | 'models' | 'serving' | 'monitors' | 'automation' | 'reports' | 'trace' | 'settings' | 'people' | 'account';
export type DockTab = 'table' | 'charts' | 'log' | 'problems';
export type InspectorTab = 'parameters' | 'schema' | 'about';

interface ViewStore {
  readonly page: PageName;
  /** The view of the results that was asked for last; a new object for every asking. */
  readonly dockAsked: { readonly tab: DockTab } | null;
  readonly inspectorTab: InspectorTab;
  readonly catalogueOpen: boolean;
  /** The pipeline's history in the place of the catalogue. */
  readonly historyOpen: boolean;
  /** The pipeline as a list in the place of the catalogue. */
  readonly outlineOpen: boolean;
  readonly inspectorOpen: boolean;
  /** Some results are in sight; the layout of the dock decides it. */
  readonly dockOpen: boolean;
  readonly minimap: boolean;
  /** Counts how often the layout was reset: panels go back to their first sizes. */
  readonly resets: number;
  readonly paletteOpen: boolean;
  readonly cheatSheetOpen: boolean;
}

const storageKey = 'penstock.view';
const remembered = ['catalogueOpen', 'outlineOpen', 'inspectorOpen', 'minimap'] as const;

function stored(): Partial<Record<(typeof remembered)[number], boolean>> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([key, flag]) => (remembered as readonly string[]).includes(key) && typeof flag === 'boolean'));
  } catch {
    return {};
  }
}

const returnKey = 'penstock.return';

/** Loads the window anew, in the page that is open: what was chosen there shows at once. */
export function loadAnew(): void {
  sessionStorage.setItem(returnKey, useView.getState().page);
  location.reload();
}

/** The page to come back to after that; the canvas at every other start. */
function firstPage(): PageName {
  if (typeof sessionStorage === 'undefined') return 'canvas';
  const page = sessionStorage.getItem(returnKey);
  sessionStorage.removeItem(returnKey);
  return page === 'settings' ? page : 'canvas';
}

/** Which parts of the window are shown; open and closed panels are remembered. */
export const useView = create<ViewStore>(() => ({
  page: firstPage(),
  dockAsked: null,
  inspectorTab: 'parameters',
  catalogueOpen: true,
  historyOpen: false,
  outlineOpen: false,
  inspectorOpen: true,
  dockOpen: true,
  minimap: false,
  resets: 0,
  paletteOpen: false,
  cheatSheetOpen: false,
  ...stored(),
}));

useView.subscribe((state) => {
  localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(remembered.map((key) => [key, state[key]]))));
});

/** Brings the view of the results that follows the selection to the front, from wherever it is. */
export function showDock(tab: DockTab): void {
  useView.setState({ dockAsked: { tab }, page: 'canvas' });
}

export function showInspector(tab: InspectorTab): void {
  useView.setState({ inspectorOpen: true, inspectorTab: tab, page: 'canvas' });
}
