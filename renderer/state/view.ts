import { create } from 'zustand';

export type PageName = 'canvas' | 'data' | 'runs' | 'models' | 'settings';
export type DockTab = 'table' | 'charts' | 'log' | 'problems';
export type InspectorTab = 'parameters' | 'schema' | 'about';

interface ViewStore {
  readonly page: PageName;
  readonly dockTab: DockTab;
  readonly inspectorTab: InspectorTab;
  readonly catalogueOpen: boolean;
  /** The pipeline's history in the place of the catalogue. */
  readonly historyOpen: boolean;
  readonly inspectorOpen: boolean;
  readonly dockOpen: boolean;
  readonly minimap: boolean;
  readonly paletteOpen: boolean;
  readonly cheatSheetOpen: boolean;
}

const storageKey = 'penstock.view';
const remembered = ['catalogueOpen', 'inspectorOpen', 'dockOpen', 'minimap'] as const;

function stored(): Partial<Record<(typeof remembered)[number], boolean>> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([key, flag]) => (remembered as readonly string[]).includes(key) && typeof flag === 'boolean'));
  } catch {
    return {};
  }
}

/** Which parts of the window are shown; open and closed panels are remembered. */
export const useView = create<ViewStore>(() => ({
  page: 'canvas',
  dockTab: 'table',
  inspectorTab: 'parameters',
  catalogueOpen: true,
  historyOpen: false,
  inspectorOpen: true,
  dockOpen: true,
  minimap: false,
  paletteOpen: false,
  cheatSheetOpen: false,
  ...stored(),
}));

useView.subscribe((state) => {
  localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(remembered.map((key) => [key, state[key]]))));
});

/** Opens the results dock at a tab. */
export function showDock(tab: DockTab): void {
  useView.setState({ dockOpen: true, dockTab: tab, page: 'canvas' });
}

export function showInspector(tab: InspectorTab): void {
  useView.setState({ inspectorOpen: true, inspectorTab: tab, page: 'canvas' });
}
