import { create } from 'zustand';

export interface VersionReference {
  readonly name: string;
  readonly version: number;
}

interface ModelsStore {
  readonly query: string;
  /** The model that is open; `version` null: its newest. */
  readonly open: { readonly name: string; readonly version: number | null } | null;
  /** Versions side by side; the first is what the others are compared with. */
  readonly comparing: readonly VersionReference[] | null;
  /** Counts changes of the registry made here: lists are asked for anew. */
  readonly changes: number;
}

/** What of the models page is shown; it stays while other pages are looked at. */
export const useModels = create<ModelsStore>(() => ({ query: '', open: null, comparing: null, changes: 0 }));

export const openModel = (name: string, version: number | null = null): void => useModels.setState({ open: { name, version }, comparing: null });
export const closeModel = (): void => useModels.setState({ open: null, comparing: null });
export const registryChanged = (): void => useModels.setState(({ changes }) => ({ changes: changes + 1 }));
