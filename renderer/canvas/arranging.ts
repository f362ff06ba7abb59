import type { Command } from '#app/pipeline/commands.ts';
import type { PipelineDocument, PipelineGroup } from '#app/pipeline/document.ts';
import { notify } from '../state/notices.ts';
import { edit, usePipeline } from '../state/pipeline.ts';
import { useSelection } from '../state/selection.ts';
import { align, distribute, type Alignment, type Direction } from './align.ts';
import { useCanvas } from './canvas-store.ts';
import { selectGroup } from './group-frame.tsx';
import { changeGroup, groupNodes, groupOf, ungroup } from './groups.ts';
import { texts } from '../text/texts.ts';

/** What keys and menus do with groups and with the places of what is selected. */

/** Frames the selected nodes and asks for a title. */
export function groupSelection(): void {
  const { document } = usePipeline.getState();
  const made = document && groupNodes(document, useSelection.getState().nodes);
  if (!made || !edit(made.command, { label: texts.canvas.did.group })) return;
  selectGroup(made.group);
  useCanvas.setState({ renaming: made.group.id });
}

/** The selected groups; else those that the selected nodes are in. */
export function groupsMeant(document: PipelineDocument): readonly PipelineGroup[] {
  const { nodes, groups } = useSelection.getState();
  if (groups.length > 0) return document.groups.filter(({ id }) => groups.includes(id));
  const homes = new Set(nodes.map((id) => groupOf(document, id)?.id));
  return document.groups.filter(({ id }) => homes.has(id));
}

export function hasGroup(): boolean {
  const { document } = usePipeline.getState();
  return document !== null && groupsMeant(document).length > 0;
}

export function ungroupSelection(): void {
  const { document } = usePipeline.getState();
  const command = document && ungroup(document, groupsMeant(document).map(({ id }) => id));
  if (command) edit(command, { label: texts.canvas.did.ungroup });
}

/** Collapses groups to chips, or opens them when all are; nodes without a group get one first. */
export function toggleCollapse(): void {
  const { document } = usePipeline.getState();
  if (!document) return;
  const meant = groupsMeant(document);
  if (meant.length === 0) {
    const made = groupNodes(document, useSelection.getState().nodes);
    if (!made) return;
    const collapsed = changeGroup(made.group, { collapsed: true });
    if (edit({ type: 'batch', commands: [made.command, collapsed] }, { label: texts.canvas.did.collapseGroup })) selectGroup(made.group);
    return;
  }
  const open = meant.every(({ collapsed }) => collapsed === true);
  edit({ type: 'batch', commands: meant.map((group) => changeGroup(group, { collapsed: open ? undefined : true })) }, { label: open ? texts.canvas.did.expandGroup : texts.canvas.did.collapseGroup });
  for (const [index, group] of meant.entries()) selectGroup(group, index > 0);
}

/** Takes back the size that was drawn by hand. */
export function fitGroups(): void {
  const { document } = usePipeline.getState();
  const drawn = document ? groupsMeant(document).filter(({ box, nodes }) => box !== undefined && nodes.length > 0) : [];
  if (drawn.length > 0) edit({ type: 'batch', commands: drawn.map((group) => changeGroup(group, { box: undefined })) }, { label: texts.canvas.did.fitGroup });
}

/** Colours groups and notes of the selection. */
export function colourSelection(colour: string): void {
  const { document } = usePipeline.getState();
  if (!document) return;
  const { groups, notes } = useSelection.getState();
  const commands: Command[] = [
    ...document.groups.filter(({ id }) => groups.includes(id)).map((group) => changeGroup(group, { colour })),
    ...(groups.length > 0 ? [] : document.notes.filter(({ id }) => notes.includes(id)).map((note): Command => ({ type: 'set-note', note: { ...note, colour } }))),
  ];
  if (commands.length > 0) edit({ type: 'batch', commands }, { label: texts.canvas.did.colour });
}

export const alignSelection = (how: Alignment) => (): void => arrange((document) => align(document, useSelection.getState(), how), texts.canvas.did.align, 2);
export const distributeSelection = (direction: Direction) => (): void => arrange((document) => distribute(document, useSelection.getState(), direction), texts.canvas.did.distribute, 3);

function arrange(make: (document: PipelineDocument) => Command | null, label: string, least: number): void {
  const { document } = usePipeline.getState();
  const { nodes, notes } = useSelection.getState();
  if (!document) return;
  if (nodes.length + notes.length < least) {
    notify({ severity: 'info', message: least === 2 ? texts.canvas.alignNeeds : texts.canvas.distributeNeeds });
    return;
  }
  const command = make(document);
  if (command) edit(command, { label });
}
