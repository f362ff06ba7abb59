import { normalizeWorkspaceModel, type SplitNode, type TabNode, type TabsetNode, type WorkspaceModel, type WorkspaceModelInput, type WorkspaceNode } from 'react-resizable-panels';
import { z } from 'zod';
import { texts } from '../text/texts.ts';

/** What a view shows of a node; `charts` stands for the value of a port that is not a table, too. */
export const viewKinds = ['table', 'charts', 'log', 'problems'] as const;
export type ViewKind = (typeof viewKinds)[number];

const pinSchema = z.object({
  /** Pipeline, relative to the project, and its title when it was last seen. */
  path: z.string(),
  pipeline: z.string(),
  node: z.string(),
  /** The node's title when it was last seen. */
  title: z.string(),
  /** Null: the node's main one. */
  port: z.string().nullable(),
});

/** The node a view stays on while the selection moves on. */
export type Pin = Readonly<z.infer<typeof pinSchema>>;

const tabSchema = z.object({ kind: z.enum([...viewKinds, 'canvas']), pin: pinSchema.nullable() });

/** Null as pin: the view follows the selection. */
export type TabData = Readonly<z.infer<typeof tabSchema>>;
export type ViewData = TabData & { readonly kind: ViewKind };

export type Tab = TabNode<TabData>;
export type Tabset = TabsetNode<TabData>;
export type DockModel = WorkspaceModel<TabData>;

export const canvasId = 'canvas';
const { table, charts, log, problems } = texts.views;
const titles: Readonly<Record<ViewKind, string>> = { table, charts, log, problems };

/** A view that follows the selection; there is one of each kind, with the kind as its id. */
export const followingTab = (kind: ViewKind): Tab => ({ id: kind, title: titles[kind], data: { kind, pin: null } });

export const pinnedTab = (id: string, kind: ViewKind, pin: Pin): Tab => ({ id, title: texts.views.kept(titles[kind], pin.title), data: { kind, pin } });

/** The canvas with the results below. */
export function defaultLayout(): WorkspaceModelInput<TabData> {
  return {
    version: 1,
    root: {
      type: 'split',
      id: 'rows',
      orientation: 'vertical',
      children: [
        { type: 'tabset', id: 'canvas-place', size: 68, minHeight: '160px', minWidth: '320px', tabs: [{ id: canvasId, title: texts.views.canvas, data: { kind: 'canvas', pin: null }, disableClose: true, disableDrag: true }] },
        { type: 'tabset', id: 'results', size: 32, tabs: viewKinds.map(followingTab), selectedId: 'table' },
      ],
    },
  };
}

/** A remembered layout; the default where it is none or was damaged. Hidden results stay hidden, an enlarged view is not kept. */
export function readLayout(value: unknown): WorkspaceModelInput<TabData> {
  const model = normalizeWorkspaceModel<TabData>(value, {
    mapTab: (tab) => {
      const data = tabSchema.safeParse(tab.data);
      const fits = data.success && (data.data.pin !== null || data.data.kind === tab.id);
      return fits ? { ...tab, data: data.data } : null;
    },
  });
  if (model === null || (model.floating ?? []).length > 0) return defaultLayout();
  const places = tabsetsOf(model).filter((tabset) => tabset.tabs.some((tab) => tab.id === canvasId));
  if (places.length !== 1 || places[0]?.tabs.length !== 1) return defaultLayout();
  const { maximizedTabsetId: maximised, ...rest } = model;
  return maximised === places[0].id ? { ...rest, maximizedTabsetId: maximised } : rest;
}

export function tabsetsOf(model: DockModel): readonly Tabset[] {
  const below = (node: WorkspaceNode<TabData>): readonly Tabset[] => (node.type === 'tabset' ? [node] : node.children.flatMap(below));
  return below(model.root);
}

const holdsCanvas = (tabset: Tabset): boolean => tabset.tabs.some((tab) => tab.id === canvasId);

export const canvasPlace = (model: DockModel): Tabset | null => tabsetsOf(model).find(holdsCanvas) ?? null;

/** The places that hold results, in reading order; empty ones are left out. */
export const resultPlaces = (model: DockModel): readonly Tabset[] => tabsetsOf(model).filter((tabset) => !holdsCanvas(tabset) && tabset.tabs.length > 0);

export const placeOf = (model: DockModel, tabId: string): Tabset | null => tabsetsOf(model).find((tabset) => tabset.tabs.some((tab) => tab.id === tabId)) ?? null;

export const isView = (data: TabData): data is ViewData => data.kind !== 'canvas';

/** All that can be seen of a model is the canvas. */
export const resultsHidden = (model: DockModel): boolean => resultPlaces(model).length === 0 || model.maximizedTabsetId === canvasPlace(model)?.id;

/** The place of results that lies next to the canvas on that side; null where the canvas ends there or a split follows. */
export function besideCanvas(model: DockModel, side: 'right' | 'bottom'): Tabset | null {
  const wanted = side === 'right' ? 'horizontal' : 'vertical';
  const holds = (node: WorkspaceNode<TabData>): boolean => (node.type === 'tabset' ? holdsCanvas(node) : node.children.some(holds));
  const within = (node: WorkspaceNode<TabData>): Tabset | null => {
    if (node.type === 'tabset') return null;
    const index = node.children.findIndex(holds);
    const own = node.children[index];
    const deeper = own === undefined ? null : within(own);
    if (deeper !== null || node.orientation !== wanted) return deeper;
    const next = node.children[index + 1];
    return next?.type === 'tabset' ? next : null;
  };
  return within(model.root);
}

/** The split that a tabset lies in; null for the only one. */
export function splitOf(model: DockModel, tabsetId: string): SplitNode<TabData> | null {
  const within = (node: WorkspaceNode<TabData>): SplitNode<TabData> | null => {
    if (node.type === 'tabset') return null;
    if (node.children.some((child) => child.id === tabsetId)) return node;
    for (const child of node.children) {
      const found = within(child);
      if (found !== null) return found;
    }
    return null;
  };
  return within(model.root);
}
