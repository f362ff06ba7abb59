import type { WorkspaceImperativeHandle } from 'react-resizable-panels';
import { shownNow } from '../results/use-result.ts';
import { titleOf } from '../state/catalogue.ts';
import { notify } from '../state/notices.ts';
import { currentLevel } from '../state/level.ts';
import { usePipeline } from '../state/pipeline.ts';
import { useView } from '../state/view.ts';
import { besideCanvas, canvasPlace, defaultLayout, followingTab, isView, pinnedTab, placeOf, resultPlaces, resultsHidden, splitOf, type Pin, type Tab, type TabData, type Tabset, type ViewData, type ViewKind } from './layout.ts';
import { texts } from '../text/texts.ts';

/** What can be done with views: the same for the mouse, the keys, the palette and the menus. */

type Handle = WorkspaceImperativeHandle<TabData>;

let dock: Handle | null = null;

/** Called by the dock while it is on the page. */
export function setDock(handle: Handle | null): void {
  dock = handle;
}

interface Current {
  readonly tab: Tab & { readonly data: ViewData };
  readonly place: Tabset;
}

const asCurrent = (place: Tabset | null, tabId: string | undefined): Current | null => {
  const tab = place?.tabs.find((one) => one.id === tabId);
  return place && tab && isView(tab.data) ? { tab: { ...tab, data: tab.data }, place } : null;
};

/** The view that commands mean: the one named, else the front one of the place of results that was used last. */
function current(handle: Handle, id?: string): Current | null {
  const model = handle.getModel();
  if (id !== undefined) return asCurrent(placeOf(model, id), id);
  const places = resultPlaces(model);
  const active = handle.getActiveTabsetId();
  const place = places.find((one) => one.id === active) ?? places.find((one) => one.tabs.some((tab) => tab.data.pin === null)) ?? places[0] ?? null;
  return asCurrent(place, place?.selectedId);
}

function act(run: (handle: Handle, view: Current) => void, id?: string): void {
  const view = dock && current(dock, id);
  if (dock && view) run(dock, view);
}

export const hasView = (): boolean => dock !== null && current(dock) !== null;

/** The view that commands mean. */
export const viewFor = (id?: string): Tab | null => (dock === null ? null : (current(dock, id)?.tab ?? null));

/** Where a view is about at this moment; null where it is about no node. */
export function pinOf(data: ViewData): Pin | null {
  if (data.pin !== null) return data.pin;
  const { path, document } = usePipeline.getState();
  const shown = shownNow();
  if (shown === null || path === null || document === null) return null;
  return { path, pipeline: usePipeline.getState().root?.title ?? document.title, node: `${currentLevel()?.prefix ?? ''}${shown.node.id}`, title: titleOf(shown.node), port: shown.port?.name ?? null };
}

export const newViewId = (): string => `view-${crypto.randomUUID()}`;

function copyOf(data: ViewData): Tab | null {
  // Problems are of the whole pipeline: one view of them is enough.
  const pin = data.kind === 'problems' ? null : pinOf(data);
  return pin === null ? null : pinnedTab(newViewId(), data.kind, pin);
}

/** Opens a view that stays on the node shown, next to the one that follows the selection. */
export function keepOpen(id?: string): void {
  act((handle, { tab, place }) => {
    const copy = tab.data.pin === null ? copyOf(tab.data) : null;
    if (copy) handle.addTab(copy, { tabsetId: place.id, index: place.tabs.findIndex((one) => one.id === tab.id) + 1 });
    else if (tab.data.pin === null) notify({ severity: 'info', message: texts.views.noNode, remedy: texts.views.noNodeRemedy });
  }, id);
}

/** A second view beside or below: of the same node, which it stays on; or the view itself, where it is about no node. */
export function splitView(region: 'right' | 'bottom', id?: string): void {
  act((handle, { tab, place }) => {
    const copy = copyOf(tab.data);
    if (copy) handle.addTab(copy, { target: { tabsetId: place.id, region } });
    else if (place.tabs.length > 1) handle.moveTab(tab.id, { tabsetId: place.id, region });
  }, id);
}

/** Moves a view to the right of the canvas or below it. */
export function moveView(side: 'right' | 'bottom', id?: string): void {
  act((handle, { tab, place }) => {
    const model = handle.getModel();
    const beside = besideCanvas(model, side);
    const canvas = canvasPlace(model);
    if (beside?.id === place.id || canvas === null) return;
    handle.restoreTabset();
    if (beside) handle.moveTab(tab.id, { tabsetId: beside.id, index: beside.tabs.length });
    else {
      handle.moveTab(tab.id, { tabsetId: canvas.id, region: side });
      keepRoom();
    }
    handle.selectTab(tab.id);
  }, id);
}

/** A view that was put beside the canvas halves it; the canvas gets most of the room. */
export function keepRoom(): void {
  if (!dock) return;
  const model = dock.getModel();
  const canvas = canvasPlace(model);
  const split = canvas && splitOf(model, canvas.id);
  if (canvas && split?.children.length === 2 && split.children.every((child) => child.size === 50)) dock.resizeSplit(split.id, { [canvas.id]: split.orientation === 'horizontal' ? 62 : 66 });
}

/** Enlarges the place of a view over the canvas and the other views, or puts it back. */
export function toggleEnlarged(id?: string): void {
  act((handle, { place }) => (handle.getModel().maximizedTabsetId === place.id ? handle.restoreTabset() : handle.maximizeTabset(place.id)), id);
}

export const isEnlarged = (): boolean => {
  const model = dock?.getModel();
  return model?.maximizedTabsetId !== undefined && model.maximizedTabsetId !== canvasPlace(model)?.id;
};

export function putBack(): void {
  if (isEnlarged()) dock?.restoreTabset();
}

export function closeView(id?: string): void {
  act((handle, { tab }) => handle.closeTab(tab.id), id);
}

/** Goes to the next place of results, and back to the canvas after the last. */
export function focusNextPlace(): void {
  if (!dock) return;
  const places = resultsHidden(dock.getModel()) ? [] : resultPlaces(dock.getModel());
  const focused = document.activeElement?.closest('[data-tabset]');
  const tabs = places.map((place) => document.querySelector<HTMLElement>(`[data-tabset-id="${CSS.escape(place.id)}"] [role="tab"][aria-selected="true"]`));
  const at = tabs.findIndex((tab) => tab && focused?.contains(tab));
  const next = tabs[at + 1];
  if (next) next.focus();
  else document.querySelector<HTMLElement>('[data-testid="canvas"]')?.focus({ preventScroll: true });
}

/** Shows or hides all results; the canvas has the room meanwhile. */
export function toggleResults(): void {
  if (!dock) return;
  useView.setState({ page: 'canvas' });
  const model = dock.getModel();
  const canvas = canvasPlace(model);
  if (resultPlaces(model).length === 0) openView('table');
  else if (resultsHidden(model)) dock.restoreTabset();
  else if (canvas) dock.maximizeTabset(canvas.id);
}

/** Brings the view that follows the selection to the front; opens it where it was closed. */
export function openView(kind: ViewKind): void {
  if (!dock) return;
  const model = dock.getModel();
  if (resultsHidden(model)) dock.restoreTabset();
  const place = placeOf(model, kind);
  if (place) {
    // A view under an enlarged one is uncovered.
    if (isEnlarged() && model.maximizedTabsetId !== place.id) dock.restoreTabset();
    dock.selectTab(kind);
    return;
  }
  addToResults(followingTab(kind));
}

/** Puts a view among the results: into the last used place of them, or below the canvas where there is none. */
export function addToResults(tab: Tab): void {
  if (!dock) return;
  const model = dock.getModel();
  const place = current(dock)?.place ?? resultPlaces(model)[0];
  const canvas = canvasPlace(model);
  if (place) dock.addTab(tab, { tabsetId: place.id });
  else if (canvas) dock.addTab(tab, { target: { tabsetId: canvas.id, region: 'bottom' }, size: 34 });
}

export const isOpen = (kind: ViewKind): boolean => dock !== null && placeOf(dock.getModel(), kind) !== null;

/** The port that a pinned view shows. */
export function choosePort(id: string, port: string): void {
  act((handle, { tab }) => {
    if (tab.data.pin !== null) handle.updateTab(tab.id, { data: { ...tab.data, pin: { ...tab.data.pin, port } } });
  }, id);
}

export function resetDock(): void {
  dock?.setModel(defaultLayout());
}
