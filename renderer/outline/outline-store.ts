import { create } from 'zustand';
import { backToNow } from '../history/history-store.ts';
import { useView } from '../state/view.ts';

interface OutlineStore {
  /** Items whose branches or members are not shown. */
  readonly closed: ReadonlySet<string>;
  /** Node or group whose title is being typed. */
  readonly renaming: string | null;
}

export const useOutline = create<OutlineStore>(() => ({ closed: new Set<string>(), renaming: null }));

export function setClosed(id: string, isClosed: boolean): void {
  useOutline.setState(({ closed }) => {
    const next = new Set(closed);
    if (isClosed) next.add(id);
    else next.delete(id);
    return { closed: next };
  });
}

/** Shows the outline in the place of the catalogue and goes into it; closes it where it is shown. */
export function toggleOutline(): void {
  const { outlineOpen, historyOpen, catalogueOpen, page } = useView.getState();
  if (outlineOpen && !historyOpen && catalogueOpen && page === 'canvas') return closeOutline();
  if (historyOpen) backToNow();
  useView.setState({ outlineOpen: true, historyOpen: false, catalogueOpen: true, page: 'canvas' });
  focusOutline();
}

export function closeOutline(): void {
  const hadFocus = document.activeElement?.closest('[data-testid="outline-panel"]') != null;
  useView.setState({ outlineOpen: false });
  if (hadFocus) requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true }));
}

/** Once the panel is there. */
export function focusOutline(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="outline-tree"] [role="treeitem"][tabindex="0"], [data-testid="outline-empty"] button')?.focus({ preventScroll: true })));
}
