import type { Point } from '#app/pipeline/commands.ts';
import type { PipelineEdge } from '#app/pipeline/document.ts';
import { indexGraph } from '#app/pipeline/graph.ts';
import { mayBeEmpty } from '#app/sdk/ports.ts';
import { client, diagnosticOf } from '../rpc/client.ts';
import { desktop } from '../rpc/desktop.ts';
import { offeredDefinition, titleOf } from '../state/catalogue.ts';
import { notify } from '../state/notices.ts';
import { refusesEdit } from '../state/editing.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { select, primaryNode, useSelection } from '../state/selection.ts';
import { noteJoin } from '../state/suggestions.ts';
import { useView } from '../state/view.ts';
import { addNode, fits, freePlace, freshNode, placeAfter, placeBefore, type Joint } from './edits.ts';
import { nodeHeight, nodeWidth, portsOf } from './geometry.ts';
import { joinAt } from './groups.ts';
import { replaceNode } from './replace.ts';
import { lastPointer, rememberFocus, revealNode, useCanvas, visibleCentre, type QuickAddRequest } from './canvas-store.ts';
import { texts } from '../text/texts.ts';

/** Adds a node of a type and selects it. @returns its id, or null when the type is unknown. */
export function addTyped(type: string, at: Point, joint?: Joint, params: Readonly<Record<string, unknown>> = {}): string | null {
  const { document } = usePipeline.getState();
  const node = freshNode(type, params);
  if (!document || !node) return null;
  const title = offeredDefinition(type)?.title ?? type;
  const group = `add-${node.id}`;
  const add = addNode(document, node, at, joint);
  const join = joinAt(document, node.id, at);
  if (!edit(join ? { type: 'batch', commands: [add, join] } : add, { label: texts.canvas.did.add(title), group })) return null;
  noteJoin(node.id, group);
  select({ nodes: [node.id] });
  useView.setState({ page: 'canvas' });
  // Once React Flow has it; moves the view only when the node is not in sight.
  requestAnimationFrame(() => requestAnimationFrame(() => revealNode(node.id)));
  return node.id;
}

/** Outputs with what was left over: what comes next is seldom meant for these. */
const leftOver = new Set(['rejects', 'removed', 'rest']);

/** The joint that continues from the selected node's first output that is not used yet, or its first. */
export function jointAfterSelection(): { readonly joint: Joint; readonly at: Point } | null {
  const { document } = usePipeline.getState();
  const id = primaryNode(useSelection.getState());
  const node = document && id !== null ? indexGraph(document).nodes.get(id) : undefined;
  if (!document || !node) return null;
  const { outputs } = portsOf(document, node);
  const used = new Set((indexGraph(document).outgoing.get(node.id) ?? []).map((edge) => edge.from.port));
  const output = outputs.find((port) => !used.has(port.name) && !leftOver.has(port.name)) ?? outputs[0];
  if (!output) return null;
  return { joint: { kind: 'after', from: { node: node.id, port: output.name } }, at: placeAfter(document, node.id) };
}

/** Double click or Enter in the catalogue: after the selected node where it fits, else in the middle of what is visible. */
export function addFromCatalogue(type: string): void {
  const { document } = usePipeline.getState();
  if (!document) return;
  const next = jointAfterSelection();
  if (next && fits(document, type, next.joint)) addTyped(type, next.at, next.joint);
  else addTyped(type, freePlace(document, centred(visibleCentre())));
}

export function centred(point: Point): Point {
  return { x: point.x - nodeWidth / 2, y: point.y - nodeHeight / 2 };
}

/** Tab, Space or double click: the menu of node types, joined to the selected node when opened from the keyboard. */
export function openQuickAdd(where: 'pointer' | 'selection', screen?: Point): void {
  const { flow } = useCanvas.getState();
  const pointer = lastPointer();
  const { document } = usePipeline.getState();
  if (!flow || !document) return;
  const next = where === 'selection' ? jointAfterSelection() : null;
  const request: QuickAddRequest = next
    ? { screen: flow.flowToScreenPosition(next.at), at: next.at, joint: next.joint, lenient: true }
    : { screen: screen ?? pointer, at: centred(flow.screenToFlowPosition(screen ?? pointer)) };
  openMenu(request);
}

/** The menu of types that fit into a connection. */
export function openInsert(edge: PipelineEdge): void {
  const { flow } = useCanvas.getState();
  const { document } = usePipeline.getState();
  if (!flow || !document) return;
  const from = document.layout[edge.from.node] ?? { x: 0, y: 0 };
  const to = document.layout[edge.to.node] ?? { x: 0, y: 0 };
  const at = freePlace(document, { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
  openMenu({ screen: flow.flowToScreenPosition(at), at, joint: { kind: 'into', edge } });
}

/** The menu of types that fit a port. */
export function openAddAt(nodeId: string, port: { readonly name: string; readonly side: 'in' | 'out' }): void {
  const { flow } = useCanvas.getState();
  const { document } = usePipeline.getState();
  if (!flow || !document) return;
  const end = { node: nodeId, port: port.name };
  const at = port.side === 'out' ? placeAfter(document, nodeId) : placeBefore(document, nodeId);
  openMenu({ screen: flow.flowToScreenPosition(at), at, joint: port.side === 'out' ? { kind: 'after', from: end } : { kind: 'before', to: end } });
}

/** The menu of types that can feed the selected node: into the connection it has, where its inputs are taken. */
export function openAddBefore(): void {
  const { flow } = useCanvas.getState();
  const { document } = usePipeline.getState();
  const id = primaryNode(useSelection.getState());
  const node = document && id !== null ? indexGraph(document).nodes.get(id) : undefined;
  if (!flow || !document || !node) return;
  const { inputs } = portsOf(document, node);
  const fed = indexGraph(document).incoming.get(node.id) ?? [];
  const free = inputs.find((port) => !fed.some((edge) => edge.to.port === port.name) && !mayBeEmpty(port)) ?? (fed.length === 0 ? inputs[0] : undefined);
  const [edge] = fed;
  if (free === undefined) {
    if (edge === undefined) notify({ severity: 'info', message: texts.outline.noInput(titleOf(node)) });
    else openInsert(edge);
    return;
  }
  const at = placeBefore(document, node.id);
  openMenu({ screen: flow.flowToScreenPosition(at), at, joint: { kind: 'before', to: { node: node.id, port: free.name } }, lenient: true });
}

function openMenu(quickAdd: QuickAddRequest): void {
  if (refusesEdit()) return;
  rememberFocus();
  useCanvas.setState({ quickAdd });
}

/** The menu of types that can take the selected node's place. */
export function openReplace(): void {
  const { flow } = useCanvas.getState();
  const { document } = usePipeline.getState();
  const id = primaryNode(useSelection.getState());
  if (!flow || !document || id === null) return;
  const at = document.layout[id] ?? { x: 0, y: 0 };
  openMenu({ screen: flow.flowToScreenPosition({ x: at.x, y: at.y + nodeHeight + 8 }), at, replace: id });
}

/** Puts another type in a node's place, and says what could not be kept. */
export function replaceBy(nodeId: string, type: string): void {
  const { document } = usePipeline.getState();
  const replacement = document && replaceNode(document, nodeId, type);
  if (!replacement) return;
  const title = offeredDefinition(type)?.title ?? type;
  if (!edit(replacement.command, { label: texts.canvas.did.replace(title) })) return;
  select({ nodes: [nodeId] });
  const { lost } = replacement;
  if (lost.length > 0) notify({ severity: 'info', message: texts.canvas.replaced(title, lost.slice(0, 4).join(', '), Math.max(0, lost.length - 4)), remedy: texts.canvas.undoReplaces });
}

/** Files from the system: each becomes the reader that suits it, configured. */
export async function addFiles(files: readonly File[], at: Point): Promise<void> {
  if (refusesEdit()) return;
  let place = at;
  for (const file of files) {
    try {
      const path = desktop()?.pathForFile(file) ?? (await client.files.upload({ name: file.name, content: file })).path;
      const reader = await client.files.reader({ path });
      const { document } = usePipeline.getState();
      if (!document) return;
      if (addTyped(reader.type, freePlace(document, place), undefined, reader.params) === null) {
        notify({ severity: 'warning', message: texts.common.noReader(file.name), remedy: texts.common.readableFiles });
      }
      place = { x: place.x, y: place.y + nodeHeight + 24 };
    } catch (error) {
      notify(diagnosticOf(error));
    }
  }
}
