import { newElementId } from '#app/core/ids.ts';
import { PenstockError, toDiagnostic } from '#app/core/errors.ts';
import type { PipelineNode } from '#app/pipeline/document.ts';
import { collapseNodes, dissolveSubflow, inputType, isBoundary, isSubflow, outputType, runsOf } from '#app/pipeline/subflow/index.ts';
import type { PortKind } from '#app/sdk/ports.ts';
import { catalogue } from '../state/catalogue.ts';
import { notify } from '../state/notices.ts';
import { edit, enterLevel, usePipeline } from '../state/pipeline.ts';
import { select, useSelection } from '../state/selection.ts';
import { texts } from '../text/texts.ts';
import { hasGroup, toggleCollapse } from './arranging.ts';
import { revealNode, useCanvas, visibleCentre } from './canvas-store.ts';
import { freePlace } from './edits.ts';
import { nodeWidth } from './geometry.ts';

/** Making, opening and leaving subflows. */

const gap = nodeWidth + 72;

/** The one selected subflow. */
export function selectedSubflow(): (PipelineNode & { content: NonNullable<PipelineNode['content']> }) | null {
  const { nodes } = useSelection.getState();
  const node = nodes.length === 1 ? usePipeline.getState().document?.nodes.find(({ id }) => id === nodes[0]) : undefined;
  return node !== undefined && isSubflow(node) ? node : null;
}

/** Of the selected nodes a subflow, of a selected subflow its nodes; a selected group is shown as one chip, or whole again. */
export function toggleSubflow(): void {
  if (useSelection.getState().groups.length > 0 && hasGroup()) return toggleCollapse();
  if (selectedSubflow() !== null) return dissolveSelected();
  makeSubflow();
}

export function makeSubflow(): void {
  const { document } = usePipeline.getState();
  if (!document) return;
  try {
    const { command, nodeId } = collapseNodes(document, useSelection.getState().nodes, { catalogue, newId: newElementId, gap });
    if (!edit(command, { label: texts.canvas.did.makeSubflow })) return;
    select({ nodes: [nodeId] });
    useCanvas.setState({ renaming: nodeId });
  } catch (error) {
    tell(error);
  }
}

export function dissolveSelected(): void {
  const { document } = usePipeline.getState();
  const node = selectedSubflow();
  if (!document || node === null) return;
  try {
    const { command, nodeIds } = dissolveSubflow(document, node.id, newElementId);
    if (edit(command, { label: texts.canvas.did.dissolve })) select({ nodes: [...nodeIds] });
  } catch (error) {
    tell(error);
  }
}

function tell(error: unknown): void {
  const { message, remedy, place } = toDiagnostic(error);
  if (error instanceof PenstockError && place?.nodeId !== undefined) revealNode(place.nodeId);
  notify({ severity: 'warning', message, ...(remedy === undefined ? {} : { remedy }) });
}

export function openSubflow(nodeId: string): void {
  const { document, level } = usePipeline.getState();
  const node = document?.nodes.find(({ id }) => id === nodeId);
  if (node !== undefined && isSubflow(node)) enterLevel([...level, { nodeId, run: 0 }]);
}

export function openSelected(): void {
  const node = selectedSubflow();
  if (node !== null) openSubflow(node.id);
}

export const isInside = (): boolean => usePipeline.getState().level.length > 0;

/** One level out, or to the level of a number of steps; the subflow that was open is selected there. */
export function leaveSubflow(depth = usePipeline.getState().level.length - 1): void {
  const { level } = usePipeline.getState();
  const left = level[depth];
  if (left === undefined || depth < 0) return;
  enterLevel(level.slice(0, depth));
  select({ nodes: [left.nodeId] });
}

/** Which run of a repeated subflow is looked at. */
export function lookAtRun(depth: number, run: number): void {
  const { level } = usePipeline.getState();
  enterLevel(level.map((step, index) => (index === depth ? { ...step, run } : step)));
}

/** How often a subflow runs, by name; empty where it is not repeated. */
export const runLabels = (node: PipelineNode): readonly string[] => (node.repeat === undefined ? [] : runsOf(node).map(({ label }) => label));

/** A further port of the subflow on the canvas, at the side where such ports are. */
export function addBoundary(side: 'input' | 'output', kind: PortKind = 'table'): void {
  const { document } = usePipeline.getState();
  if (!document || !isInside()) return;
  const type = side === 'input' ? inputType : outputType;
  const points = document.nodes.flatMap((node) => (isBoundary(node) === (node.type === type) || node.type === type ? [] : (document.layout[node.id] ?? [])));
  const same = document.nodes.flatMap((node) => (node.type === type ? (document.layout[node.id] ?? []) : []));
  const centre = visibleCentre();
  const x = same[0]?.x ?? (points.length === 0 ? centre.x : side === 'input' ? Math.min(...points.map((point) => point.x)) - gap : Math.max(...points.map((point) => point.x)) + gap);
  const y = same.length === 0 ? (points[0]?.y ?? centre.y) : Math.max(...same.map((point) => point.y)) + 84;
  const node: PipelineNode = { id: newElementId(), type, version: 1, title: side === 'input' ? texts.canvas.subflow.newInput : texts.canvas.subflow.newOutput, params: { kind } };
  if (edit({ type: 'add', nodes: [node], layout: { [node.id]: freePlace(document, { x, y }) } }, { label: side === 'input' ? texts.canvas.did.addInput : texts.canvas.did.addOutput })) {
    select({ nodes: [node.id] });
    useCanvas.setState({ renaming: node.id });
  }
}
