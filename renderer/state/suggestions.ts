import { useConfiguration } from './configuration.ts';
import { edit, usePipeline } from './pipeline.ts';
import { texts } from '../text/texts.ts';

/**
 * What a node's params could be, from its inputs (a target, x and y …), is filled in once: when a new node is first connected.
 * It joins the undo step that connected the node, so that undo does not leave half of it.
 */
const fresh = new Map<string, string>();

/** A node that was just added; `group` is the undo step that later suggestions join. */
export function noteJoin(nodeId: string, group: string): void {
  fresh.set(nodeId, group);
}

/** A connection into a node was made; only nodes added in this session and not yet filled in care. */
export function noteConnection(nodeId: string, group: string): void {
  if (fresh.has(nodeId)) fresh.set(nodeId, group);
}

export function startSuggestions(): void {
  useConfiguration.subscribe((state, before) => {
    if (state.suggestions === before.suggestions) return;
    const { document, redoLabel } = usePipeline.getState();
    // Filling in is an edit, and an edit would end the redo: who goes back and forth in time gets exactly what was there.
    if (redoLabel !== null) {
      fresh.clear();
      return;
    }
    if (!document || state.document !== document) return;
    for (const [nodeId, params] of Object.entries(state.suggestions)) {
      const group = fresh.get(nodeId);
      const node = document.nodes.find((candidate) => candidate.id === nodeId);
      if (group === undefined || !node || Object.keys(params).length === 0) continue;
      if (!document.edges.some((edge) => edge.to.node === nodeId)) continue;
      fresh.delete(nodeId);
      edit({ type: 'set-params', nodeId, params: { ...node.params, ...params } }, { group, label: texts.state.addAndFill });
    }
  });
}
