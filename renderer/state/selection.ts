import { create } from 'zustand';
import { usePipeline } from './pipeline.ts';

interface SelectionStore {
  /** Node ids, in the order they were selected. */
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
  readonly notes: readonly string[];
  /** Frames; the nodes in them are selected with them. */
  readonly groups: readonly string[];
  /** The output port whose value the results show; null: the node's first. */
  readonly port: string | null;
}

export const useSelection = create<SelectionStore>(() => ({ nodes: [], edges: [], notes: [], groups: [], port: null }));

/** The node that the inspector and the results are about: the only or the last selected. */
export function primaryNode(state: Pick<SelectionStore, 'nodes'>): string | null {
  return state.nodes.at(-1) ?? null;
}

export function select(selection: Partial<Omit<SelectionStore, 'port'>>, port: string | null = null): void {
  useSelection.setState({ nodes: [], edges: [], notes: [], groups: [], ...selection, port });
}

/** Removed elements leave the selection. */
export function startSelection(): void {
  usePipeline.subscribe((state, before) => {
    const { document } = state;
    if (!document || document === before.document) return;
    if (document.id !== before.document?.id) {
      select({});
      return;
    }
    if (document.nodes === before.document.nodes && document.edges === before.document.edges && document.notes === before.document.notes && document.groups === before.document.groups) return;
    const { nodes, edges, notes, groups } = useSelection.getState();
    const keep = (ids: readonly string[], elements: readonly { readonly id: string }[]): readonly string[] => {
      if (ids.length === 0) return ids;
      const present = new Set(elements.map((element) => element.id));
      return ids.every((id) => present.has(id)) ? ids : ids.filter((id) => present.has(id));
    };
    const next = { nodes: keep(nodes, document.nodes), edges: keep(edges, document.edges), notes: keep(notes, document.notes), groups: keep(groups, document.groups) };
    if (next.nodes !== nodes || next.edges !== edges || next.notes !== notes || next.groups !== groups) useSelection.setState(next);
  });
}
